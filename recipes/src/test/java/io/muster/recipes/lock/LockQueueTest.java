package io.muster.recipes.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class LockQueueTest {

    @Test
    void namesBeginAsCuratorsDo() {
        String prefix = LockQueue.newPrefix(ThreadLocalRandom.current()::nextLong);
        assertTrue(
                prefix.matches("_c_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-lock-"), prefix);
        assertEquals(4, UUID.fromString(prefix.substring(3, 39)).version());
    }

    @Test
    void theSequenceIsWhatFollowsTheLastMark() {
        assertEquals(OptionalInt.of(7), LockQueue.sequence("_c_3f-lock-0000000007"));
        assertEquals(OptionalInt.of(7), LockQueue.sequence("lock-0000000007"));
        assertEquals(OptionalInt.of(7), LockQueue.sequence("lock-a-lock-0000000007"));
        assertEquals(OptionalInt.of(Integer.MIN_VALUE), LockQueue.sequence("_c_3f-lock--2147483648"));
        assertEquals(OptionalInt.empty(), LockQueue.sequence("lock-"));
        assertEquals(OptionalInt.empty(), LockQueue.sequence("readme"));
        assertEquals(OptionalInt.empty(), LockQueue.sequence("lock-abc"));
    }

    @Test
    void afterTheGreatestNumberComesTheSmallest() {
        assertTrue(LockQueue.isBefore(1, 2));
        assertFalse(LockQueue.isBefore(2, 1));
        assertFalse(LockQueue.isBefore(2, 2));
        assertTrue(LockQueue.isBefore(Integer.MAX_VALUE, Integer.MIN_VALUE));
        assertTrue(LockQueue.isBefore(-1, 0));
    }

    @Test
    void thePredecessorIsTheLastOfThoseBefore() {
        List<String> names = List.of("lock--2147483647", "lock-2147483647", "x", "lock--2147483648", "lock-2147483646");
        List<String> ahead = LockQueue.before(names, Integer.MIN_VALUE + 1);
        assertEquals(List.of("lock-2147483647", "lock--2147483648", "lock-2147483646"), ahead);
        assertEquals("lock--2147483648", LockQueue.last(ahead));
        assertNull(LockQueue.last(LockQueue.before(names, Integer.MAX_VALUE - 1)));
    }
}
