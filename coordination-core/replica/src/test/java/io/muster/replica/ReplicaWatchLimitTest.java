package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.replica.state.State;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection that wants more watches than it may have. */
class ReplicaWatchLimitTest {
    private static final String REFUSED = "refused: WATCHES_PER_CONNECTION, at most 2";

    private final ScriptedReplica script =
            new ScriptedReplica(State.initial(1, true), setup -> setup.limits = new Limits(2, 0, 0, 0, 0, 0));
    private long client;

    @BeforeEach
    void fill() {
        client = script.client();
        script.create(client, "/a", "/b");
        script.ask(client, Ask.watchData("/a"));
        script.ask(client, Ask.watchChildren("/a"));
    }

    @Test
    void oneWatchTooManyIsRefusedAsAQuotaThatIsExceeded() {
        for (Request request : List.of(
                Ask.watchData("/b"),
                Ask.watchExists("/b"),
                Ask.watchExists("/missing"),
                Ask.watchChildren("/b"),
                Ask.watchAll("/b"),
                Ask.watchBelow("/b"))) {
            script.send(client, request);
            script.flush();
            List<String> heard = script.hear(client);
            assertEquals(2, heard.size(), heard.toString());
            assertEquals(REFUSED, heard.get(0));
            assertEquals("QUOTA_EXCEEDED", heard.get(1).split(" ")[1]);
        }
        assertEquals(2, script.replica.watchCount());
    }

    @Test
    void whatIsWatchedAlreadyMayBeWatchedAgain() {
        assertEquals(ErrorCode.OK, script.error(client, Ask.watchData("/a")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.watchChildren("/a")));
        assertEquals(2, script.replica.watchCount());
    }

    @Test
    void aWatchThatFiredMakesRoomForAnother() {
        script.ask(client, Ask.set("/a", "x"));
        assertEquals(ErrorCode.OK, script.error(client, Ask.watchData("/b")));
    }

    @Test
    void anErrorOfTheReadComesBeforeThatOfTheLimit() {
        assertEquals(ErrorCode.NO_NODE, script.error(client, Ask.watchData("/missing")));
        assertEquals(ErrorCode.NO_NODE, script.error(client, Ask.watchChildren("/missing")));
    }

    @Test
    void aReconnectedClientWithTooManyWatchesIsClosedSinceItWouldBelieveThatItHasThem() {
        long other = script.client();
        script.send(
                other,
                new Request.SetWatches(
                        OpCode.SET_WATCHES,
                        script.lastZxid(),
                        List.of("/a", "/b"),
                        List.of("/missing"),
                        List.of(),
                        List.of(),
                        List.of()));
        script.send(other, Ask.get("/a"));
        script.flush();
        assertEquals(List.of(REFUSED, "closed: it has more watches than it may have"), script.hear(other));
        script.step(new Input.ConnectionClosed(other));
        assertEquals(2, script.replica.watchCount(), "only those of the first are left");
    }

    @Test
    void bytesOfWatchedPathsAreBoundedForAConnection() {
        ScriptedReplica bounded = new ScriptedReplica(
                State.initial(1, true), setup -> setup.limits = Limits.NONE.withWatchBytes(10_000, 0));
        long greedy = bounded.client();
        assertEquals(ErrorCode.NO_NODE, bounded.error(greedy, Ask.watchExists("/" + "a".repeat(5_999))));
        assertEquals(ErrorCode.QUOTA_EXCEEDED, bounded.error(greedy, Ask.watchExists("/" + "b".repeat(5_999))));
        assertEquals(ErrorCode.QUOTA_EXCEEDED, bounded.error(greedy, Ask.watchAll("/" + "c".repeat(2_999))));
        assertEquals(ErrorCode.NO_NODE, bounded.error(greedy, Ask.watchExists("/" + "a".repeat(5_999))));
        assertEquals(ErrorCode.OK, bounded.error(greedy, Ask.watchBelow("/" + "d".repeat(2_999))));
        assertEquals(ErrorCode.NO_NODE, bounded.error(bounded.client(), Ask.watchExists("/" + "b".repeat(5_999))));
    }

    @Test
    void bytesOfWatchedPathsAreBoundedForAllAndSaidToBe() {
        ScriptedReplica bounded = new ScriptedReplica(
                State.initial(1, true), setup -> setup.limits = Limits.NONE.withWatchBytes(0, 10_000));
        long first = bounded.client();
        long second = bounded.client();
        String path = "/" + "a".repeat(5_999);
        assertEquals(ErrorCode.NO_NODE, bounded.error(first, Ask.watchExists(path)));
        bounded.send(second, Ask.watchExists("/" + "b".repeat(5_999)));
        bounded.flush();
        assertEquals("refused: WATCH_BYTES, at most 10000", bounded.hear(second).get(0));
        assertEquals(ErrorCode.NO_NODE, bounded.error(second, Ask.watchExists(path)));
        Request anew = new Request.SetWatches(
                OpCode.SET_WATCHES2, 0, List.of(), List.of("/" + "b".repeat(5_999)), List.of(), List.of(), List.of());
        bounded.send(second, anew);
        bounded.flush();
        List<String> heard = bounded.hear(second);
        assertEquals("closed: it has more watches than it may have", heard.get(heard.size() - 1));
    }
}
