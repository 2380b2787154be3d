package io.muster.replica.zab;

import static io.muster.replica.zab.ScriptedPeer.transaction;
import static io.muster.replica.zab.ScriptedPeer.transactions;
import static io.muster.replica.zab.ScriptedPeer.zxid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
    private static Window window(String base, String recent) {
        return new Window(zxid(base), transactions(recent), 4, 1 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "1.3, 1.4, true",
        "1.3, 1.5, false",
        "1.3, 1.3, false",
        "1.3, 2.1, true",
        "1.3, 4.1, true",
        "1.3, 2.2, false",
        "1.3, 2.0, false",
        "2.3, 1.4, false",
        "2.0, 2.1, true",
        "0.0, 1.1, true",
        "1.4294967295, 2.0, false"
    })
    void theNextIsTheNextOfItsEpochOrTheFirstOfALaterOne(String last, String next, boolean follows) {
        assertEquals(follows, Window.follows(zxid(last), zxid(next)));
    }

    /** ZOOKEEPER-4925: a window with a hole in it would hand the hole on. */
    @Test
    void aHoleIsRefused() {
        Window window = window("1.2", "1.3-5");
        assertThrows(IllegalStateException.class, () -> window.append(transaction(zxid("1.7"))));
        assertThrows(IllegalStateException.class, () -> window("1.2", "1.3,1.5"));
        assertThrows(IllegalStateException.class, () -> window("1.2", "1.4"));
    }

    @Test
    void committedIsBetweenWhatWasCommittedAndTheLast() {
        Window window = window("1.2", "1.3-5");
        assertEquals(0, window.committed());
        window.commit(zxid("1.4"));
        assertThrows(IllegalStateException.class, () -> window.commit(zxid("1.3")));
        assertThrows(IllegalStateException.class, () -> window.commit(zxid("1.6")));
        assertEquals(zxid("1.4"), window.committed());
    }

    @Test
    void whatIsCommittedIsNeverCut() {
        Window window = window("1.2", "1.3-5");
        window.commit(zxid("1.4"));
        assertThrows(IllegalStateException.class, () -> window.truncate(zxid("1.3")));
        window.truncate(zxid("1.4"));
        assertEquals(zxid("1.4"), window.last());
    }

    @Test
    void aCutBeforeTheWindowLeavesItEmpty() {
        Window window = window("1.2", "1.3-5");
        window.truncate(zxid("1.1"));
        assertEquals(zxid("1.1"), window.last());
        assertEquals(zxid("1.1"), window.base());
        assertEquals(List.of(), window.between(0, zxid("9.9")));
        window.append(transaction(zxid("2.1")));
        assertEquals(transactions("2.1"), window.between(zxid("1.1"), zxid("2.1")));
    }

    @Test
    void itReachesWhatItHoldsAndWhatItBeginsBehind() {
        Window window = window("1.2", "1.3-4,3.1");
        assertTrue(window.reaches(zxid("1.2")));
        assertTrue(window.reaches(zxid("1.3")));
        assertTrue(window.reaches(zxid("3.1")));
        assertFalse(window.reaches(zxid("1.1")));
        assertFalse(window.reaches(zxid("1.5")));
        assertFalse(window.reaches(zxid("2.0")));
    }

    @Test
    void onlyWhatIsCommittedAndAskedForIsForgotten() {
        Window window = window("0.0", "1.1-9");
        window.trim(zxid("1.9"));
        assertEquals(9, window.size(), "nothing is committed");
        window.commit(zxid("1.7"));
        window.trim(zxid("1.3"));
        assertEquals(zxid("1.3"), window.base());
        window.trim(zxid("1.9"));
        assertEquals(transactions("1.6-9"), window.between(window.base(), window.last()));
    }

    @Test
    void itIsBoundedInBytesToo() {
        long size = transaction(zxid("1.1")).sizeBytes();
        Window window = new Window(0, transactions("1.1-9"), 100, 3 * size);
        window.commit(zxid("1.9"));
        window.trim(zxid("1.9"));
        assertEquals(3, window.size());
    }
}
