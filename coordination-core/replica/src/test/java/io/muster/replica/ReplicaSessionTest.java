package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.CreateMode;
import io.muster.protocol.Request;
import io.muster.replica.session.SessionPasswords;
import io.muster.replica.session.SessionTable;
import io.muster.replica.state.State;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions: made, renewed, expired and closed. */
class ReplicaSessionTest {
    private static final List<String> REJECTED = List.of("rejected: timeout 0, session 0");

    private final ScriptedReplica script = new ScriptedReplica();

    private boolean isAlive(long sessionId) {
        State last = script.published.get(script.published.size() - 1);
        return last.sessionTimeoutMs(sessionId) >= 0;
    }

    @Test
    void theTimeoutIsBroughtIntoTheServersRange() {
        int[][] askedAndGiven = {
            {-5, 200}, {0, 200}, {199, 200}, {200, 200}, {1_234, 1_234}, {5_000, 5_000}, {9_999, 5_000}
        };
        for (int[] pair : askedAndGiven) {
            long connection = script.open();
            script.connect(connection, pair[0], 0, new byte[16], 0);
            script.flush();
            assertEquals(List.of("accepted for " + pair[1] + " ms"), script.hear(connection));
        }
    }

    @Test
    void sessionIdsStartWithTheServersAndAreNeverUsedTwice() {
        long first = script.session(script.client());
        long second = script.session(script.client());
        assertEquals(1, first >>> 56);
        assertNotEquals(first, second);

        State recovered = script.published.get(script.published.size() - 1);
        ScriptedReplica restarted = new ScriptedReplica(recovered);
        long third = restarted.session(restarted.client());
        assertTrue(third > second, "a server that comes back at once, or with its clock set back");
    }

    @Test
    void theRightPasswordRenews() {
        long session = script.session(script.client());
        long again = script.open();
        script.renew(again, session);
        assertEquals(List.of("accepted for 1000 ms"), script.hear(again));
        assertEquals(session, script.session(again));
    }

    @Test
    void aRenewalMayChangeTheTimeout() {
        long session = script.session(script.client());
        long again = script.open();
        script.connect(again, 3_000, session, SessionPasswords.zooKeepers(session), 0);
        assertEquals(List.of("accepted for 3000 ms"), script.hear(again));
        script.after(2_900);
        script.flush();
        assertTrue(isAlive(session));
    }

    @Test
    void aWrongAZeroOrAShortPasswordIsRejectedAndHarmsNobody() {
        long client = script.client();
        long session = script.session(client);
        for (byte[] password : List.of(new byte[16], new byte[0], SessionPasswords.zooKeepers(session + 1))) {
            long thief = script.open();
            script.connect(thief, 1_000, session, password, 0);
            assertEquals(REJECTED, script.hear(thief));
            script.send(thief, Ask.get("/"));
            assertEquals(List.of(), script.hear(thief));
        }
        script.ask(client, Ask.get("/"));
    }

    @Test
    void aSessionThatNeverWasIsRejectedWithItsRightPassword() {
        long connection = script.open();
        script.renew(connection, 0x77);
        assertEquals(REJECTED, script.hear(connection));
    }

    @Test
    void anOldClientGetsNoReadOnlyFlag() {
        long connection = script.open();
        boolean[] lacked = {false};
        Outputs out = new Forwarding(script) {
            @Override
            public void accept(long to, long sessionId, ConnectResponse response) {
                lacked[0] = response.readOnly() == null;
            }
        };
        script.replica.step(new Input.Connect(connection, new ConnectRequest(0, 0, 1_000, 0, new byte[16], null)), out);
        script.replica.endBatch(out);
        script.replica.step(new Input.Persisted(script.lastZxid()), out);
        assertTrue(lacked[0]);
    }

    @Test
    void aSecondConnectionOfASessionClosesTheFirst() {
        long first = script.client();
        long session = script.session(first);
        long second = script.open();
        script.renew(second, session);
        assertEquals(List.of("closed: its session moved to another connection"), script.hear(first));
        assertEquals(List.of("accepted for 1000 ms"), script.hear(second));

        script.send(first, Ask.get("/"));
        assertEquals(List.of(), script.hear(first), "what comes from the first is dropped");
        script.step(new Input.ConnectionClosed(first));
        script.after(1_000);
        script.send(second, Ask.exists("/"));
        assertEquals(List.of("1 v0"), script.hear(second), "the session is the second's");
    }

    @Test
    void aTouchThatComesLateFromTheFirstConnectionExtendsNothingThatIsOver() {
        long client = script.client();
        long session = script.session(client);
        script.send(client, new Request.CloseSession());
        script.step(new Input.Touched(client));
        script.flush();
        int logged = script.log.size();
        script.after(10_000);
        script.flush();
        assertEquals(logged, script.log.size(), "a session ends once");
        assertTrue(!isAlive(session));
    }

    @Test
    void aClientFromTheFutureIsClosedUnanswered() {
        long connection = script.open();
        script.connect(connection, 1_000, 0, new byte[16], script.lastZxid() + 1);
        script.flush();
        assertEquals(
                List.of("closed: the client has seen a later transaction than this server"), script.hear(connection));
        assertEquals(0, script.replica.sessionCount());
    }

    @Test
    void aClientThatHasSeenTheLastTransactionIsWelcome() {
        long client = script.client();
        script.create(client, "/a");
        long connection = script.open();
        script.connect(connection, 1_000, 0, new byte[16], script.lastZxid());
        script.flush();
        assertEquals(List.of("accepted for 1000 ms"), script.hear(connection));
    }

    @Test
    void aSecondHandshakeCloses() {
        long client = script.client();
        script.connect(client, 1_000, 0, new byte[16], 0);
        assertEquals(List.of("closed: a second handshake"), script.hear(client));
    }

    @Test
    void nothingIsTakenBeforeTheHandshake() {
        long connection = script.open();
        script.send(connection, Ask.create("/a"));
        script.flush();
        assertEquals(List.of(), script.hear(connection));
        assertEquals(List.of(), script.log);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 37, 99, 100, 101, -1, -150, -100_000})
    void aSessionExpiresWithinOneTickAfterItsTimeoutAndNeverBefore(long startMs) {
        SessionTable table = new SessionTable(100);
        for (int timeoutMs : new int[] {1, 99, 100, 101, 250}) {
            long id = timeoutMs;
            table.open(id, timeoutMs, startMs);
            long expiredAt = Long.MAX_VALUE;
            for (long now = startMs; now <= startMs + timeoutMs + 100; now++) {
                if (!table.expire(now).isEmpty()) {
                    expiredAt = now;
                    break;
                }
            }
            assertTrue(expiredAt > startMs + timeoutMs, "early: " + expiredAt);
            assertTrue(expiredAt <= startMs + timeoutMs + 100, "late: " + expiredAt);
            table.remove(id);
        }
    }

    @Test
    void everyRequestAndEveryTouchExtendsTheSession() {
        long client = script.client();
        long session = script.session(client);
        for (int i = 0; i < 5; i++) {
            script.after(900);
            script.send(client, new Request.Ping());
            script.after(900);
            script.step(new Input.Touched(client));
        }
        script.flush();
        assertTrue(isAlive(session));
        script.after(1_100);
        script.flush();
        assertTrue(!isAlive(session));
    }

    /** A paused server hears everybody who spoke meanwhile before it judges who was silent. */
    @Test
    void whoIsHeardOfInTheBatchAfterALongPauseLivesOn() {
        long spoke = script.client();
        long read = script.client();
        long back = script.client();
        long silent = script.client();
        long spokeSession = script.session(spoke);
        long readSession = script.session(read);
        long backSession = script.session(back);
        long silentSession = script.session(silent);
        script.after(60_000);
        script.send(spoke, new Request.Ping());
        script.step(new Input.Touched(read));
        script.renew(script.open(), backSession);
        script.flush();
        assertTrue(isAlive(spokeSession));
        assertTrue(isAlive(readSession));
        assertTrue(isAlive(backSession));
        assertTrue(!isAlive(silentSession));
    }

    @Test
    void theEarliestExpiresFirst() {
        SessionTable table = new SessionTable(100);
        table.open(1, 300, 0);
        table.open(2, 100, 0);
        table.open(3, 200, 0);
        table.touch(table.get(2), 150);
        assertEquals(
                List.of(3L, 2L, 1L),
                table.expire(1_000).stream().map(SessionTable.Session::id).toList());
        assertEquals(List.of(), table.expire(2_000));
    }

    @Test
    void expiryTakesTheEphemeralsAndClosesTheConnection() {
        long client = script.client();
        long session = script.session(client);
        long watcher = script.client();
        script.create(client, "/p");
        script.ask(client, Ask.create("/p/e1", CreateMode.EPHEMERAL));
        script.ask(client, Ask.create("/p/e2", CreateMode.EPHEMERAL));
        script.ask(watcher, Ask.watchBelow("/p"));
        script.hear(client);
        script.after(900);
        script.send(watcher, new Request.Ping());
        script.hear(watcher);
        script.after(200);
        script.endBatch();
        assertEquals(List.of(), script.hear(client), "its end is not on the disk");
        script.persist();
        long end = script.lastZxid();

        assertEquals(List.of("closed: the session expired"), script.hear(client));
        assertEquals(
                List.of("event@" + end + " NODE_DELETED /p/e1", "event@" + end + " NODE_DELETED /p/e2"),
                script.hear(watcher));
        long again = script.open();
        script.renew(again, session);
        assertEquals(REJECTED, script.hear(again));
    }

    @Test
    void aClientThatClosesHearsAllThatCameBeforeItsLastReply() {
        long client = script.client();
        long session = script.session(client);
        script.create(client, "/a");
        script.ask(client, Ask.create("/e", CreateMode.EPHEMERAL));
        script.ask(client, Ask.watchData("/a"));
        script.hear(client);

        script.send(client, Ask.set("/a", "x"));
        script.send(client, new Request.CloseSession());
        script.send(client, Ask.get("/a"));
        script.endBatch();
        assertEquals(List.of(), script.hear(client));
        script.persist();
        long set = script.lastZxid() - 1;
        assertEquals(
                List.of(
                        "event@" + set + " NODE_DATA_CHANGED /a",
                        "4 v1",
                        "5 ok",
                        "closed: the session was closed by its client"),
                script.hear(client));
        assertTrue(!isAlive(session));
        assertEquals(0, script.published.get(script.published.size() - 1).ephemeralCount());
    }

    @Test
    void aHandshakeAndACloseInOneBatchAreBothAnswered() {
        long connection = script.open();
        script.connect(connection, 1_000, 0, new byte[16], 0);
        script.send(connection, new Request.CloseSession());
        script.flush();
        assertEquals(
                List.of("accepted for 1000 ms", "1 ok", "closed: the session was closed by its client"),
                script.hear(connection));
    }

    @Test
    void aLostConnectionLeavesItsSessionUntilTheTimeout() {
        long client = script.client();
        long session = script.session(client);
        script.step(new Input.ConnectionClosed(client));
        assertEquals(0, script.replica.connectionCount());
        script.after(1_000);
        long again = script.open();
        script.renew(again, session);
        assertEquals(List.of("accepted for 1000 ms"), script.hear(again));
    }

    @Test
    void aRestartedServerGivesEverySessionItsWholeTimeout() {
        long session = script.session(script.client());
        State recovered = script.published.get(script.published.size() - 1);
        ScriptedReplica restarted = new ScriptedReplica(recovered);
        restarted.after(1_000);
        long again = restarted.open();
        restarted.renew(again, session);
        assertEquals(List.of("accepted for 1000 ms"), restarted.hear(again));
        restarted.after(1_101);
        restarted.flush();
        assertEquals(List.of("closed: the session expired"), restarted.hear(again));
    }
}
