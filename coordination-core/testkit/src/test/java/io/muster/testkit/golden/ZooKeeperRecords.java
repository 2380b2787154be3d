package io.muster.testkit.golden;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.MultiOperationRecord;
import org.apache.zookeeper.MultiResponse;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.proto.AddWatchRequest;
import org.apache.zookeeper.proto.AuthPacket;
import org.apache.zookeeper.proto.CheckVersionRequest;
import org.apache.zookeeper.proto.CheckWatchesRequest;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.ConnectResponse;
import org.apache.zookeeper.proto.Create2Response;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.CreateResponse;
import org.apache.zookeeper.proto.CreateTTLRequest;
import org.apache.zookeeper.proto.DeleteRequest;
import org.apache.zookeeper.proto.ErrorResponse;
import org.apache.zookeeper.proto.ExistsRequest;
import org.apache.zookeeper.proto.ExistsResponse;
import org.apache.zookeeper.proto.GetACLRequest;
import org.apache.zookeeper.proto.GetACLResponse;
import org.apache.zookeeper.proto.GetAllChildrenNumberRequest;
import org.apache.zookeeper.proto.GetAllChildrenNumberResponse;
import org.apache.zookeeper.proto.GetChildren2Request;
import org.apache.zookeeper.proto.GetChildren2Response;
import org.apache.zookeeper.proto.GetChildrenRequest;
import org.apache.zookeeper.proto.GetChildrenResponse;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.GetDataResponse;
import org.apache.zookeeper.proto.GetEphemeralsRequest;
import org.apache.zookeeper.proto.GetEphemeralsResponse;
import org.apache.zookeeper.proto.GetSASLRequest;
import org.apache.zookeeper.proto.ReconfigRequest;
import org.apache.zookeeper.proto.RemoveWatchesRequest;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.proto.SetACLRequest;
import org.apache.zookeeper.proto.SetACLResponse;
import org.apache.zookeeper.proto.SetDataRequest;
import org.apache.zookeeper.proto.SetDataResponse;
import org.apache.zookeeper.proto.SetSASLResponse;
import org.apache.zookeeper.proto.SetWatches;
import org.apache.zookeeper.proto.SetWatches2;
import org.apache.zookeeper.proto.SyncRequest;
import org.apache.zookeeper.proto.SyncResponse;
import org.apache.zookeeper.proto.WatcherEvent;
import org.apache.zookeeper.proto.WhoAmIResponse;

/** One sample of every record of the client protocol, in the bytes of ZooKeeper's own classes. Names are the protocol tests'. */
final class ZooKeeperRecords {
    private static final Stat STAT = new Stat(
            0x1_0000_0011L,
            0x1_0000_0012L,
            1_700_000_000_013L,
            1_700_000_000_014L,
            15,
            16,
            17,
            0x0100_0000_0000_0018L,
            19,
            20,
            0x1_0000_0021L);
    private static final List<ACL> OPEN = List.of(new ACL(31, new Id("world", "anyone")));
    private static final List<ACL> TWO =
            List.of(new ACL(5, new Id("digest", "user:aGFzaA==")), new ACL(1, new Id("ip", "10.0.0.0/8")));
    private static final byte[] PASSWORD = bytes("0123456789abcdef");

    private final List<String> lines = new ArrayList<>();

    static List<String> lines() {
        ZooKeeperRecords records = new ZooKeeperRecords();
        records.lines.add("# Written by ZooKeeper's own classes; see ClientProtocolGoldenTest in the test kit.");
        records.frames();
        records.requests();
        records.multis();
        records.responses();
        return records.lines;
    }

    private void frames() {
        add("frame connect-request new", new ConnectRequest(0, 0, 30_000, 0, new byte[16], false));
        add(
                "frame connect-request renewed",
                new ConnectRequest(0, 0x1_0000_0007L, 30_000, 0x0100_0000_0000_0018L, PASSWORD, true));
        add("frame connect-response accepted", new ConnectResponse(0, 20_000, 0x0100_0000_0000_0018L, PASSWORD, false));
        add("frame connect-response expired", new ConnectResponse(0, 0, 0, new byte[16], false));
        add("frame request-header ping", new RequestHeader(-2, 11));
        add("frame request-header close", new RequestHeader(0x7FFF_FFFF, -11));
        add("frame reply-header ok", new ReplyHeader(7, 0x1_0000_0007L, 0));
        add("frame reply-header error", new ReplyHeader(8, 0x1_0000_0008L, -101));
        add("frame watcher-event created", new WatcherEvent(1, 3, "/a/b"));
        add("frame stat full", STAT);
    }

    private void requests() {
        add("request CREATE persistent", new CreateRequest("/a/b", bytes("data"), OPEN, 0));
        add("request CREATE null-data", new CreateRequest("/a/b", null, TWO, 1));
        add("request CREATE empty-data", new CreateRequest("/a/\u00e9\u4e2d", new byte[0], OPEN, 2));
        add("request CREATE2 ephemeral-sequential", new CreateRequest("/a/b-", bytes("data"), TWO, 3));
        add("request CREATE_CONTAINER container", new CreateRequest("/a/c", bytes("data"), OPEN, 4));
        add("request CREATE_TTL ttl", new CreateTTLRequest("/a/t", bytes("data"), OPEN, 5, 123_456_789_012L));
        add("request DELETE version", new DeleteRequest("/a/b", 3));
        add("request EXISTS watch", new ExistsRequest("/a/b", true));
        add("request GET_DATA no-watch", new GetDataRequest("/a/b", false));
        add("request SET_DATA any", new SetDataRequest("/a/b", bytes("other"), -1));
        add("request SET_DATA null", new SetDataRequest("/a/b", null, 4));
        add("request GET_ACL", new GetACLRequest("/a/b"));
        add("request SET_ACL two", new SetACLRequest("/a/b", TWO, 2));
        add("request GET_CHILDREN watch", new GetChildrenRequest("/a", true));
        add("request GET_CHILDREN2 no-watch", new GetChildren2Request("/a", false));
        add("request SYNC", new SyncRequest("/a"));
        add("request CHECK version", new CheckVersionRequest("/a/b", 6));
        add("request RECONFIG incremental", new ReconfigRequest("server.4=h:1:2;3", "1,2", null, -1));
        add("request RECONFIG whole", new ReconfigRequest(null, null, "server.1=h:1:2;3", 0x1_0000_0000L));
        add("request CHECK_WATCHES data", new CheckWatchesRequest("/a", 2));
        add("request REMOVE_WATCHES any", new RemoveWatchesRequest("/a", 3));
        add("request AUTH digest", new AuthPacket(0, "digest", bytes("user:secret")));
        add(
                "request SET_WATCHES three",
                new SetWatches(0x1_0000_0009L, List.of("/d1", "/d2"), List.of("/e"), List.of("/c")));
        add(
                "request SET_WATCHES2 five",
                new SetWatches2(0x1_0000_0009L, List.of("/d"), List.of(), List.of("/c"), List.of("/p"), List.of("/r")));
        add("request SASL token", new GetSASLRequest(bytes("token")));
        add("request GET_EPHEMERALS prefix", new GetEphemeralsRequest("/a"));
        add("request GET_ALL_CHILDREN_NUMBER", new GetAllChildrenNumberRequest("/a"));
        add("request ADD_WATCH recursive", new AddWatchRequest("/a", 1));
    }

    private void multis() {
        add("request MULTI empty", new MultiOperationRecord());
        add(
                "request MULTI all-kinds",
                new MultiOperationRecord(List.of(
                        Op.check("/a", 1),
                        Op.create("/a/1", bytes("data"), OPEN, CreateMode.PERSISTENT),
                        Op.create("/a/2", null, TWO, CreateMode.CONTAINER),
                        Op.create("/a/3", bytes("data"), OPEN, CreateMode.PERSISTENT_WITH_TTL, 1000),
                        Op.setData("/a/1", bytes("other"), 0),
                        Op.delete("/a/1", -1))));
        add("request MULTI_READ both", new MultiOperationRecord(List.of(Op.getData("/a"), Op.getChildren("/b"))));
        MultiResponse done = new MultiResponse();
        done.add(new OpResult.CheckResult());
        done.add(new OpResult.CreateResult("/a/1"));
        done.add(new OpResult.CreateResult("/a/2", STAT));
        done.add(new OpResult.SetDataResult(STAT));
        done.add(new OpResult.DeleteResult());
        add("response MULTI done", done);
        MultiResponse failed = new MultiResponse();
        failed.add(new OpResult.ErrorResult(0));
        failed.add(new OpResult.ErrorResult(-110));
        failed.add(new OpResult.ErrorResult(-2));
        add("response MULTI failed", failed);
        MultiResponse read = new MultiResponse();
        read.add(new OpResult.GetDataResult(bytes("data"), STAT));
        read.add(new OpResult.GetChildrenResult(List.of("x", "y")));
        read.add(new OpResult.ErrorResult(-101));
        add("response MULTI_READ mixed", read);
        add("response MULTI empty", new MultiResponse());
    }

    private void responses() {
        add("response CREATE", new CreateResponse("/a/b"));
        add("response CREATE2", new Create2Response("/a/b-0000000007", STAT));
        add("response CREATE_CONTAINER", new Create2Response("/a/c", STAT));
        add("response CREATE_TTL", new Create2Response("/a/t", STAT));
        add("response EXISTS", new ExistsResponse(STAT));
        add("response SET_DATA", new SetDataResponse(STAT));
        add("response SET_ACL", new SetACLResponse(STAT));
        add("response GET_DATA data", new GetDataResponse(bytes("data"), STAT));
        add("response GET_DATA null", new GetDataResponse(null, STAT));
        add("response GET_DATA empty", new GetDataResponse(new byte[0], STAT));
        add("response RECONFIG", new GetDataResponse(bytes("version=100000000"), STAT));
        add("response GET_ACL", new GetACLResponse(TWO, STAT));
        add("response GET_CHILDREN", new GetChildrenResponse(List.of("x", "\u00e9\u4e2d", "z")));
        add("response GET_CHILDREN none", new GetChildrenResponse(List.of()));
        add("response GET_CHILDREN2", new GetChildren2Response(List.of("x", "y"), STAT));
        add("response SYNC", new SyncResponse("/a"));
        add("response GET_EPHEMERALS", new GetEphemeralsResponse(List.of("/a/b", "/c")));
        add("response GET_ALL_CHILDREN_NUMBER", new GetAllChildrenNumberResponse(42));
        add("response ADD_WATCH", new ErrorResponse(0));
        add(
                "response WHO_AM_I",
                new WhoAmIResponse(List.of(new ClientInfo("ip", "127.0.0.1"), new ClientInfo("digest", "user"))));
        add("response SASL token", new SetSASLResponse(bytes("token")));
        add("response SASL null", new SetSASLResponse(null));
    }

    private void add(String name, Record record) {
        lines.add(name + " = " + HexFormat.of().formatHex(bytes(record)));
    }

    static byte[] bytes(Record record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            record.serialize(BinaryOutputArchive.getArchive(out), "record");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
