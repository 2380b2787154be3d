package io.muster.client.session;

import static io.muster.client.session.ScriptedSession.DATA;
import static io.muster.client.session.ScriptedSession.MUSTER;
import static io.muster.client.session.ScriptedSession.STAT_ONLY;
import static io.muster.client.session.ScriptedSession.ZOOKEEPER;
import static io.muster.client.session.ScriptedSession.get;
import static io.muster.client.session.ScriptedSession.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pings, silence, and until when the session is surely alive. Sessions of 10 s: pings after 3.33 s, silence 6.67 s. */
class SessionHeartbeatTest {

    @Test
    void pingsWhenNothingWasSentForAThirdOfTheTimeout() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(List.of(), script.run(3_333));
        assertEquals(List.of("send -2 PING"), script.run(1));
        script.reply(-2, 1);
        assertEquals(List.of(), script.run(3_333));
        assertEquals(List.of("send -2 PING"), script.run(1));
    }

    @Test
    void requestsTakeThePlaceOfPings() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.run(3_000);
        script.submit(get("/a"));
        script.reply(1, 1, ErrorCode.OK, DATA);
        assertEquals(List.of(), script.run(3_333));
        assertEquals(List.of("send -2 PING"), script.run(1));
    }

    @Test
    void longSessionsPingEveryTenSecondsAllTheSame() {
        ScriptedSession script = new ScriptedSession(1, 120_000);
        script.start();
        script.opened();
        script.accept(ZOOKEEPER, 0x77, 120_000);
        assertEquals(List.of(), script.run(9_999));
        assertEquals(List.of("send -2 PING"), script.run(1));
    }

    @Test
    void silenceForTwoThirdsOfTheTimeoutLosesTheConnection() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(List.of("send -2 PING"), script.run(6_666));
        assertEquals(
                List.of("disconnect: nothing was heard for 2/3 of the session timeout", "suspended 0x77"),
                script.run(1).subList(0, 2));
    }

    @Test
    void aPauseOfOurselvesLosesTheConnectionButNotTheFirstAttemptToComeBack() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(
                List.of("disconnect: nothing was heard for 2/3 of the session timeout", "suspended 0x77"),
                script.after(12_000));
        assertEquals(List.of("connect to 0"), script.after(0));
        script.opened();
        assertEquals(0x77, script.handshake().sessionId());
    }

    @Test
    void openingCountsFromTheHandshakesSendingLessAMargin() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        script.opened();
        script.after(100);
        script.accept(ZOOKEEPER, 0x77, 10_000);
        assertEquals(9_500 - 100, script.validForMs());
    }

    @Test
    void writesCountFromTheirSendingAndReadsDoNot() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        script.after(1_000);
        script.submit(set("/a"));
        script.submit(get("/b"));
        script.after(500);
        script.reply(1, 5, ErrorCode.OK, STAT_ONLY);
        assertEquals(9_000, script.validForMs());
        script.reply(2, 5, ErrorCode.OK, DATA);
        assertEquals(9_000, script.validForMs());
    }

    @Test
    void writesThatFailedDoNotCount() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        script.after(1_000);
        script.submit(set("/a"));
        script.submit(new Request.Multi(List.of()));
        script.reply(1, 5, ErrorCode.NO_AUTH, Response.EMPTY);
        script.reply(2, 5, ErrorCode.OK, new Response.MultiResults(List.of(Response.OpResult.failed(-101))));
        assertEquals(8_500, script.validForMs());
    }

    @Test
    void pingsCountOnlyWhereTheServerConfirmsThem() {
        for (int version : new int[] {ZOOKEEPER, MUSTER}) {
            ScriptedSession script = ScriptedSession.connected(version);
            script.run(3_334);
            script.after(10);
            script.reply(-2, 5);
            assertEquals(version == MUSTER ? 9_490 : 9_500 - 3_344, script.validForMs());
        }
    }

    @Test
    void eachPingsAnswerCountsFromItsOwnSending() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        assertEquals(List.of("send -2 PING"), script.hold(true));
        script.after(1_000);
        assertEquals(List.of("send -2 PING"), script.hold(true));
        script.after(1_000);
        script.reply(-2, 5);
        assertEquals(7_500, script.validForMs());
        script.reply(-2, 5);
        assertEquals(8_500, script.validForMs());
    }

    @Test
    void reattachingDoesNotCountAndTheShorterOfFirstAndCurrentTimeoutDoes() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        script.after(1_000);
        script.lost("reset");
        script.after(0);
        script.opened();
        script.accept(MUSTER, 0x77, 20_000);
        assertEquals(8_500, script.validForMs());
        script.submit(set("/a"));
        script.reply(1, 5, ErrorCode.OK, STAT_ONLY);
        assertEquals(9_500, script.validForMs(), "the first timeout is the one in the log");

        script.lost("reset");
        script.after(0);
        script.opened();
        script.accept(MUSTER, 0x77, 4_000);
        assertEquals(3_800, script.validForMs(), "the server counts from here with the shorter one");
        script.submit(set("/a"));
        script.after(100);
        script.reply(2, 6, ErrorCode.OK, STAT_ONLY);
        assertEquals(3_700, script.validForMs());
    }

    @Test
    void aHeldSessionIsConfirmedOnScheduleAlsoWhenBusy() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        assertEquals(List.of("send -2 PING"), script.hold(true));
        script.reply(-2, 1);
        int pings = 0;
        for (int xid = 1; xid <= 100; xid++) {
            for (String line : script.run(100)) {
                assertEquals("send -2 PING", line);
                script.reply(-2, 1);
                pings++;
            }
            script.submit(get("/busy"));
            script.reply(xid, 1, ErrorCode.OK, DATA);
        }
        // every 3334 ms
        assertEquals(2, pings);
    }

    @Test
    void againstZooKeeperAHeldSessionIsConfirmedBySync() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(List.of("send 1 SYNC"), script.hold(true));
        script.reply(1, 5, ErrorCode.OK, new Response.Synced("/"));
        assertEquals(List.of("send 2 SYNC"), script.run(1_667));
        script.reply(2, 5, ErrorCode.OK, new Response.Synced("/"));
        script.hold(false);
        assertEquals(List.of("send -2 PING"), script.run(3_334));
        assertEquals(0, script.session.finishedCalls(), "the session's own requests are nobody's calls");
    }

    @Test
    void againstZooKeeperAnAnswerCountsForWhatWasSentAQuarterOfTheTimeoutBefore() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.after(1_000);
        script.submit(get("/a")); // a follower hears of the session, and tells the leader when it is pinged
        script.reply(1, 5, ErrorCode.OK, DATA);
        script.after(2_499);
        script.submit(set("/b"));
        script.reply(2, 6, ErrorCode.OK, STAT_ONLY);
        assertEquals(9_500 - 3_499, script.validForMs(), "only the opening is old enough");
        script.after(1);
        script.submit(set("/b"));
        script.reply(3, 7, ErrorCode.OK, STAT_ONLY);
        assertEquals(9_500 - 2_500, script.validForMs(), "from the read");
    }

    @Test
    void againstZooKeeperAHeldSessionNeverHasLessThanTwoFifthsOfItsTimeoutLeft() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        int xid = 1;
        script.hold(true);
        script.reply(xid, 1, ErrorCode.OK, new Response.Synced("/"));
        for (int i = 0; i < 1_000; i++) {
            for (String line : script.run(97)) {
                xid++;
                assertEquals("send " + xid + " SYNC", line);
                script.reply(xid, 1, ErrorCode.OK, new Response.Synced("/"));
            }
            assertTrue(script.validForMs() > 4_000, script.validForMs() + " ms");
        }
    }

    @Test
    void againstZooKeeperComingBackCountsFromItsSending() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.after(1_000);
        script.lost("reset");
        script.after(0);
        script.opened();
        script.after(200);
        script.accept(ZOOKEEPER, 0x77, 10_000);
        assertEquals(9_300, script.validForMs());
    }

    @Test
    void manyWhoHoldAtTheSameTimeAreConfirmedOnce() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        assertEquals(List.of("send -2 PING"), script.hold(true));
        assertEquals(List.of(), script.hold(true));
        script.after(400);
        assertEquals(List.of(), script.hold(true));
        script.after(17);
        assertEquals(List.of("send -2 PING"), script.hold(true));
    }

    @Test
    void aHeldSessionIsConfirmedAtOnceAfterReattaching() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        script.hold(true);
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(List.of("attached 0x77 for 10000 ms", "send 1 SYNC"), script.accept(ZOOKEEPER, 0x77, 10_000));
    }

    @Test
    void aPingsAnswerFromAnotherConnectionIsNotMatched() {
        ScriptedSession script = ScriptedSession.connected(MUSTER);
        script.hold(true);
        script.lost("reset");
        script.after(2_000);
        script.opened();
        script.accept(MUSTER, 0x77, 10_000);
        script.reply(-2, 5);
        assertEquals(9_500, script.validForMs(), "from the ping of the new connection");
    }
}
