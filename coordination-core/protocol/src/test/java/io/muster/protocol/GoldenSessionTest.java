package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A recorded session of the real client with a real server, read and written again by our codec. */
class GoldenSessionTest {
    /** @param decoded a {@link Request}, {@link Response}, {@link WatcherEvent}, connect record, or null without a body */
    private record Frame(String step, boolean sent, int xid, int err, Object decoded) {}

    private static final int CONNECT_BYTES = 45;
    private static final int CONNECTED_BYTES = 37;

    private final List<Frame> frames = new ArrayList<>();
    private final Map<Integer, OpCode> asked = new HashMap<>();

    @BeforeEach
    void readSession() {
        String step = "";
        for (String line : Golden.lines("session.txt")) {
            if (line.startsWith("# ")) {
                step = line.substring(2);
            } else if (!line.isEmpty()) {
                byte[] bytes = HexFormat.of().parseHex(line.substring(2));
                boolean sent = line.startsWith(">");
                frames.add(sent ? readSent(step, bytes) : readReceived(step, bytes));
            }
        }
        assertTrue(frames.size() > 90, "frames: " + frames.size());
    }

    @Test
    void everyFrameDecodesAndEncodesToTheSameBytes() {
        // done while reading; here that it was worth something
        long sent = frames.stream().filter(Frame::sent).count();
        assertTrue(sent > 40, "frames from the client: " + sent);
        assertTrue(asked.containsValue(OpCode.SET_WATCHES2), "the client brought its watches back");
    }

    @Test
    void eventsComeBeforeTheReplyOfTheirCause() {
        List<Frame> step = step("create /later: two events before the reply");
        assertEquals(
                WatcherEvent.of(EventType.NODE_CREATED, "/later"), step.get(1).decoded());
        assertEquals(
                WatcherEvent.of(EventType.NODE_CHILDREN_CHANGED, "/"),
                step.get(2).decoded());
        assertEquals(new Response.Created("/later"), step.get(3).decoded());
    }

    @Test
    void nullDataStaysNull() {
        List<Frame> step = step("getData of a znode without data");
        Response.Data data = (Response.Data) step.get(1).decoded();
        assertEquals(null, data.data());
        assertEquals(0x0100_0000_0000_0001L, data.stat().ephemeralOwner());
    }

    @Test
    void failedMultiHasASlotForEachOperation() {
        List<Frame> step = step("multi that fails");
        assertEquals(
                new Response.MultiResults(List.of(
                        Response.OpResult.failed(0),
                        Response.OpResult.failed(ErrorCode.NODE_EXISTS.code()),
                        Response.OpResult.failed(ErrorCode.RUNTIME_INCONSISTENCY.code()))),
                step.get(1).decoded());
        assertEquals(0, step.get(1).err());
    }

    @Test
    void errorsAreThoseOfTheTable() {
        assertEquals(ErrorCode.NODE_EXISTS, error("create /golden again: NodeExists"));
        assertEquals(ErrorCode.BAD_VERSION, error("setData /golden with a wrong version: BadVersion"));
        assertEquals(ErrorCode.NOT_EMPTY, error("delete /golden: NotEmpty"));
        assertEquals(ErrorCode.NO_NODE, error("exists /later with a watch: NoNode"));
        assertEquals(ErrorCode.RECONFIG_DISABLED, error("reconfig on a standalone server"));
    }

    @Test
    void reservedXidsComeBackAsTheyWere() {
        assertEquals(
                List.of(Xids.AUTH, 0x20, Xids.AUTH, 0x20),
                step("auth digest, then whoAmI").stream().map(Frame::xid).toList());
        assertEquals(Xids.PING, step("another session pings when idle").get(3).xid());
    }

    @Test
    void ttlTravelsInMilliseconds() {
        Request.Create create =
                (Request.Create) step("createTTL /golden/ttl").get(0).decoded();
        assertEquals(3_600_000, create.ttlMs());
        assertEquals(CreateMode.PERSISTENT_WITH_TTL, CreateMode.of(create.flags()));
    }

    private List<Frame> step(String title) {
        return frames.stream().filter(frame -> frame.step().equals(title)).toList();
    }

    private ErrorCode error(String title) {
        List<Frame> step = step(title);
        return ErrorCode.of(step.get(step.size() - 1).err());
    }

    private Frame readSent(String step, byte[] bytes) {
        JuteReader in = new JuteReader(bytes);
        // the connect frame has no header; no other has its length and starts with a zero
        if (bytes.length == CONNECT_BYTES && in.peekInt() == 0) {
            ConnectRequest connect = ConnectRequest.read(in);
            assertSame(step, bytes, connect::write);
            return new Frame(step, true, 0, 0, connect);
        }
        RequestHeader header = RequestHeader.read(in);
        OpCode op = OpCode.of(header.type());
        assertNotNull(op, step);
        Request request = Request.read(op, in);
        asked.put(header.xid(), op);
        assertSame(step, bytes, out -> {
            header.write(out);
            request.write(out);
        });
        return new Frame(step, true, header.xid(), 0, request);
    }

    private Frame readReceived(String step, byte[] bytes) {
        JuteReader in = new JuteReader(bytes);
        if (bytes.length == CONNECTED_BYTES && in.peekInt() == 0) {
            ConnectResponse connected = ConnectResponse.read(in);
            assertSame(step, bytes, connected::write);
            return new Frame(step, false, 0, 0, connected);
        }
        ReplyHeader header = ReplyHeader.read(in);
        if (header.xid() == Xids.NOTIFICATION) {
            WatcherEvent event = WatcherEvent.read(in);
            assertSame(step, bytes, out -> {
                header.write(out);
                event.write(out);
            });
            return new Frame(step, false, header.xid(), header.err(), event);
        }
        OpCode op = asked.get(header.xid());
        assertNotNull(op, step);
        Response response = header.err() == 0 ? Response.read(op, in) : Response.EMPTY;
        assertSame(step, bytes, out -> {
            header.write(out);
            response.write(out);
        });
        return new Frame(step, false, header.xid(), header.err(), response);
    }

    private static void assertSame(String step, byte[] golden, Consumer<JuteWriter> write) {
        assertEquals(
                HexFormat.of().formatHex(golden), HexFormat.of().formatHex(Samples.written(write)), "step: " + step);
    }
}
