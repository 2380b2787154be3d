package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How ZooKeeper lost data or stood still, as far as that can be said of one server; the numbers are ZOOKEEPER's. More of them
 * are where the leaf is tested that they are about: {@link SyncPlanTest}, {@link WindowTest}, {@link HeldTest}, {@link VoteTest}.
 */
class KnownFailuresTest {
    private final ScriptedPeer peer = new ScriptedPeer();

    private List<String> run(String... commands) {
        return peer.run(commands);
    }

    private static boolean says(List<String> lines, String word) {
        return lines.stream().anyMatch(line -> line.contains(word));
    }

    /** Server 1 with 1.1 to 1.5, in the dialogue with leader 3 of epoch 3, up to the plan. */
    private void promised() {
        run(
                "server 1 voters=1,2,3 log=1.1-5 current=1 accepted=1",
                "connected 3",
                "heard 3 LOOKING 3 2.9 1 2",
                "leader connected",
                "leader LEADERINFO 3",
                "accepted 3");
    }

    /** Server 3 with 1.1 to 1.5, leader of epoch 2, with server 1. */
    private void leads(String more) {
        run(
                "server 3 voters=1,2,3 log=1.1-5 current=1 accepted=1 " + more,
                "connected 1",
                "heard 1 LOOKING 3 1.5 1 1",
                "learner 1 connected",
                "learner 1 FOLLOWERINFO 1 1",
                "accepted 2",
                "learner 1 ACKEPOCH 1.5 1",
                "current 2",
                "learner 1 ACK 2.0");
        assertTrue(peer.peer().mayPropose());
    }

    @Test
    void zk335_aNewLeaderNeedsNoTransactionOfItsOwn() {
        leads("");
        assertEquals(List.of("append 2.1", "to learner 1: PROPOSAL 2.1"), run("propose 1"));
    }

    @Test
    void zk582_theEpochIsNotGuessedFromTheLog() {
        run("server 1 voters=1,2,3 log=1.1-5 current=4 accepted=6", "connected 3", "heard 3 LOOKING 3 2.9 1 5");
        assertEquals(List.of("to leader: FOLLOWERINFO 1 accepted 6"), run("leader connected"));
        assertTrue(says(run("leader lost"), "zxid 1.5 epoch 4"));
    }

    @Test
    void zk962_nothingFallsBetweenThePlanAndWhatComesAfterIt() {
        leads("");
        run("propose 2", "persisted 2.2", "learner 1 ACK 2.1", "learner 2 connected", "learner 2 FOLLOWERINFO 2 1");
        assertEquals(
                List.of(
                        "to learner 2: DIFF 2.1",
                        "to learner 2: PROPOSAL 1.5",
                        "to learner 2: COMMIT 1.5",
                        "to learner 2: PROPOSAL 2.1",
                        "to learner 2: COMMIT 2.1",
                        "to learner 2: PROPOSAL 2.2",
                        "to learner 2: NEWLEADER 2"),
                run("learner 2 ACKEPOCH 1.4 1"));
        assertEquals(
                List.of("to learner 1: COMMIT 2.2", "to learner 2: COMMIT 2.2", "deliver 2.2"),
                run("learner 1 ACK 2.2"));
    }

    @Test
    void zk1156_aCutThatLeavesLessThanItShouldIsNoticed() {
        promised();
        run("leader TRUNC 1.4", "leader NEWLEADER 3");
        assertTrue(says(run("truncated 1.4 1.2 reloaded"), "disconnect"));
        assertTrue(peer.peer().toString().contains("last 0x100000002"), peer.peer()::toString);
    }

    @Test
    void zk1282_theEpochIsSavedBeforeNewLeaderIsAcknowledged() {
        promised();
        run("leader DIFF 1.5");
        assertEquals(List.of("save current epoch 3"), run("leader NEWLEADER 3"));
        assertEquals(List.of("to leader: ACK 3.0"), run("current 3"));
    }

    @Test
    void zk1291_nobodyHearsOfAnEpochThatTheLeaderCouldForget() {
        run(
                "server 3 voters=1,2,3",
                "connected 1",
                "heard 1 LOOKING 3 0 1 0",
                "learner 1 connected",
                "learner 2 connected");
        assertEquals(List.of("save accepted epoch 1"), run("learner 1 FOLLOWERINFO 1 0"));
        assertEquals(List.of(), run("learner 2 FOLLOWERINFO 2 0"));
        assertEquals(List.of("to learner 1: LEADERINFO 1", "to learner 2: LEADERINFO 1"), run("accepted 1"));
    }

    @Test
    void zk1192_anEpochIsEnteredByAQuorumOfPromisesNotOfGreetings() {
        run("server 3 voters=1,2,3", "connected 1", "heard 1 LOOKING 3 0 1 0", "learner 1 connected");
        run("learner 2 connected", "learner 1 FOLLOWERINFO 1 0", "learner 2 FOLLOWERINFO 2 0", "accepted 1");
        assertEquals(List.of(), run("learner 1 ACKEPOCH 0 -1"), "who has promised before does not count");
        assertEquals(List.of("save current epoch 1"), run("learner 2 ACKEPOCH 0 0"));
    }

    @Test
    void zk1319_whatComesFirstInAnEpochIsSentToAllWhoHaveTheHistory() {
        leads("");
        run("learner 2 connected", "learner 2 FOLLOWERINFO 2 1", "learner 2 ACKEPOCH 1.5 1", "learner 2 ACK 2.0");
        assertEquals(
                List.of("append 2.1", "to learner 1: PROPOSAL 2.1", "to learner 2: PROPOSAL 2.1"), run("propose 1"));
    }

    /** A snapshot was taken of what was never committed: no cut can mend that. */
    @Test
    void zk1549_aHistoryThatCannotBeCutIsReplacedByASnapshot() {
        run(
                "server 1 voters=1,2,3 log=1.6 snapshot=1.5 current=1 accepted=1",
                "connected 3",
                "heard 3 LOOKING 3 2.9 1 2");
        run("leader connected", "leader LEADERINFO 3", "accepted 3");
        assertTrue(says(run("leader TRUNC 1.4"), "a snapshot is needed"));
        run("heard 3 LEADING 3 1.4 2 3", "heard 2 FOLLOWING 3 1.4 2 3", "leader connected");
        assertEquals(List.of("to leader: ACKEPOCH 0 current -1"), run("leader LEADERINFO 3"));
        run("leader SNAP 1.4");
        assertEquals(List.of("install 1.4"), run("leader NEWLEADER 3"));
        run("installed 1.4", "current 3");
        assertTrue(says(run("leader UPTODATE"), "state is of 1.4"));
    }

    /** It tells the truth to the next leader, who may need it to know what was committed. */
    @Test
    void zk1549_butOnlyFromTheLeaderThatKnows() {
        run(
                "server 1 voters=1,2,3 log=1.6 snapshot=1.5 current=1 accepted=1",
                "connected 3",
                "heard 3 LOOKING 3 2.9 1 2");
        run("leader connected", "leader LEADERINFO 3", "accepted 3", "leader TRUNC 1.4");
        run("heard 3 LEADING 3 1.4 2 3", "heard 2 FOLLOWING 3 1.4 2 3", "leader connected", "leader LEADERINFO 4");
        assertEquals(List.of("to leader: ACKEPOCH 1.6 current 1"), run("accepted 4"));
    }

    @Test
    void zk1551_anObserverKeepsWhatComesBetweenTheSnapshotAndUpToDate() {
        run("server 4 voters=1,2,3 observers=4", "heard 1 FOLLOWING 3 0 1 1", "heard 3 LEADING 3 0 1 1");
        run("leader connected", "leader LEADERINFO 1", "accepted 1", "leader SNAP 1.2", "leader INFORM 1.3");
        run("leader NEWLEADER 1", "installed 1.2", "leader INFORM 1.4", "persisted 1.3", "current 1");
        List<String> lines = run("leader UPTODATE");
        assertTrue(says(lines, "state is of 1.2"));
        assertTrue(says(lines, "deliver 1.3"));
        assertTrue(says(lines, "deliver 1.4"));
    }

    @Test
    void zk2033_anEpochCountsWhenItIsOnTheDiskNotBefore() {
        promised();
        run("leader DIFF 1.5", "leader NEWLEADER 3");
        assertTrue(says(run("leader lost"), "zxid 1.5 epoch 1"), "saved perhaps, but that is not known");
    }

    @Test
    void zk2325_anEmptyServerThatIsNotSureIsNotElected() {
        run("server 1 voters=1,2,3", "connected 2");
        assertEquals(List.of(), run("heard 2 LOOKING 2 -1 1 5"));
    }

    @Test
    void zk2845_whatTheLeaderDoesNotHaveIsForgottenByTheStateToo() {
        promised();
        run("leader TRUNC 1.3");
        assertEquals(List.of("truncate after 1.3 and reload"), run("leader NEWLEADER 3"));
        run("truncated 1.3 1.3 reloaded", "current 3");
        assertTrue(says(run("leader UPTODATE"), "state is of 1.3"));
    }

    @Test
    void zk2846_onlyWhatIsCommittedIsReadFromTheLogForALearner() {
        leads("window=1 reads=1000 snapshot=0");
        run("propose 3", "persisted 2.3", "learner 1 ACK 2.1", "learner 1 ACK 2.2");
        run("learner 2 connected", "learner 2 FOLLOWERINFO 2 1");
        assertEquals(List.of("read log for 2 after 1.2 up to 2.2"), run("learner 2 ACKEPOCH 1.2 1"));
    }

    @Test
    void zk2872_aSnapshotIsAcknowledgedWhenItIsOnTheDisk() {
        promised();
        run("leader SNAP 2.9");
        assertEquals(List.of("install 2.9"), run("leader NEWLEADER 3"));
        assertEquals(List.of(), run("persisted 1.5"), "that was before");
        assertEquals(List.of("save current epoch 3"), run("installed 2.9"));
    }

    @Test
    void zk3023_aDiffIsAcknowledgedWhenAllOfItIsOnTheDisk() {
        promised();
        run("leader DIFF 1.7", "leader PROPOSAL 1.6", "leader COMMIT 1.6", "leader PROPOSAL 1.7", "leader COMMIT 1.7");
        run("leader NEWLEADER 3");
        assertEquals(List.of(), run("persisted 1.6"));
        assertEquals(List.of("save current epoch 3"), run("persisted 1.7"));
    }

    @Test
    void zk3104_newLeaderComesBehindTheSnapshot() {
        leads("window=1");
        run("learner 2 connected", "learner 2 FOLLOWERINFO 2 1", "propose 3", "persisted 2.3");
        run("learner 1 ACK 2.1", "learner 1 ACK 2.2", "learner 1 ACK 2.3");
        assertEquals(
                List.of("to learner 2: SNAP of the state above", "to learner 2: NEWLEADER 2"),
                run("learner 2 ACKEPOCH 0 0"));
    }

    /** A snapshot that is only in memory is nothing: no DIFF can come on top of it. */
    @Test
    void zk3642_aSnapshotThatIsNotOnTheDiskIsForgotten() {
        promised();
        run("leader SNAP 2.9");
        assertTrue(says(run("leader lost"), "zxid 1.5 epoch 1"));
        promised();
        run("leader SNAP 2.9", "leader NEWLEADER 3");
        assertFalse(says(run("leader lost"), "to 3"), "until it is on the disk, no vote");
        assertTrue(says(run("installed 2.9"), "zxid 2.9 epoch 1"));
    }

    @Test
    void zk4643_theHistoryIsOnTheDiskBeforeTheEpoch() {
        promised();
        run("leader DIFF 1.6", "leader PROPOSAL 1.6", "leader COMMIT 1.6");
        assertEquals(List.of("append 1.6"), run("leader NEWLEADER 3"));
        assertTrue(says(run("leader lost"), "zxid 1.6 epoch 1"), "a longer history, in the old epoch");
    }

    @Test
    void zk4685_noProposalIsAcknowledgedBeforeNewLeader() {
        promised();
        run("leader DIFF 1.5", "leader PROPOSAL 3.1", "leader NEWLEADER 3", "leader PROPOSAL 3.2");
        assertEquals(List.of("to leader: ACK 3.0"), run("current 3"));
        assertEquals(List.of("append 3.1", "append 3.2"), run("leader UPTODATE").subList(2, 4));
        assertEquals(List.of("to leader: ACK 3.1", "to leader: ACK 3.2"), run("persisted 3.2"));
    }

    @Test
    void zk4882_aTransactionThatWasNotLoggedIsNotDelivered() {
        promised();
        run("leader DIFF 1.5", "leader NEWLEADER 3", "current 3", "leader UPTODATE", "leader PROPOSAL 3.1");
        assertTrue(says(run("leader PROPOSAL 3.3"), "disconnect: a hole"));
    }

    @Test
    void zk5094_anInterruptedCutIsFinishedBeforeTheNextVote() {
        promised();
        run("leader TRUNC 1.3", "leader NEWLEADER 3");
        assertFalse(says(run("leader lost"), "to 3"));
        assertTrue(says(run("truncated 1.3 1.3 reloaded"), "zxid 1.3 epoch 1"));
        run("heard 3 LOOKING 3 1.3 2 2", "leader connected", "leader LEADERINFO 4", "accepted 4", "leader DIFF 1.3");
        run("leader NEWLEADER 4", "current 4");
        assertTrue(says(run("leader UPTODATE"), "state is of 1.3"));
    }

    @Test
    void committedTransactionsAreNeverCutOff() {
        promised();
        run("leader DIFF 1.5", "leader NEWLEADER 3", "current 3", "leader UPTODATE", "leader lost");
        run("connected 2", "heard 3 LEADING 3 1.3 2 4", "heard 2 FOLLOWING 3 1.3 2 4", "leader connected");
        run("leader LEADERINFO 4", "accepted 4", "leader TRUNC 1.4");
        assertThrows(IllegalStateException.class, () -> run("leader NEWLEADER 4"));
    }

    @Test
    void zk1277_theCounterNeverRunsIntoTheEpoch() {
        run("server 2 voters=1,2,3 lastCounter=1", "connected 1", "heard 1 LOOKING 2 0 1 0", "learner 1 connected");
        run("learner 1 FOLLOWERINFO 1 0", "accepted 1", "learner 1 ACKEPOCH 0 0", "current 1", "learner 1 ACK 1.0");
        run("propose 1");
        assertFalse(peer.peer().mayPropose());
        run("persisted 1.1");
        assertTrue(says(run("learner 1 ACK 1.1"), "now Looking"));
    }

    @Test
    void zk1514_votesOfAnotherRoundDoNotMakeALeader() {
        run("server 3 voters=1,2,3");
        run("heard 1 FOLLOWING 3 0 9 4");
        assertEquals(List.of(), run("heard 2 FOLLOWING 3 0 9 4"), "they followed this server before it restarted");
    }

    /** Who has just taken over a long history has the longer time behind it, and a full one before it. */
    @Test
    void zk1697_aLongSynchronizationDoesNotCountAgainstTheLearner() {
        leads("");
        run("learner 2 connected", "learner 2 FOLLOWERINFO 2 1", "learner 2 ACKEPOCH 1.5 1");
        for (int i = 0; i < 24; i++) {
            run("after 50", "learner 1 PING 2.0 0");
        }
        assertFalse(says(run("after 50"), "close learner 2"));
        run("learner 2 ACK 2.0");
        assertFalse(says(run("after 450", "learner 1 PING 2.0 0", "after 50"), "close learner 2"));
        assertTrue(says(run("after 51"), "close learner 2"));
    }

    @Test
    void zk1732_establishedServersAgreeWhateverZxidAndRoundTheyReport() {
        run("server 1 voters=1,2,3", "heard 2 FOLLOWING 3 1.7 4 2");
        assertTrue(says(run("heard 3 LEADING 3 1.2 9 2"), "connect to 3"));
    }

    @Test
    void zk3537_thatALeaderLeadsIsLookedUpWhereItsWordIs() {
        run("server 1 voters=1,2,3,4,5", "heard 5 LEADING 5 1.2 3 3", "heard 2 FOLLOWING 5 1.2 3 3");
        assertTrue(says(run("heard 3 FOLLOWING 5 1.2 3 3"), "connect to 5"));
    }

    /** Their answers to each other's answers never ended: a voter that looks, and an observer in a later round. */
    @Test
    void answersAreNotAnswered() {
        run("server 1 voters=1,2,3 observers=4", "connected 2");
        assertEquals(
                List.of("to 4: LOOKING round 7 for 1 zxid 0 epoch 0"),
                run("heard 4 LOOKING -9223372036854775808 -9223372036854775808 7 -9223372036854775808"));
        assertEquals(List.of(), run("heard 4 OBSERVING 2 1.1 7 1"));
        run("server 4 voters=1,2,3 observers=4", "heard 1 LOOKING 1 0 3 0");
        assertEquals(List.of(), run("heard 2 LOOKING 2 0 1 0"), "an observer corrects nobody");
        run("heard 1 FOLLOWING 3 0 3 1", "heard 3 LEADING 3 0 3 1");
        assertEquals(List.of(), run("heard 2 LOOKING 2 0 1 0"));
    }
}
