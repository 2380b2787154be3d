package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Xids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every operation with every kind of body that cannot be read, and requests at the wrong time: each costs its sender an
 * error or the connection, and nobody else anything. The names carry the rows of our table of faults.
 */
@Timeout(240)
class HostileRequestsTest {
    private static final int XID = 7;
    private static final List<Acl> TWO =
            List.of(new Acl(Acl.READ, new Id("digest", "user:aGFzaA==")), new Acl(Acl.ALL, Id.ANYONE));

    private HostileServer server;
    /** Replaced when the server closes it. */
    private RawClient raw;

    @BeforeEach
    void startServer() throws Exception {
        server = HostileServer.start();
        raw = server.connectWithSession();
    }

    @AfterEach
    void stopServer() throws Exception {
        raw.close();
        server.close();
    }

    /** One body that each operation can read; for those without a record an empty one. */
    private static Map<OpCode, byte[]> bodies() {
        Map<OpCode, byte[]> bodies = new LinkedHashMap<>();
        for (OpCode op : OpCode.values()) {
            bodies.put(op, new byte[0]);
        }
        byte[] data = {1, 2, 3};
        for (OpCode op : List.of(OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL)) {
            put(bodies, new Request.Create(op, "/absent/x", data, TWO, 0, 1_000));
        }
        put(bodies, new Request.Delete("/absent", 3));
        put(bodies, new Request.Exists("/absent", true));
        put(bodies, new Request.GetData("/absent", true));
        put(bodies, new Request.SetData("/absent", data, 4));
        put(bodies, new Request.GetAcl("/absent"));
        put(bodies, new Request.SetAcl("/absent", TWO, 2));
        put(bodies, new Request.GetChildren("/absent", true));
        put(bodies, new Request.GetChildren2("/absent", true));
        put(bodies, new Request.Sync("/absent"));
        put(bodies, new Request.Check("/absent", 6));
        put(
                bodies,
                new Request.Multi(List.of(
                        new Request.Check("/absent", 1),
                        new Request.Create(OpCode.CREATE, "/absent/1", data, TWO, 0, 0),
                        new Request.Create(OpCode.CREATE_TTL, "/absent/2", null, TWO, 5, 1_000),
                        new Request.SetData("/absent", data, 0),
                        new Request.Delete("/absent", -1))));
        put(
                bodies,
                new Request.MultiRead(
                        List.of(new Request.GetData("/absent", false), new Request.GetChildren("/absent", false))));
        put(bodies, new Request.Reconfig("server.4=h:1:2;3", "1,2", null, -1));
        put(bodies, new Request.CheckWatches("/absent", 1));
        put(bodies, new Request.RemoveWatches("/absent", 1));
        put(bodies, new Request.DeleteContainer("/absent"));
        put(bodies, new Request.Auth(0, "ip", data));
        List<String> paths = List.of("/absent", "/absent/x");
        put(bodies, new Request.SetWatches(OpCode.SET_WATCHES, 1, paths, paths, paths, List.of(), List.of()));
        put(bodies, new Request.SetWatches(OpCode.SET_WATCHES2, 1, paths, paths, paths, paths, paths));
        put(bodies, new Request.Sasl(data));
        put(bodies, new Request.GetEphemerals("/absent"));
        put(bodies, new Request.GetAllChildrenNumber("/absent"));
        put(bodies, new Request.AddWatch("/absent", 1));
        return bodies;
    }

    private static void put(Map<OpCode, byte[]> bodies, Request request) {
        JuteWriter out = new JuteWriter();
        request.write(out);
        bodies.put(request.op(), out.toByteArray());
    }

    private static byte[] request(int type, byte[] body) {
        return ByteBuffer.allocate(2 * Integer.BYTES + body.length)
                .putInt(XID)
                .putInt(type)
                .put(body)
                .array();
    }

    /** An operation inside a multi, with nothing behind it that ends the multi. */
    private static byte[] slot(int type, byte[] body) {
        return ByteBuffer.allocate(9 + body.length)
                .putInt(type)
                .put((byte) 0)
                .putInt(-1)
                .put(body)
                .array();
    }

    /**
     * Sends a request: it is answered, or costs the connection.
     *
     * @return the error, or null when the connection was closed, which is replaced then
     */
    private ErrorCode ask(String what, int type, byte[] body) throws Exception {
        if (!raw.sendInVain(HostileServer.frame(2 * Integer.BYTES + body.length, request(type, body)))) {
            reconnect(); // what was asked before has closed it, after its answer
            return ask(what, type, body);
        }
        // a ping may be answered by a ping's number
        ReplyHeader reply = type == OpCode.PING.code() ? raw.awaitReply(XID, Xids.PING) : raw.awaitReply(XID);
        if (reply == null) {
            reconnect();
            return null;
        }
        ErrorCode error = ErrorCode.of(reply.err());
        assertNotNull(error, what + ": an unknown error " + reply.err());
        return error;
    }

    private void reconnect() throws Exception {
        raw.close();
        server.assertServed();
        raw = server.connectWithSession();
    }

    /** What closes the connection after its answer closes it before the next request. */
    private void goOn(OpCode op) throws Exception {
        if (op == OpCode.CLOSE_SESSION || isServersOwn(op)) {
            assertTrue(raw.isClosedByServer(), op + " ends the connection");
            reconnect();
        }
    }

    private static boolean isServersOwn(OpCode op) {
        return op == OpCode.CHECK || op == OpCode.DELETE_CONTAINER || op == OpCode.CREATE_SESSION || op == OpCode.ERROR;
    }

    @Test
    void f75_aTruncatedBodyOfAnyOperationIsAnErrorOfItsSenderAlone() throws Exception {
        for (Map.Entry<OpCode, byte[]> each : bodies().entrySet()) {
            OpCode op = each.getKey();
            byte[] body = each.getValue();
            for (int length = 0; length < body.length; length++) {
                ErrorCode error = ask(op + " cut to " + length, op.code(), Arrays.copyOf(body, length));
                assertTrue(
                        error == (isServersOwn(op) ? ErrorCode.UNIMPLEMENTED : ErrorCode.MARSHALLING_ERROR)
                                || error == null && (op == OpCode.AUTH || op == OpCode.SASL),
                        op + " cut to " + length + " of " + body.length + ": " + error);
                if (isServersOwn(op)) {
                    goOn(op);
                }
            }
            server.assertServed();
        }
    }

    @Test
    void f75_bytesBehindABodyChangeNothing() throws Exception {
        for (Map.Entry<OpCode, byte[]> each : bodies().entrySet()) {
            OpCode op = each.getKey();
            ErrorCode error = ask(op + "", op.code(), each.getValue());
            goOn(op);
            byte[] longer = Arrays.copyOf(each.getValue(), each.getValue().length + 10_000);
            ErrorCode withMore = ask(op + " with more", op.code(), longer);
            goOn(op);
            assertEquals(error, withMore, op + "");
            assertNotEquals(ErrorCode.MARSHALLING_ERROR, error, op + "");
        }
    }

    @Test
    void f76_anyNumberInABodyMayBeNegativeOrHuge() throws Exception {
        long before = server.residentBytes();
        for (Map.Entry<OpCode, byte[]> each : bodies().entrySet()) {
            OpCode op = each.getKey();
            byte[] body = each.getValue();
            for (int at = 0; at + Integer.BYTES <= body.length; at++) {
                for (int number : new int[] {-1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x00ff_ffff, 250_000}) {
                    byte[] changed = body.clone();
                    ByteBuffer.wrap(changed).putInt(at, number);
                    ask(op + " with " + number + " at " + at, op.code(), changed);
                    goOn(op);
                }
            }
            server.assertServed();
        }
        server.assertGrewByLessThan(200 * HostileServer.MIB, before);
    }

    @Test
    void f75_randomBodiesOfAnyOperationHarmNobody() throws Exception {
        long seed = Long.getLong("muster.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<OpCode> ops = new ArrayList<>(List.of(OpCode.values()));
        ops.removeIf(op -> op == OpCode.CLOSE_SESSION || isServersOwn(op));
        for (int i = 0; i < 4_000; i++) {
            OpCode op = ops.get(random.nextInt(ops.size()));
            byte[] body = new byte[random.nextInt(random.nextBoolean() ? 40 : 2_000)];
            random.nextBytes(body);
            if (body.length >= Integer.BYTES && random.nextBoolean()) {
                ByteBuffer.wrap(body).putInt(0, random.nextInt(body.length)); // a length that fits
            }
            boolean inMulti = random.nextBoolean();
            OpCode multi = random.nextBoolean() ? OpCode.MULTI : OpCode.MULTI_READ;
            String what = "-Dmuster.test.seed=" + seed + ", request " + i + ", " + op;
            if (inMulti) {
                ask(what, multi.code(), slot(op.code(), body));
            } else {
                ask(what, op.code(), body);
            }
        }
    }

    @Test
    void f77_anyOperationInAMultiWithABodyThatCannotBeReadIsAnErrorOfItsSenderAlone() throws Exception {
        for (OpCode multi : List.of(OpCode.MULTI, OpCode.MULTI_READ)) {
            for (Map.Entry<OpCode, byte[]> each : bodies().entrySet()) {
                byte[] body = each.getValue();
                int code = each.getKey().code();
                for (int length = 0; length <= body.length; length++) {
                    String what = multi + " of " + each.getKey() + " cut to " + length;
                    // also when all of the operation is there, for nothing ends the multi
                    assertEquals(
                            ErrorCode.MARSHALLING_ERROR,
                            ask(what, multi.code(), slot(code, Arrays.copyOf(body, length))),
                            what);
                }
            }
            server.assertServed();
        }
    }

    @Test
    void f77_aMultiOfUnknownOrNestedOperationsIsAnError() throws Exception {
        for (int type : new int[] {0, 10, 14, 22, 23, 99, 100, -1, -10, -11, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (OpCode multi : List.of(OpCode.MULTI, OpCode.MULTI_READ)) {
                String what = multi + " of " + type;
                assertEquals(ErrorCode.MARSHALLING_ERROR, ask(what, multi.code(), slot(type, new byte[40])), what);
            }
        }
        // one in the other, 20,000 deep
        JuteWriter deep = new JuteWriter();
        for (int i = 0; i < 20_000; i++) {
            deep.writeInt(OpCode.MULTI.code()).writeBoolean(false).writeInt(-1);
        }
        assertEquals(ErrorCode.MARSHALLING_ERROR, ask("deep", OpCode.MULTI.code(), deep.toByteArray()));
    }

    @Test
    void f77_aMultiOfAsManyOperationsAsFitIsDoneOrRefusedAsAWhole() throws Exception {
        List<Request> creates = new ArrayList<>();
        for (int i = 0; i < 15_000; i++) {
            creates.add(new Request.Create(OpCode.CREATE, "/m" + i, new byte[0], Acl.OPEN, 0, 0));
        }
        creates.add(new Request.Check("/served", 1_000_000_000));
        raw.send(XID, new Request.Multi(creates));
        assertNotNull(raw.awaitReply(XID)); // the error is in its slots
        List<Request> checks = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            checks.add(new Request.Check("/served", -1));
        }
        raw.send(XID, new Request.Multi(checks));
        ReplyHeader done = raw.awaitReply(XID);
        assertNotNull(done);
        assertEquals(ErrorCode.OK, ErrorCode.of(done.err()));
        try (MusterClient client = server.connectClient()) {
            assertEquals(List.of("served", "zookeeper"), List.copyOf(new TreeSet<>(client.children("/"))));
        }
    }

    @Test
    void f77_aMultiReadThatAsksForMoreThanAFrameCanSayIsAnsweredWithAnError() throws Exception {
        try (MusterClient client = server.connectClient()) {
            client.create("/big", new byte[1_000_000]);
        }
        List<Request> reads = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            reads.add(new Request.GetData("/big", false));
        }
        raw.send(XID, new Request.MultiRead(reads));
        ReplyHeader refused = raw.awaitReply(XID);
        assertNotNull(refused);
        assertEquals(ErrorCode.MARSHALLING_ERROR, ErrorCode.of(refused.err()));
    }

    @Test
    void f78_aRequestBeforeTheHandshakeClosesItsConnection() throws Exception {
        for (Map.Entry<OpCode, byte[]> each : bodies().entrySet()) {
            try (RawClient early = server.connect()) {
                early.sendFrame(request(each.getKey().code(), each.getValue()));
                assertTrue(early.isClosedByServer(), each.getKey() + "");
            }
        }
    }

    @Test
    void f78_requestsBehindAHandshakeThatIsRefusedAreNotDone() throws Exception {
        try (RawClient thief = server.connect()) {
            thief.sendHandshake(20_000, 0x1234_5678L, new byte[16]);
            byte[] create =
                    RawClient.encode(1, new Request.Create(OpCode.CREATE, "/stolen", new byte[0], Acl.OPEN, 0, 0));
            thief.sendInVain(HostileServer.frame(create.length, create));
            assertTrue(thief.isClosedByServer());
        }
        assertAbsent("/stolen");
    }

    @Test
    void f78_aSecondHandshakeIsNoRequestAndClosesItsConnection() throws Exception {
        raw.sendHandshake(20_000, 0, new byte[16]);
        assertTrue(raw.isClosedByServer());
        reconnect();
    }

    @Test
    void f78_operationsOfTheServerItselfChangeNothing() throws Exception {
        try (MusterClient client = server.connectClient()) {
            client.create("/container", new byte[0]);
        }
        for (OpCode op : List.of(OpCode.DELETE_CONTAINER, OpCode.CREATE_SESSION, OpCode.ERROR, OpCode.CHECK)) {
            JuteWriter body = new JuteWriter();
            body.writeString("/container").writeInt(-1);
            assertEquals(ErrorCode.UNIMPLEMENTED, ask(op + "", op.code(), body.toByteArray()));
            goOn(op);
        }
        assertEquals(ErrorCode.OK, exists("/container"));
    }

    @Test
    void f78_anyXidIsAnsweredWithItself() throws Exception {
        for (int xid : new int[] {-1, -2, -4, -8, 0, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            raw.send(xid, new Request.Exists("/served", false));
            ReplyHeader reply = raw.awaitReply(xid);
            assertNotNull(reply, "xid " + xid);
            assertEquals(ErrorCode.OK, ErrorCode.of(reply.err()), "xid " + xid);
            raw.send(xid, new Request.Create(OpCode.CREATE, "/x" + xid, new byte[0], Acl.OPEN, 0, 0));
            ReplyHeader created = raw.awaitReply(xid);
            assertNotNull(created, "xid " + xid);
        }
    }

    @Test
    void f78_aHeaderThatIsCutClosesItsConnection() throws Exception {
        for (int length = 0; length < 2 * Integer.BYTES; length++) {
            raw.sendFrame(new byte[length]);
            assertTrue(raw.isClosedByServer(), length + " bytes");
            reconnect();
        }
        JuteWriter whole = new JuteWriter();
        new RequestHeader(XID, OpCode.WHO_AM_I.code()).write(whole);
        raw.sendFrame(whole.toByteArray());
        assertNotNull(raw.awaitReply(XID));
    }

    private ErrorCode exists(String path) throws IOException {
        return ErrorCode.of(raw.ask(new Request.Exists(path, false)).err());
    }

    private void assertAbsent(String path) throws IOException {
        assertEquals(ErrorCode.NO_NODE, exists(path));
    }
}
