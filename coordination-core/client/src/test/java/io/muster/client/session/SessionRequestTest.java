package io.muster.client.session;

import static io.muster.client.session.ScriptedSession.DATA;
import static io.muster.client.session.ScriptedSession.STAT_ONLY;
import static io.muster.client.session.ScriptedSession.ZOOKEEPER;
import static io.muster.client.session.ScriptedSession.get;
import static io.muster.client.session.ScriptedSession.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of calls. */
class SessionRequestTest {

    @Test
    void answersGoToTheCallsInTheOrderOfTheirSending() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(List.of("send 1 GET_DATA /a"), script.submit(get("/a")));
        assertEquals(List.of("send 2 SET_DATA /b"), script.submit(set("/b")));
        assertEquals(List.of("answered GET_DATA /a OK"), script.reply(1, 7, ErrorCode.OK, DATA));
        assertEquals(
                List.of("answered SET_DATA /b BAD_VERSION"), script.reply(2, 8, ErrorCode.BAD_VERSION, Response.EMPTY));
        assertEquals(2, script.session.finishedCalls());
    }

    @Test
    void anAnswerOutOfTurnLosesTheConnection() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"));
        script.submit(set("/b"));
        assertEquals(
                List.of(
                        "disconnect: an answer to request 2 while that to 1 was due",
                        "suspended 0x77",
                        "failed GET_DATA /a CONNECTION_LOST",
                        "failed SET_DATA /b CONNECTION_LOST unknown"),
                script.reply(2, 8, ErrorCode.OK, STAT_ONLY));
    }

    @Test
    void anAnswerThatNobodyAskedForLosesTheConnection() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(
                List.of("disconnect: an answer to request 9 while that to none was due", "suspended 0x77"),
                script.reply(9, 1));
    }

    @Test
    void anAnswerThatCannotBeReadFailsItsCallWithTheConnection() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(set("/a"));
        List<String> lines = script.reply(1, 8, ErrorCode.OK, Response.EMPTY);
        assertTrue(lines.get(0).startsWith("disconnect: the server sent what is not the protocol"));
        assertEquals("failed SET_DATA /a CONNECTION_LOST unknown", lines.get(2));
        assertEquals(1, script.session.finishedCalls());
    }

    @Test
    void whatWasSentDiesWithTheConnectionAndIsNotSentAgain() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"));
        script.submit(set("/b"));
        assertEquals(
                List.of(
                        "suspended 0x77",
                        "failed GET_DATA /a CONNECTION_LOST",
                        "failed SET_DATA /b CONNECTION_LOST unknown"),
                script.lost("reset"));
        script.submit(set("/c"));
        script.after(0);
        script.opened();
        assertEquals(
                List.of("attached 0x77 for 10000 ms", "send 3 SET_DATA /c"), script.accept(ZOOKEEPER, 0x77, 10_000));
    }

    static List<Request> writes() {
        return List.of(
                new Request.Create(OpCode.CREATE2, "/a", null, Acl.OPEN, 0, 0),
                new Request.Create(OpCode.CREATE_CONTAINER, "/a", null, Acl.OPEN, 4, 0),
                new Request.Create(OpCode.CREATE_TTL, "/a", null, Acl.OPEN, 5, 1),
                new Request.Delete("/a", -1),
                set("/a"),
                new Request.SetAcl("/a", Acl.OPEN, -1),
                new Request.Multi(List.of()),
                new Request.Reconfig(null, null, null, -1));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void aWriteThatWasSentHasAnUnknownOutcome(Request write) {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(write);
        assertTrue(script.lost("reset").get(1).endsWith("CONNECTION_LOST unknown"));
    }

    static List<Request> reads() {
        return List.of(
                get("/a"),
                new Request.Exists("/a", true),
                new Request.GetAcl("/a"),
                new Request.GetChildren2("/a", false),
                new Request.Sync("/a"),
                new Request.MultiRead(List.of()),
                new Request.WhoAmI(),
                new Request.GetEphemerals("/"),
                new Request.GetAllChildrenNumber("/"),
                new Request.AddWatch("/", 0));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void aReadThatWasSentHasChangedNothing(Request read) {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(read);
        assertTrue(script.lost("reset").get(1).endsWith("CONNECTION_LOST"));
    }

    @Test
    void aCallThatWaitsInVainForAConnectionWasNotApplied() {
        ScriptedSession script = new ScriptedSession(1, 10_000);
        script.start();
        script.submit(set("/a"), null, 500);
        script.submit(set("/b"), null, 700);
        assertEquals(List.of(), script.run(499));
        assertEquals(List.of("failed SET_DATA /a TIMED_OUT"), script.run(1));
        assertEquals(List.of("failed SET_DATA /b TIMED_OUT"), script.run(200));
        assertEquals(2, script.session.finishedCalls());
        script.opened();
        assertEquals(List.of("opened 0x77 for 10000 ms"), script.accept(ZOOKEEPER, 0x77, 10_000));
    }

    @Test
    void aCallWhoseDeadlineHasPassedIsNotSent() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        assertEquals(List.of("failed SET_DATA /a TIMED_OUT"), script.submit(set("/a"), null, 0));
        assertEquals(1, script.session.finishedCalls());
    }

    @Test
    void aSentCallOutOfTimeFailsAndItsLateAnswerIsSkippedInItsPlace() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(set("/a"), null, 500);
        script.submit(get("/b"), null, 600);
        script.submit(get("/c"));
        assertEquals(List.of("failed SET_DATA /a TIMED_OUT unknown"), script.run(500));
        assertEquals(List.of("failed GET_DATA /b TIMED_OUT"), script.run(100));
        assertEquals(0, script.session.finishedCalls(), "they count until no answer can come");
        assertEquals(List.of(), script.reply(1, 5, ErrorCode.OK, STAT_ONLY));
        assertEquals(List.of(), script.reply(2, 5, ErrorCode.OK, DATA));
        assertEquals(List.of("answered GET_DATA /c OK"), script.reply(3, 5, ErrorCode.OK, DATA));
        assertEquals(3, script.session.finishedCalls());
    }

    @Test
    void callsOutOfTimeAreNotFailedTwiceWhenTheConnectionGoes() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(set("/a"), null, 500);
        script.run(500);
        assertEquals(List.of("suspended 0x77"), script.lost("reset"));
        assertEquals(1, script.session.finishedCalls());
    }

    @Test
    void anEarlierDeadlineBehindLaterOnesIsNoticed() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"), null, 900);
        script.submit(get("/b"), null, 100);
        script.submit(get("/c"), null, 500);
        assertEquals(List.of("failed GET_DATA /b TIMED_OUT"), script.run(100));
        assertEquals(List.of("failed GET_DATA /c TIMED_OUT"), script.run(400));
        assertEquals(List.of("failed GET_DATA /a TIMED_OUT"), script.run(400));
    }

    @Test
    void aServerThatInsistsOnSaslEndsTheClient() {
        ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
        script.submit(get("/a"));
        assertEquals(
                List.of(
                        "answered GET_DATA /a SESSION_CLOSED_REQUIRE_SASL_AUTH",
                        "disconnect: the server asks for an authentication that the client does not offer",
                        "ended by AUTH_FAILED"),
                script.reply(1, 0, ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH, Response.EMPTY));
    }
}
