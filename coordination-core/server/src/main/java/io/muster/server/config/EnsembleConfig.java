package io.muster.server.config;

import io.muster.replica.peer.Membership;

/**
 * What a member of an ensemble is told beside what every server is told.
 *
 * @param serverId of this server, a member of the membership
 * @param membership that was configured
 * @param initLimitTicks how long a learner may take to connect and to be brought up to date, at least 1
 * @param syncLimitTicks how long nothing may be heard of one that is, at least 1
 * @param connectLimitTicks how long a learner tries to reach its leader, at least 1
 * @param listenOnAllAddresses whether the ports between servers are open on all addresses of this machine
 * @param connectTimeoutMs of a connection for elections, at least 1
 * @param minNotificationMs after how long a server repeats its vote the first time, at least 1
 * @param maxNotificationMs after how long at most
 * @param commitLogCount committed transactions that are kept in memory for learners that miss a few, at least 0
 * @param snapshotSizeFactor the share of a snapshot's size up to which the log is sent instead; negative for never
 * @param holdClientsMs how long clients' connections stay open, unanswered, while there is no leader, at least 0
 */
public record EnsembleConfig(
        long serverId,
        Membership membership,
        int initLimitTicks,
        int syncLimitTicks,
        int connectLimitTicks,
        boolean listenOnAllAddresses,
        int connectTimeoutMs,
        int minNotificationMs,
        int maxNotificationMs,
        int commitLogCount,
        double snapshotSizeFactor,
        int holdClientsMs) {
    /** With ZooKeeper's defaults, and the limits that its samples have: 10 ticks and 5. */
    public static EnsembleConfig of(long serverId, Membership membership) {
        return new EnsembleConfig(serverId, membership, 10, 5, 10, false, 5_000, 200, 60_000, 500, 0.33, 1_000);
    }

    /** This server's own line. */
    public Membership.Member own() {
        return membership
                .member(serverId)
                .orElseThrow(() -> new IllegalStateException("there is no server." + serverId));
    }
}
