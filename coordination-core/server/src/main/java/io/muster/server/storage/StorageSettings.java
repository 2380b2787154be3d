package io.muster.server.storage;

import io.muster.replica.state.TimesToLive;

/** How a server keeps its files. Immutable. */
public final class StorageSettings {
    private final Builder values;

    private StorageSettings(Builder values) {
        this.values = values;
    }

    /** Begins with ZooKeeper's settings, except that the log grows by less at a time, and that old files are purged. */
    public static Builder builder() {
        return new Builder();
    }

    /** A copy to change. */
    public Builder toBuilder() {
        return values.copy();
    }

    /** A snapshot is due after 50 to 100 % of so many transactions, at least 2. */
    public int snapshotEveryTxns() {
        return values.snapshotEveryTxns;
    }

    /** Or after 50 to 100 % of so many bytes of log; 0 for never. */
    public long snapshotEveryBytes() {
        return values.snapshotEveryBytes;
    }

    /** A log file that is longer ends with the next sync, without a snapshot; 0 for no such limit. */
    public long maxLogFileBytes() {
        return values.maxLogFileBytes;
    }

    /** The log grows by stretches of so many zeros; 0 to grow with each record. */
    public int preallocationBytes() {
        return values.preallocationBytes;
    }

    /**
     * Never more than this is written to the log without a sync; a log that is damaged further than this, and one record,
     * from its end was not damaged by a loss of power.
     */
    public int maxUnsyncedBytes() {
        return values.maxUnsyncedBytes;
    }

    /** A snapshot is forced whenever so much of it was written. */
    public int snapshotStepBytes() {
        return values.snapshotStepBytes;
    }

    /** Of snapshots that are written; all are read. */
    public Compression compression() {
        return values.compression;
    }

    /** Whether a snapshot says the digest of its tree. */
    public boolean digestInSnapshots() {
        return values.digestInSnapshots;
    }

    /** Whether a snapshot says its last transaction, as ZooKeeper does since 3.9. */
    public boolean lastZxidInSnapshots() {
        return values.lastZxidInSnapshots;
    }

    /** So many are kept, and the logs that only they need; at least 3, or 0 to keep all. */
    public int keepSnapshots() {
        return values.keepSnapshots;
    }

    /** How often old snapshots and logs go, from the start on; 0 for after each snapshot. */
    public long purgeEveryMs() {
        return values.purgeEveryMs;
    }

    /** Whether an acknowledged write survives a loss of power. */
    public boolean forceSync() {
        return values.forceSync;
    }

    /** A sync of the log that takes longer is logged. */
    public long slowSyncMs() {
        return values.slowSyncMs;
    }

    /** Whether directories that are missing are created, or refused. */
    public boolean createDirectories() {
        return values.createDirectories;
    }

    /** Whether to start from logs alone though they do not begin at the first transaction. */
    public boolean trustEmptySnapshot() {
        return values.trustEmptySnapshot;
    }

    /** So many transactions from the log's end are kept in memory at the start, for the others of an ensemble. */
    public int recentTxns() {
        return values.recentTxns;
    }

    /** And so many bytes of them at most. */
    public long recentBytes() {
        return values.recentBytes;
    }

    /** Whether znodes may have one. */
    public TimesToLive timesToLive() {
        return values.timesToLive;
    }

    /**
     * As of {@link io.muster.replica.state.State#initial}. 0 unless set, which anybody can guess: a server that strangers may
     * write to draws one.
     */
    public long seed() {
        return values.seed;
    }

    /** Collects settings; the getters of what it builds explain them. Used by one thread. */
    public static final class Builder implements Cloneable {
        private long seed;
        private int snapshotEveryTxns = 100_000;
        private long snapshotEveryBytes = 4L << 30;
        private long maxLogFileBytes;
        private int preallocationBytes = 4 << 20;
        private int maxUnsyncedBytes = 4 << 20;
        private int snapshotStepBytes = 1 << 20;
        private Compression compression = Compression.NONE;
        private boolean digestInSnapshots = true;
        private boolean lastZxidInSnapshots = true;
        private int keepSnapshots = 3;
        private long purgeEveryMs;
        private boolean forceSync = true;
        private long slowSyncMs = 1_000;
        private boolean createDirectories = true;
        private boolean trustEmptySnapshot;
        private int recentTxns;
        private long recentBytes = 16 << 20;
        private TimesToLive timesToLive = TimesToLive.OFF;

        private Builder() {}

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder snapshotEveryTxns(int count) {
            snapshotEveryTxns = required(count >= 2, "snapshotEveryTxns", count);
            return this;
        }

        public Builder snapshotEveryBytes(long bytes) {
            required(bytes >= 0, "snapshotEveryBytes", bytes);
            snapshotEveryBytes = bytes;
            return this;
        }

        public Builder maxLogFileBytes(long bytes) {
            required(bytes >= 0, "maxLogFileBytes", bytes);
            maxLogFileBytes = bytes;
            return this;
        }

        public Builder preallocationBytes(int bytes) {
            preallocationBytes = required(bytes >= 0, "preallocationBytes", bytes);
            return this;
        }

        public Builder maxUnsyncedBytes(int bytes) {
            maxUnsyncedBytes = required(bytes > 0, "maxUnsyncedBytes", bytes);
            return this;
        }

        public Builder snapshotStepBytes(int bytes) {
            snapshotStepBytes = required(bytes > 0, "snapshotStepBytes", bytes);
            return this;
        }

        public Builder compression(Compression value) {
            compression = value;
            return this;
        }

        public Builder digestInSnapshots(boolean value) {
            digestInSnapshots = value;
            return this;
        }

        public Builder lastZxidInSnapshots(boolean value) {
            lastZxidInSnapshots = value;
            return this;
        }

        public Builder keepSnapshots(int count) {
            keepSnapshots = required(count == 0 || count >= 3, "keepSnapshots", count);
            return this;
        }

        public Builder purgeEveryMs(long value) {
            required(value >= 0, "purgeEveryMs", value);
            purgeEveryMs = value;
            return this;
        }

        public Builder forceSync(boolean value) {
            forceSync = value;
            return this;
        }

        public Builder slowSyncMs(long value) {
            slowSyncMs = value;
            return this;
        }

        public Builder createDirectories(boolean value) {
            createDirectories = value;
            return this;
        }

        public Builder trustEmptySnapshot(boolean value) {
            trustEmptySnapshot = value;
            return this;
        }

        public Builder recentTxns(int count) {
            recentTxns = required(count >= 0, "recentTxns", count);
            return this;
        }

        public Builder recentBytes(long bytes) {
            required(bytes >= 0, "recentBytes", bytes);
            recentBytes = bytes;
            return this;
        }

        public Builder timesToLive(TimesToLive value) {
            timesToLive = value;
            return this;
        }

        private static int required(boolean holds, String name, long value) {
            if (!holds) {
                throw new IllegalArgumentException(name + " cannot be " + value);
            }
            return (int) value;
        }

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        public StorageSettings build() {
            return new StorageSettings(copy());
        }
    }
}
