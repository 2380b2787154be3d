package io.muster.testkit.differential;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Where Muster does not do what ZooKeeper does, on purpose; {@code docs/compatibility.md} says why. The random scripts go
 * around these. Each is shown on both servers, so that it is known when ZooKeeper changes.
 */
class KeptDifferencesTest {
    private static Duel duel;

    @BeforeAll
    static void startServers() {
        duel = new Duel();
    }

    @AfterAll
    static void stopServers() {
        duel.close();
    }

    @Test
    void flagAndOperationOfACreateMustAgree() {
        assertAnswer("create /a \"\" [31 world anyone] 4", "create err -8", "create err 0");
        assertAnswer("create2 /a \"\" [31 world anyone] 4", "create2 err -8", "create2 err 0");
        assertAnswer("createContainer /a \"\" [31 world anyone] 0", "createContainer err -8", "createContainer err 0");
        assertAnswer("multi { createContainer /a \"\" [31 world anyone] 1 }", "slot -1 err -8", "slot 15 err 0");
        assertAnswer("multi { createTTL /a \"\" [31 world anyone] 0 1000 }", "slot -1 err -8", "slot 1 err 0");
    }

    @Test
    void aStringThatIsNullIsAnEmptyString() {
        assertAnswer("exists null false", "exists err -101", "exists err -5");
        assertAnswer("delete null -1", "delete err -8", "delete err -5");
        assertAnswer("sync null", "sync err 0 zxid z4 \"\"", "sync err 0 zxid z4 null");
        assertAnswer("create /a \"\" [31 digest null] 0", "create err -114", "create err -5");
    }

    @Test
    void aListThatIsNullIsAnEmptyList() {
        assertAnswer("multi { create /a \"\" null 0 }", "slot -1 err -114", "multi err -5");
        assertAnswer("setWatches 0 [] null []", "setWatches err 0", "setWatches err -5");
        assertAnswer("setWatches2 0 [] [] [] [] null", "setWatches2 err 0", "setWatches2 err -5");
    }

    @Test
    void theEmptyPathIsNotTheRoot() {
        assertAnswer("getData ! false", "getData err -101", "getData err 0");
    }

    @Test
    void noClientMakesASessionByARequest() {
        assertAnswer("opcode -10 \"\\u0000\\u0000\\u0000\\u0000\"", "opcode err -6", "was not asked");
    }

    @Test
    void noClientReapsAContainer() {
        // the path that a deleteContainer has is one of the script's own, by the name of its root
        Script script = Script.parse("""
                1 connect 30000
                1 createContainer !/reaped "" [0 world anyone] 4
                1 opcode 20 "\\u0000\\u0000\\u0000\\u0007/reaped"
                """);
        Duel.Outcome outcome = duel.play(script);
        assertAll(
                () -> assertSays(outcome.muster(), "3 opcode err -6"),
                () -> assertSays(outcome.zooKeeper(), "3 opcode err 0"));
    }

    @Test
    void whoDoesNotKnowASessionsPasswordCannotEndItsConnection() {
        Script script = Script.parse("""
                1 connect 30000
                1 attach wrong-password
                """);
        Duel.Outcome outcome = duel.play(script);
        List<String> muster = outcome.muster();
        List<String> zooKeeper = outcome.zooKeeper();
        int after = muster.indexOf("session 1: closed");
        assertAll(
                () -> assertTrue(after > 0 && muster.get(after + 1).contains("ping err 0"), muster::toString),
                () -> assertTrue(zooKeeper.get(after + 1).equals("session 1: closed"), zooKeeper::toString));
    }

    @Test
    void thePartsOfAMultiCountTogetherAgainstAQuota() {
        Script script = Script.parse("""
                1 connect 30000
                1 create %/zookeeper_limits "count=2,bytes=-1=;byteHardLimit=-1;countHardLimit=2" [31 world anyone] 0
                1 create %/zookeeper_stats "" [31 world anyone] 0
                1 multi { create /a "" [31 world anyone] 0 ; create /b "" [31 world anyone] 0 }
                """);
        Duel.Outcome outcome = duel.play(script);
        assertAll(
                () -> assertSays(outcome.muster(), "4 multi err 0 zxid z7 { slot -1 err 0 code 0 ; slot -1 err -125"),
                () -> assertSays(outcome.zooKeeper(), "4 multi err 0 zxid z7 { slot 1 err 0"));
    }

    @Test
    void whatIsEchoedIsUtf8() {
        // one character beyond 16 bits: ZooKeeper sends each half of it alone, which is no UTF-8
        assertAnswer("sync \"/\\ud83d\\ude00\"", "sync err 0 zxid z4 \"~/\\ud83d\\ude00\"", "utf8:");
    }

    @Test
    void whatAnIdentityIsShownAsIsUtf8() {
        Script script = Script.parse("""
                1 connect 30000
                1 auth 0 digest "\\u00f0\\u009f\\u0098\\u0080:p"
                1 whoAmI
                """);
        Duel.Outcome outcome = duel.play(script);
        assertAll(() -> assertSays(outcome.muster(), "\\ud83d\\ude00"), () -> assertSays(outcome.zooKeeper(), "utf8:"));
    }

    private static void assertAnswer(String request, String ofMuster, String ofZooKeeper) {
        Duel.Outcome outcome = duel.play(Script.parse("1 connect 30000\n1 " + request + "\n"));
        assertAll(() -> assertSays(outcome.muster(), ofMuster), () -> assertSays(outcome.zooKeeper(), ofZooKeeper));
    }

    private static void assertSays(List<String> lines, String text) {
        assertTrue(lines.stream().anyMatch(line -> line.contains(text)), () -> text + " is not in " + lines);
    }
}
