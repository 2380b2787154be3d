package io.muster.replica.zab;

import static io.muster.replica.zab.ScriptedPeer.transactions;
import static io.muster.replica.zab.ScriptedPeer.zxid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.state.Transaction;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Peer protocol, section 6. The leader's window is 2.3 to 2.6, 4.1 to 4.3, and its log has 1.1 to 1.2 and 2.1 to 2.2 before. */
class SyncPlanTest {
    private final Window window = new Window(zxid("2.2"), transactions("2.3-6,4.1-3"), 100, 1 << 20);

    private SyncPlan.Question question(String last, String upTo, boolean isMuster) {
        return new SyncPlan.Question(zxid(last), window, zxid(upTo), zxid("5.0"), true, isMuster);
    }

    private static String text(SyncPlan plan) {
        if (plan instanceof SyncPlan.Diff diff) {
            return "DIFF" + text(diff.then());
        }
        if (plan instanceof SyncPlan.TruncThenDiff trunc) {
            return "TRUNC " + ScriptedPeer.text(trunc.zxid()) + text(trunc.then());
        }
        if (plan instanceof SyncPlan.FromLog log) {
            return "LOG " + ScriptedPeer.text(log.after()) + " to " + ScriptedPeer.text(log.upTo());
        }
        return "SNAP";
    }

    private static String text(List<Transaction> transactions) {
        return transactions.stream()
                .map(each -> " " + ScriptedPeer.text(each.zxid()))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource({
        "4.3, DIFF",
        "4.1, DIFF 4.2 4.3",
        "2.5, DIFF 2.6 4.1 4.2 4.3",
        "2.2, DIFF 2.3 2.4 2.5 2.6 4.1 4.2 4.3",
        "4.4, TRUNC 4.3",
        "4.9, TRUNC 4.3",
        "4.0, DIFF 4.1 4.2 4.3",
        "3.0, DIFF 4.1 4.2 4.3",
        "5.0, DIFF",
        "6.0, SNAP",
        "2.1, LOG 2.1 to 2.2",
        "0.0, LOG 0 to 2.2",
        "1.7, LOG 1.7 to 2.2"
    })
    void whatALearnerGets(String last, String plan) {
        assertEquals(plan, text(question(last, "4.3", false).plan()));
        assertEquals(plan, text(question(last, "4.3", true).plan()));
    }

    @ParameterizedTest
    @CsvSource({"2.7, SNAP, TRUNC 2.6 4.1 4.2 4.3", "2.9, SNAP, TRUNC 2.6 4.1 4.2 4.3", "3.2, SNAP, SNAP"})
    void aTailOfAnEpochThatWentOnElsewhere(String last, String ofZooKeeper, String ofMuster) {
        assertEquals(ofZooKeeper, text(question(last, "4.3", false).plan()));
        assertEquals(ofMuster, text(question(last, "4.3", true).plan()));
    }

    @ParameterizedTest
    @CsvSource({"4.2, TRUNC 4.1", "4.1, DIFF", "2.6, DIFF 4.1", "4.9, TRUNC 4.1"})
    void whatIsNotCommittedIsNotPartOfThePlan(String last, String plan) {
        assertEquals(plan, text(question(last, "4.1", false).plan()));
    }

    /** Before the epoch is established nobody can have its zxid; with a later one something is odd. */
    @Test
    void theEpochsZxidMeansSomethingOnceItIsEstablished() {
        SyncPlan.Question early = new SyncPlan.Question(zxid("5.0"), window, zxid("4.3"), zxid("5.0"), false, false);
        assertEquals("SNAP", text(early.plan()));
    }

    private String planWith(String last, @Nullable String log) {
        List<Transaction> read = log == null ? null : transactions(log);
        return text(question(last, "4.3", true).planWith(read));
    }

    @ParameterizedTest
    @CsvSource({
        "1.2, '1.2,2.1-2', DIFF 2.1 2.2 2.3 2.4 2.5 2.6 4.1 4.2 4.3",
        "2.1, '2.1,2.2', DIFF 2.2 2.3 2.4 2.5 2.6 4.1 4.2 4.3",
        "2.0, '1.2,2.1-2', DIFF 2.1 2.2 2.3 2.4 2.5 2.6 4.1 4.2 4.3",
        "1.7, '1.2,2.1-2', TRUNC 1.2 2.1 2.2 2.3 2.4 2.5 2.6 4.1 4.2 4.3",
        "1.2, , SNAP",
        "1.2, '2.1-2', SNAP"
    })
    void whatIsMissingIsReadFromTheLog(String last, @Nullable String log, String plan) {
        assertEquals(plan, planWith(last, log));
    }

    /** ZOOKEEPER-2418: what was read from the log has to reach what is in memory. */
    @Test
    void aGapBetweenLogAndMemoryMeansASnapshot() {
        assertEquals("SNAP", planWith("1.2", "1.2,2.1"));
        assertEquals("SNAP", planWith("2.1", "2.1"));
    }

    /** While the log was read the window may have gone on; then more would have to be read. */
    @Test
    void aWindowThatMovedOnIsNoticed() {
        SyncPlan.Question before = question("2.1", "4.3", true);
        window.commit(zxid("4.3"));
        Window small = new Window(zxid("2.4"), transactions("2.5-6,4.1-3"), 100, 1 << 20);
        SyncPlan.Question after =
                new SyncPlan.Question(before.learnerLast(), small, zxid("4.3"), zxid("5.0"), true, true);
        assertEquals("SNAP", text(after.planWith(transactions("2.1-2"))));
    }

    /** ZOOKEEPER-1154, 4352: whoever has something that we never had is never told to keep it. */
    @Test
    void nobodyKeepsWhatTheLeaderNeverHad() {
        for (String last : List.of("4.4", "2.7", "3.1", "5.1", "6.3")) {
            assertTrue(!(question(last, "4.3", true).plan() instanceof SyncPlan.Diff), last);
        }
    }

    @Test
    void aPlanDoesNotChangeWithTheWindow() {
        SyncPlan.Diff plan = (SyncPlan.Diff) question("2.5", "4.3", true).plan();
        window.truncate(zxid("2.6"));
        assertEquals(" 2.6 4.1 4.2 4.3", text(plan.then()));
        assertThrows(UnsupportedOperationException.class, () -> plan.then().clear());
    }
}
