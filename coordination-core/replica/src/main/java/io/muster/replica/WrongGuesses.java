package io.muster.replica;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often each address has claimed to be the super user without being it. An address is forgotten a minute after its first
 * wrong guess, so whoever locks others at the same address out does so for a minute at most. Owned by the replica's thread.
 */
final class WrongGuesses {
    private static final int WINDOW_MS = 60_000;
    private static final int MAX_ADDRESSES = 10_000;

    private record Count(long sinceMs, int guesses) {}

    private final int max;
    /** The oldest first: an address that is there keeps its place. */
    private final Map<String, Count> byAddress = new LinkedHashMap<>();

    /** @param max in a minute; 0 for no limit */
    WrongGuesses(int max) {
        this.max = max;
    }

    /** Whether this was the first one too many. */
    boolean add(String address, Clocks now) {
        if (max == 0) {
            return false;
        }
        Count before = current(address, now);
        if (before == null) {
            byAddress.remove(address);
            if (byAddress.size() == MAX_ADDRESSES) {
                byAddress.remove(byAddress.keySet().iterator().next());
            }
            byAddress.put(address, new Count(now.monotonicMs(), 1));
            return false;
        }
        if (before.guesses <= max) {
            byAddress.put(address, new Count(before.sinceMs, before.guesses + 1));
        }
        return before.guesses == max;
    }

    /** Whether no claim from there is to be heard for the rest of its minute. */
    boolean areTooMany(String address, Clocks now) {
        Count count = max == 0 ? null : current(address, now);
        return count != null && count.guesses > max;
    }

    private @Nullable Count current(String address, Clocks now) {
        Count count = byAddress.get(address);
        return count == null || now.monotonicMs() - count.sinceMs >= WINDOW_MS ? null : count;
    }
}
