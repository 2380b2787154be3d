package io.muster.server.config;

import java.util.List;
import java.util.Set;

/** ZooKeeper's keys that are not read. */
final class KnownKeys {
    /** Of things that are not there yet, on which somebody who sets them relies. */
    static final List<String> REFUSED_WHEN_SET = List.of(
            "secureClientPort",
            "secureClientPortAddress",
            "snapshot.compression.method",
            "DigestAuthenticationProvider.superDigest");

    static final List<String> REFUSED_WHEN_TRUE = List.of(
            "sslQuorum",
            "portUnification",
            "client.portUnification",
            "quorum.auth.enableSasl",
            "sessionRequireClientSASLAuth",
            "enforce.auth.enabled",
            "enforceQuota",
            "audit.enable");

    static final List<String> REFUSED_PREFIXES = List.of("ssl.", "authProvider.", "connection_throttle_");

    /** That have no effect on a server that is alone, or none that anybody could miss. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "initLimit",
            "syncLimit",
            "connectToLearnerMasterLimit",
            "electionAlg",
            "peerType",
            "syncEnabled",
            "standaloneEnabled",
            "reconfigEnabled",
            "quorumListenOnAllIPs",
            "observerMasterPort",
            "leaderServes",
            "cnxTimeout",
            "electionPortBindRetry",
            "localSessionsEnabled",
            "localSessionsUpgradingEnabled",
            "commitLogCount",
            "snapshotSizeFactor",
            "maxResponseCacheSize",
            "maxGetChildrenResponseCacheSize",
            "bitHashCacheSize",
            "watchManagerName",
            "watcherCleanThreshold",
            "watcherCleanIntervalInSeconds",
            "watcherCleanThreadsNum",
            "maxInProcessingDeadWatchers",
            "serverCnxnFactory",
            "closeSessionTxn.enabled",
            "serializeLastProcessedZxid.enabled",
            "flushDelay",
            "maxWriteQueuePollTime",
            "maxBatchSize",
            "tcpKeepAlive",
            "clientTcpKeepAlive",
            // refused when true
            "sslQuorum",
            "portUnification",
            "client.portUnification",
            "sessionRequireClientSASLAuth",
            "enforce.auth.enabled",
            "enforceQuota",
            "audit.enable");

    private static final List<String> PREFIXES_WITHOUT_EFFECT = List.of(
            "admin.",
            "metricsProvider.",
            "nio.",
            "netty.",
            "commitProcessor.",
            "request_throttle",
            "jvm.pause.",
            "multiAddress.",
            "quorum.",
            "group.",
            "weight.",
            "datadir.",
            "db.");

    private KnownKeys() {}

    static boolean hasNoEffect(String key) {
        return WITHOUT_EFFECT.contains(key) || PREFIXES_WITHOUT_EFFECT.stream().anyMatch(key::startsWith);
    }
}
