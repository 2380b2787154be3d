package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.state.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One claim each of "Zab: high-performance broadcast for primary-backup systems", and of ZooKeeper's specification of it. */
class PapersTest {
    private final ScriptedPeer peer = new ScriptedPeer();

    private List<String> run(String... commands) {
        return peer.run(commands);
    }

    private static final String FOUR = "log=4.1-5 current=4 accepted=4";

    /** Server 3 of three, elected by server 1, which has come with what it has promised. */
    private List<String> elected(int acceptedOf1) {
        return run(
                "server 3 voters=1,2,3 " + FOUR,
                "connected 1",
                "heard 1 LOOKING 3 4.5 1 4",
                "learner 1 connected",
                "learner 1 FOLLOWERINFO 1 " + acceptedOf1);
    }

    /** The leader of epoch 5, with server 1. */
    private void established() {
        elected(4);
        run("accepted 5", "learner 1 ACKEPOCH 4.5 4", "current 5");
        assertEquals("to learner 1: UPTODATE", run("learner 1 ACK 5.0").get(1));
    }

    private static boolean says(List<String> lines, String word) {
        return lines.stream().anyMatch(line -> line.contains(word));
    }

    /** Server 1 on its way to leader 3. */
    private void joining(String recovered) {
        run("server 1 voters=1,2,3 " + recovered, "connected 3", "heard 3 LOOKING 3 9.9 1 9", "leader connected");
    }

    // discovery

    @Test
    void theNewEpochIsAboveAllThatAQuorumHasPromised() {
        assertEquals(List.of("save accepted epoch 9"), elected(8));
    }

    @Test
    void noEpochIsProposedWithoutAQuorum() {
        List<String> lines = run(
                "server 3 voters=1,2,3,4,5",
                "connected 1",
                "connected 2",
                "heard 1 LOOKING 3 0 1 0",
                "heard 2 LOOKING 3 0 1 0",
                "learner 1 connected",
                "learner 1 FOLLOWERINFO 1 0");
        assertEquals(List.of(), lines);
    }

    @Test
    void aFollowerPromisesNoEarlierEpochThanItHasPromised() {
        joining("accepted=7");
        assertEquals(
                "disconnect: epoch 6 is before the accepted 7",
                run("leader LEADERINFO 6").get(0));
    }

    @Test
    void aFollowerSaysWhatItHasWhenItPromises() {
        joining(FOUR);
        run("leader LEADERINFO 5");
        assertEquals(List.of("to leader: ACKEPOCH 4.5 current 4"), run("accepted 5"));
    }

    @Test
    void theHistoryOfALeaderIsTheBestOfAQuorum() {
        for (String better : List.of("4.6 4", "4.1 5", "5.0 5")) {
            elected(4);
            run("accepted 5");
            assertTrue(says(run("learner 1 ACKEPOCH " + better), "close learner 1"), better);
        }
        for (String notBetter : List.of("4.5 4", "4.4 4", "4.9 3")) {
            elected(4);
            run("accepted 5");
            assertTrue(says(run("learner 1 ACKEPOCH " + notBetter), "save current epoch 5"), notBetter);
        }
    }

    // synchronization

    @Test
    void aFollowerTakesOverNoHistoryOfAnotherEpochThanItHasPromised() {
        joining(FOUR);
        run("leader LEADERINFO 5", "accepted 5", "leader DIFF 4.5");
        assertTrue(says(run("leader NEWLEADER 6"), "disconnect"));
    }

    @Test
    void aFollowerIsInAnEpochWhenItsHistoryIsOnTheDisk() {
        joining(FOUR);
        run("leader LEADERINFO 5", "accepted 5", "leader DIFF 4.6", "leader PROPOSAL 4.6", "leader COMMIT 4.6");
        assertEquals(List.of("append 4.6"), run("leader NEWLEADER 5"));
        assertEquals(List.of("save current epoch 5"), run("persisted 4.6"));
        assertEquals(List.of("to leader: ACK 5.0"), run("current 5"));
    }

    @Test
    void theInitialHistoryIsCommittedWhenAQuorumHasIt() {
        run("server 3 voters=1,2,3,4,5 log=4.1-5 current=4 accepted=4", "connected 1", "connected 2");
        run("heard 1 LOOKING 3 4.5 1 4", "heard 2 LOOKING 3 4.5 1 4");
        for (int id = 1; id <= 2; id++) {
            run("learner " + id + " connected", "learner " + id + " FOLLOWERINFO " + id + " 4");
        }
        run("accepted 5", "learner 1 ACKEPOCH 4.5 4", "learner 2 ACKEPOCH 4.5 4", "current 5");
        assertEquals(List.of(), run("learner 1 ACK 5.0"), "two of five");
        assertTrue(says(run("learner 2 ACK 5.0"), "now Leading[epoch=5]"));
    }

    @Test
    void nothingIsProposedBeforeTheEpochIsEstablished() {
        elected(4);
        run("accepted 5", "learner 1 ACKEPOCH 4.5 4", "current 5");
        assertFalse(peer.peer().mayPropose());
        assertThrows(IllegalStateException.class, () -> run("propose 1"));
    }

    // broadcast

    @Test
    void theFirstTransactionOfAnEpochHasNumberOneAndEachIsTheNext() {
        established();
        assertEquals(
                List.of("append 5.1", "to learner 1: PROPOSAL 5.1", "append 5.2", "to learner 1: PROPOSAL 5.2"),
                run("propose 2"));
    }

    @Test
    void onlyTheNextTransactionMayBeProposed() {
        for (String zxid : List.of("5.1", "5.3", "6.1", "4.6")) {
            established();
            run("propose 1");
            Transaction wrong = ScriptedPeer.transaction(ScriptedPeer.zxid(zxid));
            assertThrows(IllegalStateException.class, () -> peer.peer().propose(wrong), zxid);
        }
    }

    @Test
    void aTransactionIsCommittedWhenAQuorumHasItOnItsDisks() {
        established();
        run("propose 1");
        assertEquals(List.of(), run("learner 1 ACK 5.1"), "the leader's own disk counts like any other");
        assertEquals(List.of("to learner 1: COMMIT 5.1", "deliver 5.1"), run("persisted 5.1"));
    }

    @Test
    void commitsComeInTheOrderOfTheProposals() {
        established();
        run("propose 3", "persisted 5.3");
        assertEquals(List.of("to learner 1: COMMIT 5.1", "deliver 5.1"), run("learner 1 ACK 5.1"));
        assertTrue(says(run("learner 1 ACK 5.3"), "close learner 1"), "an order that cannot be");
    }

    @Test
    void aFollowerDeliversNothingThatIsNotTheNext() {
        joining(FOUR);
        run(
                "leader LEADERINFO 5",
                "accepted 5",
                "leader DIFF 4.5",
                "leader NEWLEADER 5",
                "current 5",
                "leader UPTODATE");
        run("leader PROPOSAL 5.1", "leader PROPOSAL 5.2");
        assertTrue(says(run("leader COMMIT 5.2"), "disconnect"));
    }

    @Test
    void aServerWithoutAVoteIsSentProposalsAndDoesNotCount() {
        established();
        run("learner 2 connected", "learner 2 FOLLOWERINFO 9 4", "learner 2 ACKEPOCH 4.5 4", "learner 2 ACK 5.0");
        assertTrue(says(run("propose 1"), "to learner 2: PROPOSAL 5.1"));
        run("persisted 5.1");
        assertEquals(List.of(), run("learner 2 ACK 5.1"));
    }

    // the three places where the paper says too little

    @Test
    void whoHasPromisedAndIsBeingSynchronizedIsSentNewProposalsToo() {
        established();
        run("learner 2 connected", "learner 2 FOLLOWERINFO 2 4");
        assertTrue(says(run("learner 2 ACKEPOCH 4.5 4"), "NEWLEADER 5"));
        assertTrue(says(run("propose 1"), "to learner 2: PROPOSAL 5.1"), "before it has acknowledged NEWLEADER");
    }

    @Test
    void upToDateCommitsWhatWasAcknowledgedWithNewLeader() {
        joining("log=3.1 current=3 accepted=3");
        run("leader LEADERINFO 5", "accepted 5", "leader DIFF 4.1", "leader PROPOSAL 4.1", "leader COMMIT 4.1");
        run("leader PROPOSAL 5.1", "leader NEWLEADER 5", "persisted 4.1", "current 5");
        List<String> lines = run("leader UPTODATE");
        assertTrue(says(lines, "deliver 4.1"));
        assertFalse(says(lines, "deliver 5.1"));
        assertEquals(List.of("deliver 5.1"), run("leader COMMIT 5.1"));
    }

    // liveness

    @Test
    void aFollowerLeavesALeaderThatIsNotHeard() {
        joining(FOUR);
        run(
                "leader LEADERINFO 5",
                "accepted 5",
                "leader DIFF 4.5",
                "leader NEWLEADER 5",
                "current 5",
                "leader UPTODATE");
        assertEquals(List.of(), run("after 500"));
        run("leader PING 5.0 0");
        assertEquals(List.of(), run("after 500"));
        assertTrue(says(run("after 1"), "now Looking"));
    }

    @Test
    void aLeaderThatHearsNoQuorumGivesUp() {
        established();
        run("propose 1", "after 50", "after 501");
        assertTrue(says(run("after 50"), "now Looking"));
        assertThrows(IllegalStateException.class, () -> peer.peer().nextZxid());
    }

    @Test
    void whatALeaderProposedInVainStaysInItsLogAndItsVote() {
        established();
        run("propose 1", "persisted 5.1", "after 50", "after 501");
        assertTrue(says(run("after 50"), "zxid 5.1 epoch 5"));
    }

    /** What it missed while it was paused came before its batch ended, and counts. */
    @Test
    void aLeaderThatWasPausedHearsWhatCameMeanwhile() {
        established();
        run("after 50");
        Peer leader = peer.peer();
        leader.step(new PeerInput.Tick(60_000));
        leader.step(new PeerInput.FromLearner(1, new LearnerPacket.Ack(ScriptedPeer.zxid("5.0"))));
        leader.endBatch();
        assertEquals(new Role.Leading(5), leader.role());
    }
}
