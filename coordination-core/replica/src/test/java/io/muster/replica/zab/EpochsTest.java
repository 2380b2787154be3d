package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EpochsTest {
    @Test
    void aPromiseHoldsWhenItIsOnTheDisk() {
        Epochs epochs = new Epochs(4, 3);
        assertTrue(epochs.isAcceptedOnDisk());
        epochs.accept(6);
        assertFalse(epochs.isAcceptedOnDisk());
        assertEquals(6, epochs.accepted());
        epochs.acceptedSaved(6);
        assertTrue(epochs.isAcceptedOnDisk());
    }

    @Test
    void epochsOnlyGrow() {
        Epochs epochs = new Epochs(4, 3);
        assertThrows(IllegalStateException.class, () -> epochs.accept(4));
        assertThrows(IllegalStateException.class, () -> epochs.acceptedSaved(5));
        assertThrows(IllegalStateException.class, () -> epochs.currentSaved(5));
        assertThrows(IllegalStateException.class, () -> epochs.currentSaved(2));
        epochs.currentSaved(4);
        assertEquals(4, epochs.current());
        assertThrows(IllegalStateException.class, () -> new Epochs(3, 4));
    }

    /** Two servers may want to lead one epoch. Only one of them can be established, if nobody counts for both. */
    @Test
    void aPromiseCountsForOneLeaderOnly() {
        Epochs epochs = new Epochs(4, 3);
        epochs.accept(5);
        assertTrue(epochs.promiseTo(2));
        assertFalse(epochs.promiseTo(3));
        assertTrue(epochs.promiseTo(2), "the link broke before it arrived");
        epochs.accept(6);
        assertTrue(epochs.promiseTo(3));
    }

    @Test
    void afterARestartNobodyKnowsToWhomThePromiseWas() {
        assertFalse(new Epochs(4, 3).promiseTo(2));
    }

    @Test
    void aPromiseDoesNotCountForAnEpochThatTheServerIsIn() {
        Epochs epochs = new Epochs(4, 3);
        epochs.accept(5);
        epochs.promiseTo(2);
        epochs.acceptedSaved(5);
        epochs.currentSaved(5);
        assertFalse(epochs.promiseTo(2));
    }

    @Test
    void theHighestEpochThatAnybodyPromisedIsRemembered() {
        Epochs epochs = new Epochs(4, 3);
        epochs.see(9);
        epochs.see(2);
        assertEquals(9, epochs.seen());
        assertEquals(4, epochs.accepted());
    }
}
