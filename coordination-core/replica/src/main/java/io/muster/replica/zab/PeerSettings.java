package io.muster.replica.zab;

import io.muster.replica.peer.Membership;
import io.muster.replica.state.State;

/**
 * What a peer does not learn from the others.
 *
 * @param serverId its own, a member's or not
 * @param membership in force
 * @param membershipText the same as ZooKeeper writes it, for the others to see
 * @param tickTimeMs the unit of the limits
 * @param initLimitTicks how long each step of getting together may take
 * @param syncLimitTicks how long nothing may be heard of a server that is in step
 * @param initial the state of a server that has no history
 * @param election how elections go
 * @param bounds how much is kept
 */
public record PeerSettings(
        long serverId,
        Membership membership,
        String membershipText,
        int tickTimeMs,
        int initLimitTicks,
        int syncLimitTicks,
        State initial,
        Election election,
        Bounds bounds) {
    /**
     * How elections go.
     *
     * @param minNotificationMs after how long without news a server repeats its vote the first time
     * @param maxNotificationMs after how long at most; the time doubles until then
     * @param settleMs how long a server waits for a better vote while there are servers that have not voted as it did
     */
    public record Election(int minNotificationMs, int maxNotificationMs, int settleMs) {
        /** ZooKeeper's. */
        public static final Election DEFAULT = new Election(200, 60_000, 200);
    }

    /**
     * How much is kept.
     *
     * @param recentCount committed transactions in memory, for learners that miss a few
     * @param recentBytes of those
     * @param fromLogBytes what may be read from the log for one learner; what misses more gets a snapshot. 0 for never
     * @param lastCounter the highest counter of a zxid; a leader that has come to it gives its epoch up
     * @param features that are offered to other Muster servers, of {@link io.muster.replica.peer.PeerExtensions}
     */
    public record Bounds(int recentCount, long recentBytes, long fromLogBytes, long lastCounter, int features) {
        /** ZooKeeper never uses the counter 0xFFFFFFFF. */
        public static final long LAST_COUNTER = 0xFFFF_FFFEL;

        public Bounds {
            if (recentCount < 0 || recentBytes < 0 || fromLogBytes < 0) {
                throw new IllegalArgumentException(
                        "bounds must be at least 0, not " + recentCount + ", " + recentBytes + ", " + fromLogBytes);
            }
            if (lastCounter < 1 || lastCounter > LAST_COUNTER) {
                throw new IllegalArgumentException("lastCounter must be 1 to 0xFFFFFFFE, not " + lastCounter);
            }
        }
    }

    public PeerSettings {
        if (tickTimeMs < 1 || initLimitTicks < 1 || syncLimitTicks < 1) {
            throw new IllegalArgumentException("tickTimeMs, initLimitTicks and syncLimitTicks must be at least 1, not "
                    + tickTimeMs + ", " + initLimitTicks + " and " + syncLimitTicks);
        }
    }

    int initLimitMs() {
        return tickTimeMs * initLimitTicks;
    }

    int syncLimitMs() {
        return tickTimeMs * syncLimitTicks;
    }
}
