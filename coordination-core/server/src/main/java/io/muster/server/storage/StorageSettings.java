package io.muster.server.storage;

/**
 * How a server keeps its files.
 *
 * @param snapshotEveryTxns a snapshot is due after 50 to 100 % of so many transactions, at least 2
 * @param snapshotEveryBytes or after 50 to 100 % of so many bytes of log; 0 for never
 * @param preallocationBytes the log grows by stretches of so many zeros; 0 to grow with each record
 * @param maxUnsyncedBytes never more than this is written to the log without a sync; a log that is damaged further than
 *     this, and one record, from its end was not damaged by a loss of power
 * @param snapshotStepBytes a snapshot is forced whenever so much of it was written
 * @param keepSnapshots purge keeps so many, at least 3; 0 for no purge
 * @param trustEmptySnapshot whether to start from logs alone though they do not begin at the first transaction
 * @param extendedTypes whether znodes may have a time to live
 * @param seed as of {@link io.muster.replica.state.State#initial}
 */
public record StorageSettings(
        int snapshotEveryTxns,
        long snapshotEveryBytes,
        int preallocationBytes,
        int maxUnsyncedBytes,
        int snapshotStepBytes,
        int keepSnapshots,
        boolean trustEmptySnapshot,
        boolean extendedTypes,
        long seed) {
    public StorageSettings {
        require(snapshotEveryTxns >= 2, "snapshotEveryTxns", snapshotEveryTxns);
        require(snapshotEveryBytes >= 0, "snapshotEveryBytes", snapshotEveryBytes);
        require(preallocationBytes >= 0, "preallocationBytes", preallocationBytes);
        require(maxUnsyncedBytes > 0, "maxUnsyncedBytes", maxUnsyncedBytes);
        require(snapshotStepBytes > 0, "snapshotStepBytes", snapshotStepBytes);
        require(keepSnapshots == 0 || keepSnapshots >= 3, "keepSnapshots", keepSnapshots);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " cannot be " + value);
        }
    }

    /** As ZooKeeper's, except that the log grows by less at a time, and that old files are purged. */
    public static StorageSettings defaults(long seed) {
        return new StorageSettings(100_000, 4L << 30, 4 << 20, 4 << 20, 1 << 20, 3, false, false, seed);
    }

    public StorageSettings withSnapshotEveryTxns(int count) {
        return new StorageSettings(
                count,
                snapshotEveryBytes,
                preallocationBytes,
                maxUnsyncedBytes,
                snapshotStepBytes,
                keepSnapshots,
                trustEmptySnapshot,
                extendedTypes,
                seed);
    }

    public StorageSettings withPreallocationBytes(int bytes) {
        return new StorageSettings(
                snapshotEveryTxns,
                snapshotEveryBytes,
                bytes,
                maxUnsyncedBytes,
                snapshotStepBytes,
                keepSnapshots,
                trustEmptySnapshot,
                extendedTypes,
                seed);
    }

    public StorageSettings withMaxUnsyncedBytes(int bytes) {
        return new StorageSettings(
                snapshotEveryTxns,
                snapshotEveryBytes,
                preallocationBytes,
                bytes,
                snapshotStepBytes,
                keepSnapshots,
                trustEmptySnapshot,
                extendedTypes,
                seed);
    }

    public StorageSettings withTrustEmptySnapshot(boolean trust) {
        return new StorageSettings(
                snapshotEveryTxns,
                snapshotEveryBytes,
                preallocationBytes,
                maxUnsyncedBytes,
                snapshotStepBytes,
                keepSnapshots,
                trust,
                extendedTypes,
                seed);
    }
}
