package io.muster.client.session;

import static io.muster.client.session.ScriptedSession.DATA;
import static io.muster.client.session.ScriptedSession.MUSTER;
import static io.muster.client.session.ScriptedSession.ZOOKEEPER;
import static io.muster.client.session.ScriptedSession.get;
import static io.muster.client.session.ScriptedSession.set;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Extensions;
import io.muster.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a session comes to be, goes from server to server, and ends. */
class SessionConnectTest {

    @Test
    void firstHandshakeAsksForANewSessionAndOffersConfirmedPings() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        assertEquals(List.of("connect to 0"), script.start());
        assertEquals(List.of("send handshake"), script.opened());

        ConnectRequest request = script.handshake();
        assertEquals(0, request.sessionId());
        assertEquals(0, request.lastZxidSeen());
        assertEquals(10_000, request.timeoutMs());
        assertEquals(Boolean.FALSE, request.readOnly());
        assertArrayEquals(new byte[16], request.password());
        assertEquals(Extensions.CONFIRMED_PINGS, Extensions.decode(request.protocolVersion()));

        assertEquals(List.of("opened 0x77 for 8000 ms"), script.accept(ZOOKEEPER, 0x77, 8_000));
    }

    @Test
    void callsThatWaitedAreSentInOrderAfterTheHandshake() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        assertEquals(List.of(), script.submit(get("/a")));
        script.opened();
        assertEquals(List.of(), script.submit(set("/b")));
        assertEquals(
                List.of("opened 0x77 for 10000 ms", "send 1 GET_DATA /a", "send 2 SET_DATA /b"),
                script.accept(ZOOKEEPER, 0x77, 10_000));
    }

    @Test
    void reattachesWithIdPasswordAndLastZxid() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"));
        script.reply(1, 42, ErrorCode.OK, DATA);
        assertEquals(List.of("suspended 0x77"), script.lost("reset"));
        assertEquals(List.of("connect to 0"), script.after(0));
        script.opened();

        ConnectRequest request = script.handshake();
        assertEquals(0x77, request.sessionId());
        assertEquals(42, request.lastZxidSeen());
        assertArrayEquals(new byte[] {7, 7}, request.password());
        assertEquals(List.of("attached 0x77 for 10000 ms"), script.accept(ZOOKEEPER, 0x77, 10_000));
    }

    @Test
    void lastZxidNeverGoesBack() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"));
        script.submit(get("/b"));
        script.reply(1, 42, ErrorCode.OK, DATA);
        script.reply(2, -1, ErrorCode.NO_NODE, io.muster.protocol.Response.EMPTY);
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(42, script.handshake().lastZxidSeen());
    }

    @Test
    void serversAreTriedInTurnWithAPauseAfterEachRound() {
        ScriptedSession script = new ScriptedSession(2, 6_000); // the unit of pauses is 6000 / 30 = 200 ms
        script.jitterMs = 30;
        assertEquals(List.of("connect to 0"), script.start());
        assertEquals(List.of(), script.lost("refused"));
        assertEquals(List.of(), script.after(29));
        assertEquals(List.of("connect to 1"), script.after(1));
        assertEquals(List.of(), script.lost("refused"));
        assertEquals(List.of(), script.after(229));
        assertEquals(List.of("connect to 0"), script.after(1));
        script.lost("refused");
        assertEquals(List.of("connect to 1"), script.after(30));
        script.lost("refused");
        assertEquals(List.of(), script.after(429));
        assertEquals(List.of("connect to 0"), script.after(1));
    }

    @Test
    void anAttemptThatTakesTooLongIsGivenUp() {
        ScriptedSession script = new ScriptedSession(2, 6_000);
        script.start();
        script.opened();
        assertEquals(List.of(), script.after(2_999));
        assertEquals(List.of("disconnect: no answer within the connect timeout"), script.after(1));
        assertEquals(List.of("connect to 1"), script.after(0));
    }

    @Test
    void serversThatHangUpBeforeTheHandshakeAreLeftForTheNext() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(List.of(), script.lost("closed by the server"));
        assertEquals(List.of(), script.after(0));
        assertEquals(List.of("connect to 0"), script.after(334));
    }

    @Test
    void newsOfAnOldConnectionIsIgnored() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        int old = script.connection();
        script.submit(get("/a"));
        script.lost("reset");
        script.after(0);
        script.opened();
        script.accept(ZOOKEEPER, 0x77, 10_000);
        assertEquals(List.of(), script.frameOf(old, ScriptedSession.replyBytes(1, 5, ErrorCode.OK, DATA)));
        assertEquals(List.of(), script.step(new Input.Lost(old, "late")));
        assertTrue(script.session.isConnected());
    }

    @Test
    void expiryToldByTheServerFailsWhatWaitedAndOpensANewSessionThatHasSeenNothing() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"));
        script.reply(1, 42, ErrorCode.OK, DATA);
        script.lost("reset");
        script.submit(set("/b"));
        script.after(0);
        script.opened();
        assertEquals(
                List.of(
                        "expired 0x77",
                        "failed SET_DATA /b SESSION_EXPIRED",
                        "disconnect: the server does not know the session"),
                script.refuse());
        assertEquals(List.of("connect to 0"), script.after(334));
        script.opened();
        assertEquals(0, script.handshake().sessionId());
        assertEquals(0, script.handshake().lastZxidSeen());
        assertArrayEquals(new byte[16], script.handshake().password());
        assertEquals(List.of("opened 0x78 for 10000 ms"), script.accept(ZOOKEEPER, 0x78, 10_000));
    }

    @Test
    void aSessionWithoutContactIsGivenUpAfterFourThirdsOfItsTimeout() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.after(1_000);
        script.lost("reset");
        script.after(0); // connecting, and nobody answers
        List<String> lines = script.run(12_332); // contact was 1000 ms before
        assertFalse(lines.contains("expired 0x77"), lines.toString());
        assertTrue(script.run(1).isEmpty());
        assertEquals(List.of("expired 0x77"), script.run(1).subList(0, 1));
        assertEquals(0, expectHandshake(script).sessionId());
    }

    private static ConnectRequest expectHandshake(ScriptedSession script) {
        for (int i = 0; i < 10 && script.opened().isEmpty(); i++) {
            script.run(1_000);
        }
        return script.handshake();
    }

    @Test
    void aHandshakeOfASessionThatIsGivenUpMeanwhileIsCutOff() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.after(6_000);
        script.reply(9, 1); // out of turn: the connection goes
        script.after(13_000);
        script.opened();
        assertEquals(0x77, script.handshake().sessionId());
        List<String> lines = script.after(334);
        assertEquals(List.of("disconnect: the session is given up", "expired 0x77"), lines);
    }

    @Test
    void withoutRenewalTheClientEndsWithItsSession() {
        ScriptedSession script =
                new ScriptedSession(new SessionSettings(1, 10_000, Long.MAX_VALUE, false, false, List.of()));
        script.start();
        script.opened();
        script.accept(ZOOKEEPER, 0x77, 10_000);
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(
                List.of("expired 0x77", "disconnect: the server says that it has expired", "ended by SESSION_EXPIRED"),
                script.refuse());
        assertEquals(List.of("failed GET_DATA /a SESSION_EXPIRED"), script.submit(get("/a")));
        assertEquals(Session.NEVER, script.session.nextTickNanos());
    }

    @Test
    void closingWaitsForAnswersAndTheServersGoodbye() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(set("/a"));
        assertEquals(List.of("send 2 CLOSE_SESSION"), script.close(script.nowMs + 5_000));
        assertEquals(List.of("failed GET_DATA /b CLOSED"), script.submit(get("/b")));
        assertEquals(List.of("answered SET_DATA /a OK"), script.reply(1, 5, ErrorCode.OK, ScriptedSession.STAT_ONLY));
        assertEquals(List.of("disconnect: closed", "ended by CLOSED"), script.reply(2, 6));
    }

    @Test
    void closingDoesNotWaitForever() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(set("/a"));
        script.close(script.nowMs + 5_000);
        assertEquals(List.of(), script.after(4_999));
        assertEquals(
                List.of(
                        "disconnect: the server did not say goodbye in time",
                        "failed SET_DATA /a CLOSED unknown",
                        "ended by CLOSED"),
                script.after(1));
    }

    @Test
    void closingWithoutAConnectionEndsAtOnce() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        script.submit(set("/a"));
        assertEquals(
                List.of("disconnect: closed", "failed SET_DATA /a CLOSED", "ended by CLOSED"),
                script.close(script.nowMs + 5_000));
        assertEquals(List.of(), script.opened());
    }

    @Test
    void identitiesGoFirstOnEveryConnectionAndARefusedOneEndsTheClient() {
        Request.Auth auth = new Request.Auth(0, "digest", "u:p".getBytes(StandardCharsets.UTF_8));
        ScriptedSession script =
                new ScriptedSession(new SessionSettings(1, 10_000, Long.MAX_VALUE, false, true, List.of(auth)));
        script.start();
        script.submit(get("/a"));
        script.opened();
        assertEquals(
                List.of("opened 0x77 for 10000 ms", "send -4 AUTH", "send 1 GET_DATA /a"),
                script.accept(ZOOKEEPER, 0x77, 10_000));
        assertEquals(List.of(), script.reply(-4, 0));
        assertEquals(
                List.of("send -4 AUTH"),
                script.submit(new Request.Auth(0, "digest", "v:q".getBytes(StandardCharsets.UTF_8))));
        assertEquals(List.of("answered AUTH OK"), script.reply(-4, 0));
        script.reply(1, 1, ErrorCode.OK, DATA);
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(
                List.of("attached 0x77 for 10000 ms", "send -4 AUTH", "send -4 AUTH"),
                script.accept(ZOOKEEPER, 0x77, 10_000));
        script.reply(-4, 0);
        script.submit(get("/b"));
        assertEquals(
                List.of(
                        "disconnect: the server refused an identity of scheme digest",
                        "failed GET_DATA /b AUTH_FAILED",
                        "ended by AUTH_FAILED"),
                script.reply(-4, 0, ErrorCode.AUTH_FAILED, io.muster.protocol.Response.EMPTY));
    }

    @Test
    void anIdentityAddedWithoutAConnectionIsAnsweredOnTheNextOne() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        assertEquals(List.of(), script.submit(new Request.Auth(0, "digest", new byte[] {1})));
        script.opened();
        assertEquals(List.of("opened 0x77 for 10000 ms", "send -4 AUTH"), script.accept(ZOOKEEPER, 0x77, 10_000));
        assertEquals(List.of("answered AUTH OK"), script.reply(-4, 0));
        assertEquals(1, script.session.finishedCalls());
    }

    @Test
    void aReadOnlySessionThatNobodyElseKnowsIsReplaced() {
        ScriptedSession script =
                new ScriptedSession(new SessionSettings(2, 10_000, Long.MAX_VALUE, true, true, List.of()));
        script.start();
        script.opened();
        assertEquals(Boolean.TRUE, script.handshake().readOnly());
        assertEquals(List.of("opened 0x9 for 10000 ms read-only"), script.accept(ZOOKEEPER, 0x9, 10_000, true));
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(0, script.handshake().sessionId());
        assertEquals(List.of("expired 0x9", "opened 0x78 for 10000 ms"), script.accept(ZOOKEEPER, 0x78, 10_000));
    }

    @Test
    void aSessionKnownToTheQuorumSurvivesAReadOnlyServer() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(List.of("attached 0x77 for 10000 ms read-only"), script.accept(ZOOKEEPER, 0x77, 10_000, true));
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(0x77, script.handshake().sessionId());
    }

    @Test
    void garbageInsteadOfAHandshakeLosesTheConnection() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        script.opened();
        List<String> lines = script.frame(new byte[] {1, 2, 3});
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).startsWith("disconnect: the server sent what is not the protocol"), lines.toString());
    }
}
