package io.muster.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.state.TimesToLive;
import io.muster.server.storage.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every setting of ZooKeeper 3.9 is honoured, or refused, or named in a warning that says why it has no effect. */
class EverySettingTest {
    @TempDir
    Path directory;

    private ServerConfig read(String text, Map<String, String> system) throws IOException {
        Path file = Files.writeString(directory.resolve("zoo.cfg"), text);
        return ZooCfg.read(file, SystemSettings.of(system));
    }

    private ServerConfig readWith(String key, String value) throws IOException {
        String others = Stream.of("dataDir=/d", "clientPort=2181", "tickTime=2000")
                .filter(line -> !line.startsWith(key + "="))
                .reduce("", (text, line) -> text + line + "\n");
        return read(others + key + "=" + value + "\n", Map.of());
    }

    private static Arguments row(String key, String value, Function<ServerConfig, Object> of, Object expected) {
        return Arguments.of(key, value, of, expected);
    }

    static Stream<Arguments> honoured() {
        return Stream.of(
                row("dataDir", "/e", ServerConfig::dataDir, Path.of("/e")),
                row("dataLogDir", "/l", ServerConfig::dataLogDir, Path.of("/l")),
                row("clientPort", "2182", c -> c.transport().address().getPort(), 2182),
                row(
                        "clientPortAddress",
                        "127.0.0.1",
                        c -> c.transport().address().getAddress().isLoopbackAddress(),
                        true),
                row("tickTime", "500", c -> c.replica().tickTimeMs(), 500),
                row("minSessionTimeout", "777", c -> c.replica().minSessionTimeoutMs(), 777),
                row("maxSessionTimeout", "77777", c -> c.replica().maxSessionTimeoutMs(), 77_777),
                row("maxClientCnxns", "7", c -> c.transport().maxConnectionsPerAddress(), 7),
                row("clientPortListenBacklog", "7", c -> c.transport().backlog(), 7),
                row("autopurge.purgeInterval", "1", c -> c.storage().keepSnapshots(), 3),
                row("globalOutstandingLimit", "7", c -> c.transport().maxOutstandingRequests(), 7),
                row("request_throttle_max_requests", "8", c -> c.transport().maxOutstandingRequests(), 8),
                row("maxCnxns", "7", c -> c.transport().maxConnections(), 7),
                row("largeRequestThreshold", "7", c -> c.transport().largeRequestBytes(), 7),
                row("largeRequestMaxBytes", "7", c -> c.transport().maxLargeRequestsBytes(), 7L),
                row("snapCount", "7", c -> c.storage().snapshotEveryTxns(), 7),
                row("snapSizeLimitInKb", "7", c -> c.storage().snapshotEveryBytes(), 7L << 10),
                row("preAllocSize", "7", c -> c.storage().preallocationBytes(), 7 << 10),
                row("autopurge.purgeInterval", "2", c -> c.storage().purgeEveryMs(), 7_200_000L),
                row("snapshot.compression.method", "GZ", c -> c.storage().compression(), Compression.GZIP),
                row("snapshot.compression.method", "snappy", c -> c.storage().compression(), Compression.SNAPPY),
                row(
                        "serializeLastProcessedZxid.enabled",
                        "false",
                        c -> c.storage().lastZxidInSnapshots(),
                        false),
                row("closeSessionTxn.enabled", "false", c -> c.replica().form().closeSessionPaths(), false),
                row("txnLogSizeLimitInKb", "7", c -> c.storage().maxLogFileBytes(), 7L << 10),
                row("fsync.warningthresholdms", "7", c -> c.storage().slowSyncMs(), 7L),
                row(
                        "jute.maxbuffer.extrasize",
                        "0x1000",
                        c -> c.replica().form().maxBytes(),
                        0xfffff + 0x1000),
                row("jute.maxbuffer.extrasize", "7", c -> c.replica().form().maxBytes(), 0xfffff + 1024),
                row("datadir.autocreate", "false", c -> c.storage().createDirectories(), false),
                row("snapCount", "1", c -> c.storage().snapshotEveryTxns(), 2),
                row("forceSync", "no", c -> c.storage().forceSync(), false),
                row("snapshot.trust.empty", "true", c -> c.storage().trustEmptySnapshot(), true),
                row("digest.enabled", "false", c -> c.replica().form().digest(), false),
                row("extendedTypesEnabled", "true", c -> c.storage().timesToLive(), TimesToLive.ON),
                row("emulate353TTLNodes", "true", c -> c.storage().timesToLive(), TimesToLive.OFF),
                row("enforceQuota", "true", c -> c.replica().enforceQuota(), true),
                row("reconfigEnabled", "true", c -> c.replica().reconfigEnabled(), true),
                row(
                        "DigestAuthenticationProvider.superDigest",
                        "super:x",
                        c -> String.valueOf(c.replica().access().settings().superDigest()),
                        "super:x"),
                row(
                        "DigestAuthenticationProvider.digestAlg",
                        "SHA-256",
                        c -> c.replica().access().settings().digestAlgorithm(),
                        "SHA-256"),
                row(
                        "DigestAuthenticationProvider.enabled",
                        "false",
                        c -> c.replica().access().settings().digest(),
                        false),
                row(
                        "enforce.auth.enabled",
                        "false",
                        c -> c.replica().access().settings().enforcedSchemes(),
                        List.of()),
                row(
                        "enforce.auth.schemes",
                        "digest",
                        c -> c.replica().access().settings().enforcedSchemes(),
                        List.of()),
                row("skipACL", "yes", c -> c.replica().access().settings().skipAcl(), true),
                row("nio.sessionlessCnxnTimeout", "700", c -> c.transport().handshakeTimeoutMs(), 700),
                row("clientTcpKeepAlive", "true", c -> c.transport().tcpKeepAlive(), true),
                row(
                        "connection_throttle_tokens",
                        "7",
                        c -> c.transport().connectionRate().tokens(),
                        7),
                row(
                        "connection_throttle_fill_time",
                        "7",
                        c -> c.transport().connectionRate().fillTimeMs(),
                        7),
                row(
                        "connection_throttle_fill_count",
                        "7",
                        c -> c.transport().connectionRate().fillCount(),
                        7),
                row(
                        "connection_throttle_freeze_time",
                        "7",
                        c -> c.transport().connectionRate().freezeTimeMs(),
                        7),
                row(
                        "connection_throttle_drop_increase",
                        "0.5",
                        c -> c.transport().connectionRate().dropIncrease(),
                        0.5),
                row(
                        "connection_throttle_drop_decrease",
                        "0.5",
                        c -> c.transport().connectionRate().dropDecrease(),
                        0.5),
                row(
                        "connection_throttle_decrease_ratio",
                        "0.5",
                        c -> c.transport().connectionRate().decreaseRatio(),
                        0.5),
                row(
                        "connection_throttle_weight_enabled",
                        "true",
                        c -> c.transport().connectionRate().newSessionTokens(),
                        3),
                row(
                        "muster.maxWatchesPerConnection",
                        "7",
                        c -> c.replica().limits().watchesPerConnection(),
                        7),
                row(
                        "muster.maxWatchesPerAddress",
                        "7",
                        c -> c.replica().limits().watchesPerAddress(),
                        7),
                row(
                        "muster.maxWatchBytesPerConnection",
                        "7",
                        c -> c.replica().limits().watchBytesPerConnection(),
                        7L),
                row("muster.maxWatchBytes", "7", c -> c.replica().limits().watchBytes(), 7L),
                row("muster.maxMultiOps", "7", c -> c.replica().maxMultiOps(), 7),
                row("muster.maxSessions", "7", c -> c.replica().limits().sessions(), 7),
                row(
                        "muster.maxSessionsPerAddress",
                        "7",
                        c -> c.replica().limits().sessionsPerAddress(),
                        7),
                row(
                        "muster.maxIdentityBytesPerConnection",
                        "7777",
                        c -> c.replica().access().settings().maxIdBytes(),
                        7777),
                row("muster.nativeTransport", "false", c -> c.transport().nativeTransport(), false),
                row("4lw.commands.whitelist", "ruok", ServerConfig::words, Set.of("srvr", "ruok")));
    }

    @ParameterizedTest
    @MethodSource
    void honoured(String key, String value, Function<ServerConfig, Object> of, Object expected) throws Exception {
        ServerConfig config = readWith(key, value);
        assertEquals(expected, of.apply(config));
        assertFalse(
                String.join("\n", config.warnings()).contains("without effect"),
                config.warnings().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initLimit",
                "syncLimit",
                "connectToLearnerMasterLimit",
                "localSessionsEnabled",
                "localSessionsUpgradingEnabled",
                "observerMasterPort",
                "electionAlg",
                "quorumListenOnAllIPs",
                "peerType",
                "syncEnabled",
                "standaloneEnabled",
                "portUnification",
                "sslQuorumReloadCertFiles",
                "quorum.auth.learnerRequireSasl",
                "quorum.auth.serverRequireSasl",
                "quorum.auth.learner.saslLoginContext",
                "quorum.auth.server.saslLoginContext",
                "quorum.auth.kerberos.servicePrincipal",
                "quorum.cnxn.threads.size",
                "jvm.pause.monitor",
                "jvm.pause.info-threshold.ms",
                "jvm.pause.warn-threshold.ms",
                "jvm.pause.sleep.time.ms",
                "metricsProvider.className",
                "metricsProvider.httpPort",
                "multiAddress.enabled",
                "multiAddress.reachabilityCheckEnabled",
                "multiAddress.reachabilityCheckTimeoutMs",
                "oraclePath",
                "group.1",
                "weight.1",
                "version",
                "request_throttle_stall_time",
                "request_throttle_drop_stale",
                "request_stale_latency_check",
                "request_stale_connection_check",
                "request_throttler.shutdownTimeout",
                "throttled_op_wait_time",
                "commitLogCount",
                "snapshotSizeFactor",
                "flushDelay",
                "maxWriteQueuePollTime",
                "maxBatchSize",
                "db.autocreate",
                "maxResponseCacheSize",
                "maxGetChildrenResponseCacheSize",
                "bitHashCacheSize",
                "enableEagerACLCheck",
                "watchManagerName",
                "watcherCleanThreshold",
                "watcherCleanIntervalInSeconds",
                "watcherCleanThreadsNum",
                "maxInProcessingDeadWatchers",
                "leaderServes",
                "cnxTimeout",
                "quorumCnxnTimeoutMs",
                "electionPortBindRetry",
                "fastleader.minNotificationInterval",
                "fastleader.maxNotificationInterval",
                "leader.maxConcurrentSnapSyncs",
                "leader.maxConcurrentDiffSyncs",
                "leader.maxTimeToWaitForEpoch",
                "observer.reconnectDelayMs",
                "observer.election.DelayMs",
                "leaderConnectDelayDuringRetryMs",
                "observerMaster.sizeLimit",
                "tcpKeepAlive",
                "learner.asyncSending",
                "learner.closeSocketAsync",
                "leader.closeSocketAsync",
                "forward_learner_requests_to_commit_processor_disabled",
                "follower.skipLearnerRequestToNextProcessor",
                "commitProcessor.numWorkerThreads",
                "commitProcessor.maxReadBatchSize",
                "commitProcessor.maxCommitBatchSize",
                "commitProcessor.shutdownTimeout",
                "nio.numSelectorThreads",
                "nio.numWorkerThreads",
                "nio.directBufferBytes",
                "nio.shutdownTimeout",
                "serverCnxnFactory",
                "netty.advancedFlowControl.enabled",
                "netty.server.outstandingHandshake.limit",
                "client.portUnification",
                "client.certReload",
                "X509AuthenticationProvider.superUser",
                "superUser.1",
                "authProvider.1",
                "ensembleAuthName",
                "allowSaslFailedClients",
                "letAnySaslUserDoX",
                "sasl.serverconfig",
                "kerberos.removeHostFromPrincipal",
                "canonicalizeHostNames",
                "ssl.keyStore.location",
                "ssl.quorum.trustStore.password",
                "fips-mode",
                "audit.impl.class",
                "admin.enableServer",
                "admin.serverPort",
                "pathStats.enabled",
                "messageTracker.BufferSize",
                "jmx.log4j.disable",
                "jute.maxbuffer"
            })
    void namedInAWarningThatSaysWhy(String key) throws Exception {
        List<String> warnings = readWith(key, "1").warnings();
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains("without effect: " + key + ": "), warnings.get(0));
        assertFalse(warnings.get(0).contains("neither Muster"), warnings.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secureClientPort",
                "secureClientPortAddress",
                "sslQuorum",
                "quorum.auth.enableSasl",
                "sessionRequireClientSASLAuth",
                "dynamicConfigFile"
            })
    void refusedSinceAServerWithoutItWouldNotBeWhatItsOperatorBelieves(String key) {
        String message =
                assertThrows(ConfigException.class, () -> readWith(key, "true")).getMessage();
        assertTrue(message.contains(key), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "follower.nodelay",
                "leader.nodelay",
                "java.security.auth.login.config",
                "zookeeper.maxBatchSize",
                "zookeeper.sasl.client",
                "zookeeper.request.timeout",
                "zookeeper.log.dir",
                "zookeeper.ssl.clientAuth"
            })
    void systemPropertyWithoutEffectIsNamedToo(String property) throws Exception {
        List<String> warnings = read("dataDir=/d\nclientPort=2181\n", Map.of(property, "1", "user.name", "x"))
                .warnings();
        assertEquals(1, warnings.size(), warnings.toString());
        String name = property.replace("zookeeper.", "");
        assertTrue(warnings.get(0).startsWith("system properties: without effect: " + name + ": "), warnings.get(0));
        assertFalse(warnings.get(0).contains("neither Muster"), warnings.get(0));
    }

    @Test
    void thresholdForSlowSyncsHasTwoNames() throws Exception {
        String bare = "fsync.warningthresholdms";
        String smallest = "dataDir=/d\nclientPort=2181\n";
        assertEquals(7, read(smallest, Map.of(bare, "7")).storage().slowSyncMs());
        ServerConfig both = read(smallest, Map.of(bare, "7", "zookeeper." + bare, "8"));
        assertEquals(8, both.storage().slowSyncMs());
        assertEquals(List.of(), both.warnings());
    }

    @Test
    void readOnlyModeAllowsTheWordThatAsksForIt() throws Exception {
        ServerConfig config = read("dataDir=/d\nclientPort=2181\n", Map.of("readonlymode.enabled", "true"));
        assertEquals(Set.of("srvr", "isro"), config.words());
    }

    @Test
    void typoIsNamed() throws Exception {
        List<String> warnings = read("dataDir=/d\nclientPort=2181\n", Map.of("zookeeper.snapCont", "1"))
                .warnings();
        assertEquals(
                List.of(
                        "system properties: without effect: snapCont: neither Muster nor ZooKeeper knows such a setting"),
                warnings);
    }
}
