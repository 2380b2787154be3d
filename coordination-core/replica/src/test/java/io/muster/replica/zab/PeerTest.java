package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.OpCode;
import io.muster.replica.peer.LearnerPacket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the owner of a peer asks of it. */
class PeerTest {
    private final ScriptedPeer peer = new ScriptedPeer();

    private void leads() {
        peer.run("server 3 voters=1,2,3 observers=4", "connected 1", "heard 1 LOOKING 3 0 1 0", "learner 1 connected");
        peer.run(
                "learner 1 FOLLOWERINFO 1 0", "accepted 1", "learner 1 ACKEPOCH 0 0", "current 1", "learner 1 ACK 1.0");
    }

    private void follows() {
        peer.run("server 1 voters=1,2,3", "connected 3", "heard 3 LOOKING 3 0 1 0", "leader connected");
        peer.run("leader LEADERINFO 1", "accepted 1", "leader DIFF 0", "leader NEWLEADER 1", "current 1");
        peer.run("leader UPTODATE");
    }

    @Test
    void theStatusSaysWhoIsInStep() {
        leads();
        peer.run(
                "learner 2 connected", "learner 2 OBSERVERINFO 4 0", "propose 2", "persisted 1.2", "learner 1 ACK 1.1");
        assertEquals(
                new PeerStatus(
                        new Role.Leading(1),
                        1,
                        1,
                        ScriptedPeer.zxid("1.2"),
                        ScriptedPeer.zxid("1.1"),
                        List.of(
                                new PeerStatus.LearnerStatus(1, true, false, true, ScriptedPeer.zxid("1.1")),
                                new PeerStatus.LearnerStatus(4, false, true, false, 0))),
                peer.peer().status());
    }

    @Test
    void whoDoesNotLeadTakesNothing() {
        follows();
        assertFalse(peer.peer().mayPropose());
        assertThrows(IllegalStateException.class, () -> peer.peer().nextZxid());
        assertThrows(IllegalStateException.class, () -> peer.peer().confirm());
    }

    @Test
    void touchesGoWithTheNextAnswerOrAtOnce() {
        follows();
        peer.peer().touched(7, 1000);
        peer.peer().touched(8, 1000);
        peer.peer().touched(7, 1000);
        assertEquals(List.of("to leader: PING 1.0 touches 2"), peer.run("leader PING 1.0 0"));
        assertEquals(List.of("to leader: PING 1.0"), peer.run("leader PING 1.0 0"), "each once");
        peer.peer().touched(9, 1000);
        peer.peer().sendTouches();
        assertEquals(List.of("to leader: PING 1.0"), peer.run("leader PING 1.0 0"), "it has gone before");
    }

    @Test
    void touchesForALeaderThatIsLostAreForgotten() {
        follows();
        peer.peer().touched(7, 1000);
        peer.run("leader lost", "heard 3 LOOKING 3 0 2 1", "leader connected", "leader LEADERINFO 2", "accepted 2");
        peer.peer().touched(8, 1000);
        peer.run("leader DIFF 0", "leader NEWLEADER 2", "current 2", "leader UPTODATE");
        assertEquals(List.of("to leader: PING 2.0"), peer.run("leader PING 2.0 0"));
    }

    @Test
    void requestsGoToALeaderThatThereIs() {
        LearnerPacket request = new LearnerPacket.Request(7, 1, OpCode.DELETE.code(), new byte[0], List.of());
        follows();
        assertTrue(peer.peer().forward(request));
        peer.run("leader lost");
        assertFalse(peer.peer().forward(request));
    }

    @Test
    void requestsOfLearnersArePassedUpWhenTheyAreInStep() {
        leads();
        assertEquals(List.of("from learner 1: REQUEST 7"), peer.run("learner 1 REQUEST"));
        peer.run("learner 2 connected", "learner 2 FOLLOWERINFO 2 0", "learner 2 ACKEPOCH 0 0");
        assertTrue(peer.run("learner 2 REQUEST").contains("learner 2 is gone"));
    }

    @Test
    void whatComesOfALinkThatIsGoneIsNothing() {
        leads();
        peer.run("learner 1 lost");
        assertEquals(List.of(), peer.run("learner 1 ACK 1.1"));
        assertEquals(List.of(), peer.run("learner 9 REQUEST"));
    }

    @Test
    void whoDoesNotLeadHasNoLearners() {
        follows();
        assertEquals(List.of("close learner 5: server 1 does not lead"), peer.run("learner 5 connected"));
    }

    @Test
    void aFollowerThatHandsOverLeavesAndIsSilent() {
        follows();
        assertEquals(List.of("disconnect: about to stop", "now Retired[]: handed over"), peer.run("hand over"));
        assertEquals(List.of(), peer.run("heard 2 LOOKING 2 0 5 0"));
        assertEquals(List.of(), peer.run("hand over"));
    }

    /** A change of the membership is not in this version: it is not answered wrongly, but not at all. */
    @Test
    void aReconfigurationStopsTheServer() {
        follows();
        peer.run("leader PROPOSAL 1.1");
        assertThrows(IllegalStateException.class, () -> peer.run("leader COMMITANDACTIVATE 1.1"));
        assertThrows(IllegalStateException.class, () -> peer.run("after 1"), "nothing after a failed check");
    }

    @Test
    void aSlowFollowerIsClosedAndSynchronizedAnew() {
        leads();
        peer.run("learner 2 connected", "learner 2 FOLLOWERINFO 2 0", "learner 2 ACKEPOCH 0 0", "learner 2 ACK 1.0");
        peer.run("propose 1", "persisted 1.1", "learner 1 ACK 1.1");
        for (int i = 0; i < 10; i++) {
            peer.run("after 50", "learner 1 PING 1.1 0", "learner 2 PING 1.1 0");
        }
        assertTrue(peer.run("after 50").contains("close learner 2: a proposal was not acknowledged for 550 ms"));
    }

    @Test
    void itSaysWhenItIsDueAndDoesNothingBefore() {
        peer.run("server 1 voters=1,2,3");
        assertEquals(200, peer.dueInMs(), "repeats its vote");
        assertEquals(List.of(), peer.run("after 199"));
        assertEquals(2, peer.run("after 1").size());
        assertEquals(400, peer.dueInMs());
        follows();
        assertEquals(501, peer.dueInMs(), "leaves a leader that is not heard");
        assertEquals(List.of(), peer.run("after 500"));
        assertEquals("disconnect: nothing heard for 501 ms", peer.run("after 1").get(0));
        leads();
        assertEquals(50, peer.dueInMs(), "pings");
        assertEquals(List.of(), peer.run("after 49"));
        assertEquals(List.of("to learner 1: PING 0"), peer.run("after 1"));
        peer.run("hand over");
        assertEquals(new Role.Retired(), peer.peer().role());
        assertEquals(Long.MAX_VALUE, peer.peer().dueMs());
    }

    @Test
    void aLearnerGreetsOnce() {
        leads();
        assertTrue(peer.run("learner 2 connected", "learner 2 FOLLOWERINFO 2 0", "learner 2 FOLLOWERINFO 2 0")
                .contains("close learner 2: greeted twice"));
    }
}
