package io.muster.recipes.lock;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Who stands where in a lock's queue, from the names of its znodes. */
final class LockQueue {
    private static final String MARK = "lock-";

    private LockQueue() {}

    /** What a name of ours begins with, up to its sequence number. */
    static String newPrefix(LongUnaryOperator random) {
        long high = random64(random) & ~0xF000L | 0x4000L;
        long low = random64(random) & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return "_c_" + new UUID(high, low) + "-" + MARK;
    }

    private static long random64(LongUnaryOperator random) {
        return random.applyAsLong(1L << 32) << 32 | random.applyAsLong(1L << 32);
    }

    /** The number that the server gave it; empty for a znode that is none of this queue. */
    static OptionalInt sequence(String name) {
        int mark = name.lastIndexOf(MARK);
        if (mark < 0) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(name.substring(mark + MARK.length())));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /**
     * Which of two came first. The server counts in 32 bits and goes on with negative numbers after 2147483647, so what
     * matters is the difference; right as long as no two are further apart than 2^31.
     */
    static boolean isBefore(int a, int b) {
        return a - b < 0;
    }

    /** Names that are before a sequence number. */
    static List<String> before(List<String> names, int ownSequence) {
        List<String> ahead = new ArrayList<>();
        for (String name : names) {
            OptionalInt sequence = sequence(name);
            if (sequence.isPresent() && isBefore(sequence.getAsInt(), ownSequence)) {
                ahead.add(name);
            }
        }
        return ahead;
    }

    /** The one of them that came last; null when there are none. */
    static @Nullable String last(List<String> names) {
        String last = null;
        for (String name : names) {
            if (last == null
                    || isBefore(sequence(last).orElseThrow(), sequence(name).orElseThrow())) {
                last = name;
            }
        }
        return last;
    }
}
