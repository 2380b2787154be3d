package io.muster.protocol;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One or more samples of everything that has bytes. Those with a name that the golden file has are what ZooKeeper's
 * classes were given there.
 */
final class Samples {
    static final Stat STAT = new Stat(
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
    static final List<Acl> TWO = List.of(
            new Acl(Acl.READ | Acl.CREATE, new Id("digest", "user:aGFzaA==")),
            new Acl(Acl.READ, new Id("ip", "10.0.0.0/8")));
    private static final byte[] PASSWORD = bytes("0123456789abcdef");

    /** @param op of a request or a response, null for a frame's other parts */
    record Sample(Object value, @Nullable OpCode op, byte[] encoded, Function<JuteReader, Object> decoder) {
        Object decode(byte[] bytes) {
            return decoder.apply(new JuteReader(bytes));
        }
    }

    private final Map<String, Sample> all = new LinkedHashMap<>();

    private Samples() {}

    static Map<String, Sample> all() {
        Samples samples = new Samples();
        samples.frames();
        samples.requests();
        samples.multis();
        samples.responses();
        return samples.all;
    }

    private void frames() {
        connect("new", new ConnectRequest(0, 0, 30_000, 0, new byte[16], false));
        connect("renewed", new ConnectRequest(0, 0x1_0000_0007L, 30_000, 0x0100_0000_0000_0018L, PASSWORD, true));
        connected("accepted", new ConnectResponse(0, 20_000, 0x0100_0000_0000_0018L, PASSWORD, false));
        connected("expired", new ConnectResponse(0, 0, 0, new byte[16], false));
        requestHeader("ping", new RequestHeader(Xids.PING, OpCode.PING.code()));
        requestHeader("close", new RequestHeader(Integer.MAX_VALUE, OpCode.CLOSE_SESSION.code()));
        replyHeader("ok", new ReplyHeader(7, Zxid.of(1, 7), 0));
        replyHeader("error", new ReplyHeader(8, Zxid.of(1, 8), ErrorCode.NO_NODE.code()));
        WatcherEvent event = WatcherEvent.of(EventType.NODE_CREATED, "/a/b");
        frame("watcher-event created", event, written(event::write), WatcherEvent::read);
        frame("stat full", STAT, written(STAT::write), Stat::read);
    }

    private void requests() {
        request("persistent", new Request.Create(OpCode.CREATE, "/a/b", bytes("data"), Acl.OPEN, 0, 0));
        request("null-data", new Request.Create(OpCode.CREATE, "/a/b", null, TWO, 1, 0));
        request("empty-data", new Request.Create(OpCode.CREATE, "/a/\u00e9\u4e2d", new byte[0], Acl.OPEN, 2, 0));
        request(
                "ephemeral-sequential",
                new Request.Create(
                        OpCode.CREATE2, "/a/b-", bytes("data"), TWO, flag(CreateMode.EPHEMERAL_SEQUENTIAL), 0));
        request(
                "container",
                new Request.Create(
                        OpCode.CREATE_CONTAINER, "/a/c", bytes("data"), Acl.OPEN, flag(CreateMode.CONTAINER), 0));
        request(
                "ttl",
                new Request.Create(
                        OpCode.CREATE_TTL,
                        "/a/t",
                        bytes("data"),
                        Acl.OPEN,
                        flag(CreateMode.PERSISTENT_WITH_TTL),
                        123_456_789_012L));
        request("version", new Request.Delete("/a/b", 3));
        request("watch", new Request.Exists("/a/b", true));
        request("no-watch", new Request.GetData("/a/b", false));
        request("any", new Request.SetData("/a/b", bytes("other"), -1));
        request("null", new Request.SetData("/a/b", null, 4));
        request("", new Request.GetAcl("/a/b"));
        request("two", new Request.SetAcl("/a/b", TWO, 2));
        request("watch", new Request.GetChildren("/a", true));
        request("no-watch", new Request.GetChildren2("/a", false));
        request("", new Request.Sync("/a"));
        request("version", new Request.Check("/a/b", 6));
        request("incremental", new Request.Reconfig("server.4=h:1:2;3", "1,2", null, -1));
        request("whole", new Request.Reconfig(null, null, "server.1=h:1:2;3", Zxid.of(1, 0)));
        request("data", new Request.CheckWatches("/a", WatchKind.DATA.code()));
        request("any", new Request.RemoveWatches("/a", WatchKind.ANY.code()));
        request("digest", new Request.Auth(0, "digest", bytes("user:secret")));
        request(
                "three",
                new Request.SetWatches(
                        OpCode.SET_WATCHES,
                        Zxid.of(1, 9),
                        List.of("/d1", "/d2"),
                        List.of("/e"),
                        List.of("/c"),
                        List.of(),
                        List.of()));
        request(
                "five",
                new Request.SetWatches(
                        OpCode.SET_WATCHES2,
                        Zxid.of(1, 9),
                        List.of("/d"),
                        List.of(),
                        List.of("/c"),
                        List.of("/p"),
                        List.of("/r")));
        request("token", new Request.Sasl(bytes("token")));
        request("prefix", new Request.GetEphemerals("/a"));
        request("", new Request.GetAllChildrenNumber("/a"));
        request("recursive", new Request.AddWatch("/a", AddWatchMode.PERSISTENT_RECURSIVE.code()));
        // ZooKeeper has no record for these
        request("", new Request.Ping());
        request("", new Request.WhoAmI());
        request("", new Request.CloseSession());
        request("", new Request.DeleteContainer("/a/c"));
    }

    private void multis() {
        request("empty", new Request.Multi(List.of()));
        request(
                "all-kinds",
                new Request.Multi(List.of(
                        new Request.Check("/a", 1),
                        new Request.Create(OpCode.CREATE, "/a/1", bytes("data"), Acl.OPEN, 0, 0),
                        new Request.Create(OpCode.CREATE_CONTAINER, "/a/2", null, TWO, 4, 0),
                        new Request.Create(OpCode.CREATE_TTL, "/a/3", bytes("data"), Acl.OPEN, 5, 1000),
                        new Request.SetData("/a/1", bytes("other"), 0),
                        new Request.Delete("/a/1", -1))));
        request(
                "both",
                new Request.MultiRead(List.of(new Request.GetData("/a", false), new Request.GetChildren("/b", false))));
        response(
                OpCode.MULTI,
                "done",
                new Response.MultiResults(List.of(
                        Response.OpResult.ok(OpCode.CHECK, Response.EMPTY),
                        Response.OpResult.ok(OpCode.CREATE, new Response.Created("/a/1")),
                        Response.OpResult.ok(OpCode.CREATE2, new Response.Created2("/a/2", STAT)),
                        Response.OpResult.ok(OpCode.SET_DATA, new Response.StatOnly(STAT)),
                        Response.OpResult.ok(OpCode.DELETE, Response.EMPTY))));
        response(
                OpCode.MULTI,
                "failed",
                new Response.MultiResults(List.of(
                        Response.OpResult.failed(0), Response.OpResult.failed(-110), Response.OpResult.failed(-2))));
        response(
                OpCode.MULTI_READ,
                "mixed",
                new Response.MultiResults(List.of(
                        Response.OpResult.ok(OpCode.GET_DATA, new Response.Data(bytes("data"), STAT)),
                        Response.OpResult.ok(OpCode.GET_CHILDREN, new Response.Children(List.of("x", "y"))),
                        Response.OpResult.failed(-101))));
        response(OpCode.MULTI, "empty", new Response.MultiResults(List.of()));
    }

    private void responses() {
        response(OpCode.CREATE, "", new Response.Created("/a/b"));
        response(OpCode.CREATE2, "", new Response.Created2("/a/b-0000000007", STAT));
        response(OpCode.CREATE_CONTAINER, "", new Response.Created2("/a/c", STAT));
        response(OpCode.CREATE_TTL, "", new Response.Created2("/a/t", STAT));
        response(OpCode.EXISTS, "", new Response.StatOnly(STAT));
        response(OpCode.SET_DATA, "", new Response.StatOnly(STAT));
        response(OpCode.SET_ACL, "", new Response.StatOnly(STAT));
        response(OpCode.GET_DATA, "data", new Response.Data(bytes("data"), STAT));
        response(OpCode.GET_DATA, "null", new Response.Data(null, STAT));
        response(OpCode.GET_DATA, "empty", new Response.Data(new byte[0], STAT));
        response(OpCode.RECONFIG, "", new Response.Data(bytes("version=100000000"), STAT));
        response(OpCode.GET_ACL, "", new Response.AclList(TWO, STAT));
        response(OpCode.GET_CHILDREN, "", new Response.Children(List.of("x", "\u00e9\u4e2d", "z")));
        response(OpCode.GET_CHILDREN, "none", new Response.Children(List.of()));
        response(OpCode.GET_CHILDREN2, "", new Response.Children2(List.of("x", "y"), STAT));
        response(OpCode.SYNC, "", new Response.Synced("/a"));
        response(OpCode.GET_EPHEMERALS, "", new Response.Ephemerals(List.of("/a/b", "/c")));
        response(OpCode.GET_ALL_CHILDREN_NUMBER, "", new Response.AllChildrenNumber(42));
        response(OpCode.ADD_WATCH, "", new Response.ErrorBody(0));
        response(
                OpCode.WHO_AM_I,
                "",
                new Response.Identities(List.of(new ClientInfo("ip", "127.0.0.1"), new ClientInfo("digest", "user"))));
        response(OpCode.SASL, "token", new Response.SaslToken(bytes("token")));
        response(OpCode.SASL, "null", new Response.SaslToken(null));
        // no body, so ZooKeeper has no record
        response(OpCode.DELETE, "", Response.EMPTY);
    }

    private void connect(String name, ConnectRequest value) {
        frame("connect-request " + name, value, written(value::write), ConnectRequest::read);
    }

    private void connected(String name, ConnectResponse value) {
        frame("connect-response " + name, value, written(value::write), ConnectResponse::read);
    }

    private void requestHeader(String name, RequestHeader value) {
        frame("request-header " + name, value, written(value::write), RequestHeader::read);
    }

    private void replyHeader(String name, ReplyHeader value) {
        frame("reply-header " + name, value, written(value::write), ReplyHeader::read);
    }

    private void frame(String name, Object value, byte[] encoded, Function<JuteReader, Object> decoder) {
        add("frame " + name, new Sample(value, null, encoded, decoder));
    }

    private void request(String name, Request value) {
        OpCode op = value.op();
        add(name("request", op, name), new Sample(value, op, written(value::write), in -> Request.read(op, in)));
    }

    private void response(OpCode op, String name, Response value) {
        add(name("response", op, name), new Sample(value, op, written(value::write), in -> Response.read(op, in)));
    }

    private void add(String name, Sample sample) {
        if (all.put(name, sample) != null) {
            throw new AssertionError(name + " is there twice");
        }
    }

    private static String name(String kind, OpCode op, String variant) {
        return (kind + " " + op + " " + variant).strip();
    }

    private static int flag(CreateMode mode) {
        return mode.flag();
    }

    static byte[] written(java.util.function.Consumer<JuteWriter> write) {
        JuteWriter out = new JuteWriter();
        write.accept(out);
        return out.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
