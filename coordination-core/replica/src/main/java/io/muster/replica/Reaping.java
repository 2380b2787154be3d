package io.muster.replica;

/**
 * When the server deletes containers that have lost their last child, and znodes whose time to live is over.
 *
 * @param checkIntervalMs time from the start of one check to the start of the next, at least 1; a check begins with a tick,
 *     so no sooner than those come
 * @param maxPerMinute deletions, at least 1: they are spread evenly
 * @param maxNeverUsedMs age from which a container that never had a child goes too; 0 for never
 */
public record Reaping(int checkIntervalMs, int maxPerMinute, long maxNeverUsedMs) {
    /** ZooKeeper's. */
    public static final Reaping DEFAULT = new Reaping(60_000, 10_000, 0);

    public Reaping {
        if (checkIntervalMs < 1 || maxPerMinute < 1 || maxNeverUsedMs < 0) {
            throw new IllegalArgumentException(
                    "checkIntervalMs and maxPerMinute must be at least 1 and maxNeverUsedMs 0, not " + checkIntervalMs
                            + ", " + maxPerMinute + " and " + maxNeverUsedMs);
        }
    }
}
