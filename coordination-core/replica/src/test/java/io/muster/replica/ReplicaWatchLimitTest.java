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
            new ScriptedReplica(State.initial(1, true), setup -> setup.limits = new Limits(2, 0, 0, 0));
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
}
