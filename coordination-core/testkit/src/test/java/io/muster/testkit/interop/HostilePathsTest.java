package io.muster.testkit.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import io.muster.testkit.MusterProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that are no names, and ways around an access control list. The names carry the rows of our table of faults. */
@Timeout(240)
class HostilePathsTest {
    private static final int XID = 7;
    private static final byte[] OWNER = "owner:secret".getBytes(UTF_8);

    private HostileServer server;
    private RawClient stranger;

    @BeforeEach
    void startServer() throws Exception {
        // At debug the server says the most, which nobody may use to write lines of his own.
        server = HostileServer.start(MusterProcess.builder()
                .property("logback.configurationFile", ScenarioProcess.resource("everything.xml")));
        try (MusterClient owner = server.connectClient()) {
            owner.addAuth("digest", OWNER);
            owner.multi(List.of(
                    io.muster.client.Op.create("/guarded", "x".getBytes(UTF_8)),
                    io.muster.client.Op.create("/guarded/child", "x".getBytes(UTF_8))));
            owner.setAcl("/guarded/child", Acl.CREATOR_ALL, -1);
            owner.setAcl("/guarded", Acl.CREATOR_ALL, -1);
        }
        stranger = server.connectWithSession();
    }

    @AfterEach
    void stopServer() throws Exception {
        stranger.close();
        server.close();
    }

    private ErrorCode ask(Request request) throws IOException {
        return ErrorCode.of(stranger.ask(request).err());
    }

    private static Request create(String path) {
        return new Request.Create(OpCode.CREATE, path, new byte[0], Acl.OPEN, 0, 0);
    }

    @Test
    void f79_aPathThatIsNoneIsRefusedWhateverIsAskedOfIt() throws Exception {
        for (String path : List.of(
                "",
                "no-slash",
                "//",
                "/a//b",
                "/a/",
                "/./a",
                "/a/.",
                "/../a",
                "/guarded/../open",
                "/a\0b",
                "/a\u0001",
                "/a\u007f",
                "/a\u009f",
                "/a\uf8ff",
                "/a\ufff0",
                "/a\uffff")) {
            String what =
                    "\"" + path.codePoints().mapToObj(Integer::toHexString).toList() + "\"";
            assertRefused(create(path), what);
            if (!path.isEmpty()) { // "/s-" is a name
                assertRefused(new Request.Create(OpCode.CREATE2, path + "/s-", new byte[0], Acl.OPEN, 3, 0), what);
            }
            for (Request request : List.of(
                    new Request.SetData(path, new byte[0], -1),
                    new Request.Delete(path, -1),
                    new Request.SetAcl(path, Acl.OPEN, -1),
                    new Request.Exists(path, false),
                    new Request.GetData(path, false),
                    new Request.GetChildren(path, false),
                    new Request.GetAcl(path),
                    new Request.GetAllChildrenNumber(path))) {
                assertRefused(request, what);
            }
        }
        assertEquals(List.of("guarded", "served", "zookeeper"), names("/"));
    }

    /** Which error it is depends on what is looked at first. */
    private void assertRefused(Request request, String what) throws IOException {
        ErrorCode error = ask(request);
        assertTrue(
                error == ErrorCode.BAD_ARGUMENTS || error == ErrorCode.NO_NODE || error == ErrorCode.NO_AUTH,
                request.op() + " of " + what + ": " + error);
    }

    private List<String> names(String path) throws Exception {
        try (MusterClient client = server.connectClient()) {
            return List.copyOf(new TreeSet<>(client.children(path)));
        }
    }

    @Test
    void f79_bytesThatAreNotUtf8NameNothing() throws Exception {
        for (String hex :
                List.of("2fff", "2fc0af", "2f61c0af62", "2fe080af", "2ff08080af", "2f61ed a080", "2f80", "2fc3")) {
            byte[] path = HexFormat.of().parseHex(hex.replace(" ", ""));
            for (int type : new int[] {1, 2, 3, 4, 5, 8}) {
                JuteWriter request = new JuteWriter();
                new RequestHeader(XID, type).write(request);
                request.writeBuffer(path);
                if (type == 1) {
                    request.writeBuffer(new byte[0]);
                    Acl.writeList(request, Acl.OPEN);
                    request.writeInt(0);
                } else if (type == 5) {
                    request.writeBuffer(new byte[0]).writeInt(-1);
                } else {
                    request.writeInt(-1);
                }
                stranger.sendFrame(request.toByteArray());
                ReplyHeader reply = stranger.awaitReply(XID);
                assertNotNull(reply);
                ErrorCode error = ErrorCode.of(reply.err());
                assertTrue(
                        error == ErrorCode.BAD_ARGUMENTS || error == ErrorCode.NO_NODE && type != 1,
                        hex + ", type " + type + ": " + error);
            }
        }
        assertEquals(List.of("guarded", "served", "zookeeper"), names("/"));
    }

    @Test
    void f79_aGuardedZnodeHasNoOtherName() throws Exception {
        for (String alias : List.of(
                "/guarded/",
                "//guarded",
                "/./guarded",
                "/x/../guarded",
                "/guarded\0",
                "/guarded/child/..",
                "/GUARDED")) {
            for (Request request : List.of(
                    new Request.GetData(alias, false),
                    new Request.SetData(alias, new byte[0], -1),
                    new Request.GetChildren(alias, false),
                    new Request.Delete(alias + "/child", -1))) {
                ErrorCode error = ask(request);
                assertTrue(
                        error == ErrorCode.BAD_ARGUMENTS || error == ErrorCode.NO_NODE || error == ErrorCode.NO_AUTH,
                        request + ": " + error);
            }
        }
    }

    @Test
    void f88_noOperationGetsAroundAnAccessControlList() throws Exception {
        String path = "/guarded";
        String below = "/guarded/x";
        for (Request request : List.of(
                new Request.GetData(path, false),
                new Request.GetData(path, true),
                new Request.GetChildren(path, false),
                new Request.GetChildren(path, true),
                new Request.GetChildren2(path, false),
                new Request.GetAcl(path),
                new Request.GetAllChildrenNumber(path),
                new Request.SetData(path, new byte[0], -1),
                new Request.SetAcl(path, Acl.OPEN, -1),
                new Request.Delete("/guarded/child", -1),
                create(below),
                new Request.Create(OpCode.CREATE2, below, new byte[0], Acl.OPEN, 0, 0),
                new Request.Create(OpCode.CREATE_CONTAINER, below, new byte[0], Acl.OPEN, 4, 0),
                new Request.Create(OpCode.CREATE_TTL, below, new byte[0], Acl.OPEN, 5, 1_000))) {
            assertEquals(ErrorCode.NO_AUTH, ask(request), request + "");
        }
        for (Request each : List.of(
                new Request.SetData(path, new byte[0], -1),
                new Request.Delete("/guarded/child", -1),
                new Request.Check(path, -1),
                create(below))) {
            assertEquals(
                    List.of(ErrorCode.NO_AUTH.code()),
                    slots(OpCode.MULTI, new Request.Multi(List.of(each))),
                    each + "");
        }
        for (Request each : List.of(new Request.GetData(path, false), new Request.GetChildren(path, false))) {
            assertEquals(
                    List.of(ErrorCode.NO_AUTH.code()),
                    slots(OpCode.MULTI_READ, new Request.MultiRead(List.of(each))),
                    each + "");
        }
        assertEquals(List.of(), ((Response.Ephemerals) body(new Request.GetEphemerals("/guarded"))).ephemerals());
        ErrorCode reconfig = ask(new Request.Reconfig("server.4=h:1:2;3", null, null, -1));
        assertTrue(reconfig != ErrorCode.OK, reconfig + "");
        try (MusterClient owner = server.connectClient()) {
            owner.addAuth("digest", OWNER);
            assertEquals(0, owner.get(path).stat().version());
            assertEquals(List.of("child"), owner.children(path));
        }
    }

    private Response body(Request request) throws IOException {
        stranger.send(XID, request);
        JuteReader in = new JuteReader(stranger.receiveFrame());
        assertEquals(new ReplyHeader(XID, 0, 0).err(), ReplyHeader.read(in).err());
        return Response.read(request.op(), in);
    }

    private List<Integer> slots(OpCode op, Request request) throws IOException {
        assertEquals(op, request.op());
        Response.MultiResults results = (Response.MultiResults) body(request);
        return results.results().stream().map(Response.OpResult::err).toList();
    }

    @Test
    void f88_aWatchTellsNothingOfWhatItsOwnerMayNotRead() throws Exception {
        assertEquals(ErrorCode.OK, ask(new Request.AddWatch("/guarded", 1)));
        assertEquals(ErrorCode.OK, ask(new Request.AddWatch("/", 1)));
        ask(new Request.Exists("/guarded/new", true));
        try (MusterClient owner = server.connectClient()) {
            owner.addAuth("digest", OWNER);
            owner.set("/guarded", new byte[0]);
            owner.create(
                    "/guarded/new", new byte[0], io.muster.client.CreateOptions.PERSISTENT.withAcl(Acl.CREATOR_ALL));
            owner.delete("/guarded/new");
            owner.create("/seen", new byte[0]);
        }
        // the recursive watch of the root hears of the honest client too
        String heard = nextEventElsewhere();
        assertEquals("NODE_CREATED /seen", heard);
    }

    /** The next event that is not of the honest client. */
    private String nextEventElsewhere() throws IOException {
        while (true) {
            JuteReader in = new JuteReader(stranger.receiveFrame());
            ReplyHeader header = ReplyHeader.read(in);
            if (header.xid() == Xids.NOTIFICATION) {
                WatcherEvent event = WatcherEvent.read(in);
                if (!event.path().equals("/served")) {
                    return EventType.of(event.type()) + " " + event.path();
                }
            }
        }
    }

    @Test
    void f89_aClientCannotLeaveItsChroot() throws Exception {
        try (MusterClient client = server.connectClient()) {
            client.create("/inner", new byte[0]);
            client.create("/outside", new byte[0]);
        }
        LinkedBlockingQueue<WatchedEvent> events = new LinkedBlockingQueue<>();
        try (ZooKeeper inside = ZooKeeperScenario.connect(server.process().connectString() + "/inner")) {
            for (String path : List.of("/../outside", "/./../outside", "/a/../../outside")) {
                assertThrowsIllegal(() -> inside.getData(path, false, null));
                assertThrowsIllegal(() -> inside.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
                assertThrowsIllegal(() -> inside.exists(path, true));
            }
            assertNull(inside.exists("/outside", false));
            inside.addWatch("/", events::add, AddWatchMode.PERSISTENT_RECURSIVE);
            try (MusterClient client = server.connectClient()) {
                client.set("/outside", new byte[1]);
                client.create("/inner/a", new byte[0]);
            }
            WatchedEvent event = events.poll(60, TimeUnit.SECONDS);
            assertNotNull(event);
            assertEquals("/a", event.getPath());
        }
        try (MusterClient inside = MusterClient.connect(server.process().connectString() + "/inner")) {
            for (String path : List.of("/../outside", "/./../outside", "/a/../../outside", "outside")) {
                assertThrowsIllegal(() -> inside.get(path));
                assertThrowsIllegal(() -> inside.create(path, new byte[0]));
                assertThrowsIllegal(() -> inside.multi(List.of(io.muster.client.Op.create(path, new byte[0]))));
            }
            assertEquals(List.of("a"), inside.children("/"));
            inside.create("/b", new byte[0]);
        }
        assertEquals(List.of("a", "b"), names("/inner"));
    }

    private interface Action {
        Object run() throws Exception;
    }

    private static void assertThrowsIllegal(Action action) throws Exception {
        try {
            Object done = action.run();
            throw new AssertionError("it was done: " + done);
        } catch (IllegalArgumentException e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }

    @Test
    void f90_reservedZnodesCannotBeDeletedNorTheConfigurationWritten() throws Exception {
        for (String path : List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config")) {
            ErrorCode deleted = ask(new Request.Delete(path, -1));
            assertTrue(deleted != ErrorCode.OK, "delete " + path + ": " + deleted);
            List<Integer> slots = slots(OpCode.MULTI, new Request.Multi(List.of(new Request.Delete(path, -1))));
            assertTrue(slots.get(0) != 0, "delete in a multi " + path + ": " + slots);
        }
        assertEquals(ErrorCode.NO_AUTH, ask(new Request.SetData("/zookeeper/config", new byte[0], -1)));
        assertEquals(ErrorCode.NO_AUTH, ask(new Request.SetAcl("/zookeeper/config", Acl.OPEN, -1)));
        assertEquals(ErrorCode.NO_AUTH, ask(create("/zookeeper/config/x")));
        assertEquals(
                List.of("config", "quota"),
                names("/zookeeper").stream()
                        .filter(name -> List.of("config", "quota").contains(name))
                        .toList());
    }

    @Test
    void f98_nobodyWritesLinesIntoTheLog() throws Exception {
        String forged = "\n2026-01-01 00:00:00 ERROR forged-line \u001b[2J";
        List<Request> requests = new ArrayList<>(List.of(
                create("/a" + forged),
                new Request.GetData("/a" + forged, true),
                new Request.Exists("/a" + forged, true),
                new Request.AddWatch("/a" + forged, 1),
                new Request.SetWatches(
                        OpCode.SET_WATCHES2,
                        1,
                        List.of(forged),
                        List.of(forged),
                        List.of(forged),
                        List.of(forged),
                        List.of(forged)),
                new Request.Create(
                        OpCode.CREATE,
                        "/acl",
                        forged.getBytes(UTF_8),
                        List.of(new Acl(31, new io.muster.protocol.Id(forged, forged))),
                        0,
                        0),
                new Request.GetEphemerals(forged),
                new Request.Sasl(forged.getBytes(UTF_8)),
                new Request.Reconfig(forged, forged, forged, -1)));
        requests.add(new Request.Auth(0, "digest", ("user" + forged + ":secret").getBytes(UTF_8)));
        requests.add(new Request.Auth(0, forged, forged.getBytes(UTF_8)));
        for (Request request : requests) {
            stranger.send(XID, request);
            if (stranger.awaitReply(XID) == null) {
                stranger.close();
                stranger = server.connectWithSession();
            }
        }
        // four letters that are no word, and a frame that is nonsense
        for (String start : List.of("\nab\n", "ruok\n", "\u001b[2J")) {
            try (RawClient other = server.connect()) {
                other.sendInVain((start + forged).getBytes(UTF_8));
                other.isClosedByServer();
            }
        }
        server.assertServed();
        assertTrue(server.process().console().contains("DEBUG"), "the server logs at debug");
        for (String line : server.process().console().split("\n")) {
            assertFalse(line.startsWith("2026-01-01"), line);
            assertFalse(line.contains("\u001b"), line);
        }
    }
}
