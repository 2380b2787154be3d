package io.muster.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper's settings that this server does not honour, and why not. Names are as in {@code zoo.cfg}; a name that ends in
 * {@code *} stands for all that begin so. Where several fit, the longest counts.
 */
final class UnhonouredSettings {
    /** Of things that are not there yet, and without which a server would be less safe than whoever sets them believes. */
    static final List<String> REFUSED_WHEN_SET = List.of("secureClientPort", "secureClientPortAddress");

    static final List<String> REFUSED_WHEN_TRUE =
            List.of("sslQuorum", "quorum.auth.enableSasl", "sessionRequireClientSASLAuth");

    private static final String ALONE = "they concern an ensemble, and this server is alone";

    private static final Map<String, String> WHY = new Table()
            .because(
                    ALONE,
                    "initLimit",
                    "syncLimit",
                    "connectToLearnerMasterLimit",
                    "electionAlg",
                    "peerType",
                    "syncEnabled",
                    "standaloneEnabled",
                    "quorumListenOnAllIPs",
                    "observerMasterPort",
                    "localSessionsEnabled",
                    "localSessionsUpgradingEnabled",
                    "oraclePath",
                    "leaderServes",
                    "cnxTimeout",
                    "quorumCnxnTimeoutMs",
                    "electionPortBindRetry",
                    "fastleader.*",
                    "leader.*",
                    "learner.*",
                    "follower.*",
                    "observer.*",
                    "observerMaster.*",
                    "leaderConnectDelayDuringRetryMs",
                    "forward_learner_requests_to_commit_processor_disabled",
                    "tcpKeepAlive",
                    "commitLogCount",
                    "snapshotSizeFactor",
                    "enableEagerACLCheck",
                    "ensembleAuthName",
                    "multiAddress.*",
                    "quorum.*",
                    "group.*",
                    "weight.*",
                    "version",
                    "db.autocreate",
                    "readonlymode.enabled",
                    "sslQuorum",
                    "portUnification",
                    "sslQuorumReloadCertFiles")
            .because(
                    "they tune threads, batches or caches that this server does not have",
                    "commitProcessor.*",
                    "nio.*",
                    "netty.*",
                    "serverCnxnFactory",
                    "maxResponseCacheSize",
                    "maxGetChildrenResponseCacheSize",
                    "bitHashCacheSize",
                    "watchManagerName",
                    "watcherClean*",
                    "maxInProcessingDeadWatchers",
                    "flushDelay",
                    "maxWriteQueuePollTime",
                    "maxBatchSize",
                    "request_throttler.*",
                    "jmx.*")
            .because(
                    "requests that are throttled wait in their sockets here, so there is no queue in which they could"
                            + " grow stale",
                    "request_throttle_stall_time",
                    "request_throttle_drop_stale",
                    "request_stale_latency_check",
                    "request_stale_connection_check",
                    "throttled_op_wait_time")
            .because(
                    "TLS is not there yet, and nothing listens for it",
                    "ssl.*",
                    "fips-mode",
                    "client.portUnification",
                    "client.certReload",
                    "X509AuthenticationProvider.*",
                    "superUser*")
            .because(
                    "SASL and providers of one's own are not there yet: nobody can authenticate with them, so what only"
                            + " such clients may do is denied",
                    "authProvider.*",
                    "sasl.*",
                    "kerberos.*",
                    "letAnySaslUserDoX*",
                    "allowSaslFailedClients",
                    "sessionRequireClientSASLAuth",
                    "canonicalizeHostNames",
                    "java.security.auth.login.config")
            .because("the HTTP side of administration is not there yet", "admin.*", "metricsProvider.*")
            .because(
                    "the log says each pause of the server that is longer than three halves of a tick, without them",
                    "jvm.pause.*")
            .because(
                    "they are for clients, not for servers",
                    "sasl.client*",
                    "client.secure",
                    "server.principal",
                    "server.realm",
                    "disableAutoWatchReset",
                    "clientCnxnSocket",
                    "request.timeout",
                    "kinit")
            .because("logging is configured in Logback's own file", "log.*", "root.logger", "console.threshold")
            .because("this is not there yet", "IPAuthenticationProvider.*")
            .because("there is no audit log yet", "audit.*")
            .because("such diagnostics are not there", "pathStats.*", "messageTracker.*")
            .because("it has no effect in this file, in ZooKeeper neither: set the system property", "jute.maxbuffer")
            .build();

    private UnhonouredSettings() {}

    /** Why a setting has no effect, or null if ZooKeeper does not know it. */
    static @Nullable String why(String name) {
        String exact = WHY.get(name);
        if (exact != null) {
            return exact;
        }
        for (int end = name.length(); end > 0; end--) {
            String reason = WHY.get(name.substring(0, end) + "*");
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /**
     * One line for each reason, in order of the names.
     *
     * @param isMember whether it is about a member of an ensemble
     */
    static List<String> warnings(List<String> names, boolean isMember) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (String name : names) {
            String reason = why(name);
            if (isMember && ALONE.equals(reason)) {
                reason = "members of ensembles do not honour them yet";
            }
            byReason.computeIfAbsent(
                            reason == null ? "neither Muster nor ZooKeeper knows such a setting" : reason,
                            key -> new ArrayList<>())
                    .add(name);
        }
        List<String> lines = new ArrayList<>();
        byReason.forEach((reason, of) -> lines.add("without effect: " + String.join(", ", of) + ": " + reason));
        return lines;
    }

    private static final class Table {
        private final Map<String, String> reasons = new LinkedHashMap<>();

        Table because(String reason, String... names) {
            for (String name : names) {
                reasons.put(name, reason);
            }
            return this;
        }

        Map<String, String> build() {
            return Map.copyOf(reasons);
        }
    }
}
