package io.muster.replica;

import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.TxnForm;
import org.jspecify.annotations.Nullable;

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
 * @param enforceQuota whether a hard quota refuses what would exceed it, and a soft one warns of it
 * @param reconfigEnabled whether the membership may be changed by a request, on a server that has members
 * @param newSecret what to make the passwords of new sessions from where the state has no secret yet; null to give new
 *     sessions the passwords that ZooKeeper would give them, for a migration
 */
public record ReplicaSettings(
        int serverId,
        int tickTimeMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        TxnForm form,
        AccessControl access,
        Limits limits,
        Reaping reaping,
        boolean enforceQuota,
        boolean reconfigEnabled,
        @Nullable SessionSecret newSecret) {
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

    /** ZooKeeper's defaults for a tick: sessions of 2 to 20 ticks, with ZooKeeper's passwords, no limits. */
    public static ReplicaSettings standalone(int tickTimeMs) {
        return new ReplicaSettings(
                1,
                tickTimeMs,
                2 * tickTimeMs,
                20 * tickTimeMs,
                TxnForm.DEFAULT,
                AccessControl.of(AccessSettings.DEFAULT),
                Limits.NONE,
                Reaping.DEFAULT,
                false,
                false,
                null);
    }
}
