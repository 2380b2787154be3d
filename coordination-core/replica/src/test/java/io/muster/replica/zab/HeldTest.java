package io.muster.replica.zab;

import static io.muster.replica.zab.ScriptedPeer.transaction;
import static io.muster.replica.zab.ScriptedPeer.transactions;
import static io.muster.replica.zab.ScriptedPeer.zxid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeldTest {
    private final Held held = new Held(zxid("2.3"));

    private boolean propose(String zxid) {
        return held.propose(transaction(zxid(zxid)));
    }

    private boolean commit(String zxid) {
        return held.commit(zxid(zxid));
    }

    @Test
    void whatIsCommittedIsTakenFirstAndTheRestLater() {
        assertTrue(propose("2.4") && propose("2.5") && propose("4.1"));
        assertTrue(commit("2.4") && commit("2.5"));
        assertEquals(transactions("2.4-5"), held.take(true));
        assertTrue(commit("4.1"));
        assertEquals(transactions("4.1"), held.take(false));
        assertEquals(zxid("4.1"), held.committed());
    }

    @Test
    void aHoleIsNotTaken() {
        assertFalse(propose("2.5"));
        assertTrue(propose("2.4"));
        assertFalse(propose("3.2"));
    }

    /** After a snapshot, which is read while transactions go on, some come again. */
    @Test
    void whatTheHistoryHasAlreadyIsDropped() {
        assertTrue(propose("2.2") && commit("2.2") && propose("2.3") && commit("2.3"));
        assertTrue(held.inform(transaction(zxid("2.3"))));
        assertTrue(held.take(false).isEmpty());
    }

    @Test
    void aCommitIsOfTheOldestProposalThatHasNone() {
        assertFalse(commit("2.4"), "nothing was proposed");
        propose("2.4");
        propose("2.5");
        assertFalse(commit("2.5"));
        assertTrue(commit("2.4"));
        assertFalse(commit("2.4"));
    }

    /** ZOOKEEPER-4394: a proposal that was taken away could not be found by its commit. */
    @Test
    void aCommitFindsItsProposalAfterOthersWereTaken() {
        propose("2.4");
        commit("2.4");
        propose("2.5");
        held.take(true);
        assertTrue(commit("2.5"));
        assertEquals(transactions("2.5"), held.take(true));
    }

    @Test
    void aCommittedTransactionDoesNotOvertakeOneThatIsNot() {
        assertTrue(held.inform(transaction(zxid("2.4"))));
        propose("2.5");
        assertFalse(held.inform(transaction(zxid("2.6"))));
    }
}
