package io.muster.replica;

import io.muster.replica.state.AccessControl;
import io.muster.replica.state.TxnForm;

/**
 * What a replica does not learn from its state.
 *
 * @param serverId 1 to 254; the top byte of the sessions it makes
 * @param tickTimeMs the grain of session expiry
 * @param minSessionTimeoutMs what a shorter request is raised to
 * @param maxSessionTimeoutMs what a longer request is lowered to
 * @param form of the transactions that it writes
 * @param access who may do what
 * @param limits how much clients may have
 * @param reaping when containers and znodes with a time to live go
 */
public record ReplicaSettings(
        int serverId,
        int tickTimeMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        TxnForm form,
        AccessControl access,
        Limits limits,
        Reaping reaping) {
    public ReplicaSettings {
        if (serverId < 1 || serverId > 254) {
            throw new IllegalArgumentException("serverId must be 1 to 254, not " + serverId);
        }
        if (tickTimeMs < 1) {
            throw new IllegalArgumentException("tickTimeMs must be at least 1, not " + tickTimeMs);
        }
        if (minSessionTimeoutMs < 1 || minSessionTimeoutMs > maxSessionTimeoutMs) {
            throw new IllegalArgumentException("session timeouts must be 1 <= min <= max, not " + minSessionTimeoutMs
                    + " and " + maxSessionTimeoutMs);
        }
    }

    /** ZooKeeper's defaults for a tick: sessions of 2 to 20 ticks, no limits. */
    public static ReplicaSettings standalone(int tickTimeMs) {
        return new ReplicaSettings(
                1,
                tickTimeMs,
                2 * tickTimeMs,
                20 * tickTimeMs,
                TxnForm.DEFAULT,
                AccessControl.withStandardSchemes(false),
                Limits.NONE,
                Reaping.DEFAULT);
    }
}
