package io.muster.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.state.TimesToLive;
import io.muster.server.transport.ConnectionRate;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZooCfgTest {
    private static final String SMALLEST = "dataDir=/d\nclientPort=2181\n";

    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("zoo.cfg"), text);
    }

    private ServerConfig read(String text, Map<String, String> system) throws IOException {
        return ZooCfg.read(file(text), SystemSettings.of(system));
    }

    private ServerConfig read(String text) throws IOException {
        return read(text, Map.of());
    }

    private String refusal(String text, Map<String, String> system) {
        String message =
                assertThrows(ConfigException.class, () -> read(text, system)).getMessage();
        assertFalse(message.contains("\n"), message);
        return message;
    }

    private String refusal(String text) {
        return refusal(text, Map.of());
    }

    @Test
    void smallestFileHasZooKeepersDefaults() throws Exception {
        ServerConfig config = read(SMALLEST);
        assertEquals(Path.of("/d"), config.dataDir());
        assertEquals(Path.of("/d"), config.dataLogDir());
        assertEquals(2181, config.transport().address().getPort());
        assertTrue(config.transport().address().getAddress().isAnyLocalAddress());
        assertEquals(3_000, config.replica().tickTimeMs());
        assertEquals(6_000, config.replica().minSessionTimeoutMs());
        assertEquals(60_000, config.replica().maxSessionTimeoutMs());
        assertEquals(60, config.transport().maxConnectionsPerAddress());
        assertEquals(1_000, config.transport().maxOutstandingRequests());
        assertEquals(0xfffff, config.transport().maxFrameBytes());
        assertEquals(100_000, config.storage().snapshotEveryTxns());
        assertEquals(0, config.storage().keepSnapshots());
        assertEquals(Set.of("srvr"), config.words());
        assertTrue(config.storage().forceSync());
        assertFalse(config.replica().access().settings().skipAcl());
        assertEquals(List.of(), config.warnings());
    }

    @Test
    void fileOfAZooKeeperServerIsReadUnchanged() throws Exception {
        ServerConfig config = read("""
                # The number of milliseconds of each tick
                tickTime = 2000
                initLimit=10
                syncLimit=5
                dataDir=/var/lib/zookeeper
                dataLogDir=/var/log/zookeeper
                clientPort=2181
                clientPortAddress=127.0.0.1
                maxClientCnxns=0
                minSessionTimeout=4000
                maxSessionTimeout=40000
                autopurge.snapRetainCount=5
                autopurge.purgeInterval=1
                4lw.commands.whitelist=ruok, stat,mntr
                admin.serverPort=8081
                metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
                metricsProvider.httpPort=7000
                snapCount=5000
                forceSync=no
                extendedTypesEnabled=true
                globalOutstandingLimit=2000
                server.1=localhost:2888:3888
                """);
        assertEquals(2_000, config.replica().tickTimeMs());
        assertEquals(Path.of("/var/log/zookeeper"), config.dataLogDir());
        assertEquals(
                InetAddress.getByName("127.0.0.1"), config.transport().address().getAddress());
        assertEquals(0, config.transport().maxConnectionsPerAddress());
        assertEquals(4_000, config.replica().minSessionTimeoutMs());
        assertEquals(40_000, config.replica().maxSessionTimeoutMs());
        assertEquals(5, config.storage().keepSnapshots());
        assertEquals(Set.of("srvr", "ruok", "stat", "mntr"), config.words());
        assertEquals(5_000, config.storage().snapshotEveryTxns());
        assertFalse(config.storage().forceSync());
        assertEquals(TimesToLive.ON, config.storage().timesToLive());
        assertEquals(2_000, config.transport().maxOutstandingRequests());
        List<String> warnings = config.warnings();
        assertEquals(3, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains("forceSync=no"), warnings.get(0));
        assertTrue(warnings.get(1).contains("admin.serverPort, metricsProvider.className"), warnings.get(1));
        assertTrue(warnings.get(2).contains("initLimit, syncLimit: they concern an ensemble"), warnings.get(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the lines; tokens, those for each fill, for a new session and for one that comes back
                "tokens=10 fill_count=2 | 10 2 1 1",
                "tokens=10 fill_count=2 weight_enabled=true | 30 6 3 2",
                "tokens=10 weight_enabled=true global_session_weight=4 | 40 4 4 2",
                "tokens=10 weight_enabled=true local_session_weight=5 | 50 5 5 5",
                "tokens=2000000000 weight_enabled=true | 2147483647 3 3 2",
                "tokens=-5 | -5 1 1 1",
            })
    void weightsOfSessionsCountForTheBucketToo(String lines, String expected) throws Exception {
        String text = "connection_throttle_" + lines.replace(" ", "\nconnection_throttle_") + "\n";
        ServerConfig config = read(SMALLEST + text);
        ConnectionRate rate = config.transport().connectionRate();
        assertEquals(
                expected,
                rate.tokens() + " " + rate.fillCount() + " " + rate.newSessionTokens() + " "
                        + rate.renewSessionTokens());
        assertEquals(List.of(), config.warnings());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | false | srvr",
                "'' | true | isro srvr",
                "'' | yes | srvr",
                "ruok | false | ruok srvr",
                "ruok, stat | true | isro ruok srvr stat",
                "' ' | true | isro srvr",
                "'ruok,*' | true | * isro ruok srvr",
            })
    void srvrIsAlwaysAnsweredAndIsroWhereServersMayBeReadOnly(String list, String readOnly, String expected)
            throws Exception {
        ServerConfig config =
                read(SMALLEST + "4lw.commands.whitelist=" + list + "\n", Map.of("readonlymode.enabled", readOnly));
        assertEquals(expected, String.join(" ", new TreeSet<>(config.words())));
    }

    @Test
    void unknownKeyIsNamedInAWarning() throws Exception {
        List<String> warnings = read(SMALLEST + "tickTme=2000\n").warnings();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).contains("tickTme"), warnings.get(0));
    }

    @Test
    void systemPropertyHoldsWhereTheFileIsSilent() throws Exception {
        Map<String, String> system = Map.of(
                "zookeeper.snapCount", "7",
                "zookeeper.skipACL", "yes",
                "jute.maxbuffer", "0x1fffff",
                "zookeeper.4lw.commands.whitelist", "*");
        ServerConfig config = read(SMALLEST + "snapCount=9\n", system);
        assertEquals(9, config.storage().snapshotEveryTxns());
        assertTrue(config.replica().access().settings().skipAcl());
        assertEquals(0x1fffff, config.transport().maxFrameBytes());
        assertEquals(Set.of("*", "srvr"), config.words());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tickTime=0 | tickTime=0 is not allowed; it must be a whole number from 1",
                "tickTime=fast | tickTime=fast is not allowed",
                "clientPort=70000 | clientPort=70000 is not allowed; it must be a whole number from 0 to 65535",
                "maxClientCnxns=many | maxClientCnxns=many is not allowed; it must be a whole number",
                "minSessionTimeout=9999999 | minSessionTimeout=9999999",
                "muster.maxSessions=-1 | muster.maxSessions=-1 is not allowed; it must be a whole number, at least 0",
                "reconfigEnabled=maybe | reconfigEnabled=maybe is not allowed; it must be true or false",
                "clientPortAddress=no.such.host.invalid | clientPortAddress=no.such.host.invalid is not allowed",
                "secureClientPort=2281 | not there yet",
                "sessionRequireClientSASLAuth=true | not there yet",
                "enforce.auth.enabled=true | enforce.auth.schemes must say which",
                "dynamicConfigFile=/x | dynamicConfigFile is set, but this is not there yet",
            })
    void wrongLineIsRefusedWithFileKeyValueAndWhatIsAllowed(String line, String expected) {
        String message = refusal(SMALLEST + line + "\n");
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith(directory.resolve("zoo.cfg").toString()), message);
        assertTrue(message.contains(line.substring(0, line.indexOf('='))), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "snapCount=-1 | snapCount=-1 should be a whole number, at least 0; 0 holds",
                "snapCount=100k | snapCount=100k should be a whole number, at least 0; the default holds",
                "skipACL=maybe | skipACL=maybe should be true or false; false holds",
                "globalOutstandingLimit=0 | globalOutstandingLimit=0 should be a whole number, at least 1; 1 holds",
                "preAllocSize=4194304 | preAllocSize=4194304 should be a whole number from 0 to 2097151; 2097151 holds",
                "snapshot.compression.method=zip | =zip should be gz or snappy; snapshots are not compressed",
                "connection_throttle_drop_increase=2 | =2 should be a number from 0 to 1; 0.02 holds",
                "largeRequestMaxBytes=0 | =0 should be a whole number, at least 1; 1 holds",
                "enforceQuota=1 | enforceQuota=1 should be true or false; false holds",
                "audit.enable=true | without effect: audit.enable: there is no audit log yet",
            })
    void whatZooKeeperStartsWithWeStartWithAndSayWhatHolds(String line, String expected) throws Exception {
        List<String> warnings = read(SMALLEST + line + "\n").warnings();
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains(expected), warnings.get(0));
        assertTrue(warnings.get(0).startsWith(directory.resolve("zoo.cfg").toString()), warnings.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "maxClientCnxns=-1",
                "autopurge.purgeInterval=-1",
                "autopurge.snapRetainCount=-1",
                "snapshot.compression.method=none",
                "globalOutstandingLimit=0x10",
                "# Gr\u00f6\u00dfe, in Latin-1",
            })
    void whatZooKeeperTakesIsTakenWithoutAWord(String line) throws Exception {
        Path file = Files.write(
                directory.resolve("zoo.cfg"), (SMALLEST + line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of(), ServerConfig.read(file).warnings());
    }

    @Test
    void wrongSystemPropertyIsNamed() throws Exception {
        assertEquals(
                List.of("system property jute.maxbuffer=much should be a whole number, at least 64; 1048575 holds"),
                read(SMALLEST, Map.of("jute.maxbuffer", "much")).warnings());
        assertEquals(
                1_000,
                read(SMALLEST, Map.of("jute.maxbuffer", "1000")).transport().maxFrameBytes());
    }

    @Test
    void missingDataDirAndMissingPortAreNamed() {
        assertTrue(refusal("clientPort=2181\n").contains("dataDir is missing"));
        assertTrue(refusal("dataDir=/d\n").contains("clientPort is missing"));
        assertTrue(refusal("dataDir=/d\nclientPortAddress=127.0.0.1\n").contains("clientPort is missing"));
    }

    @Test
    void missingFileAndFileThatIsNoTextAreNamed() throws Exception {
        Path missing = directory.resolve("missing.cfg");
        Function<Path, String> refusal = path -> assertThrows(ConfigException.class, () -> ServerConfig.read(path))
                .getMessage();
        assertEquals(missing + ": there is no such file", refusal.apply(missing));
        Path binary = Files.write(directory.resolve("binary.cfg"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertTrue(refusal.apply(binary).contains("dataDir is missing"));
        Path malformed = Files.write(directory.resolve("bad.cfg"), "a=\\u12".getBytes(StandardCharsets.UTF_8));
        assertTrue(refusal.apply(malformed).contains("not in the format of Java properties"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server.1=a:2888:3888\nserver.2=b:2888:3888\n",
                "server.1=a:2888:3888:observer\nserver.2=b:2888:3888\n",
                "server.1=a:2888:3888\nstandaloneEnabled=false\n"
            })
    void aServerWithOthersIsAMemberAndMustKnowWhichOne(String members) throws IOException {
        String lines = "dataDir=" + directory + "\nclientPort=2181\ninitLimit=10\nsyncLimit=5\n" + members;
        assertTrue(refusal(lines).contains("myid: is missing"), refusal(lines));
        Files.writeString(directory.resolve("myid"), "1\n");
        ServerConfig config = read(lines);
        EnsembleConfig ensemble = config.ensemble();
        assertNotNull(ensemble);
        assertEquals(1, ensemble.serverId());
        assertEquals(1, config.replica().serverId());
    }

    @Test
    void oneParticipantIsAloneUnlessItIsToldNotToBe() throws IOException {
        assertNull(read(SMALLEST + "server.1=a:2888:3888\n").ensemble());
        assertNull(read(SMALLEST).ensemble());
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:2888:3888;2182, 2182, 0.0.0.0",
        "localhost:2888:3888:participant;127.0.0.1:2183, 2183, 127.0.0.1",
        "localhost:2888:3888;[::1]:2184, 2184, ::1"
    })
    void onlyParticipantMayBringTheClientPort(String member, int port, String host) throws Exception {
        ServerConfig config = read("dataDir=/d\nserver.1=" + member + "\n");
        assertEquals(port, config.transport().address().getPort());
        assertEquals(InetAddress.getByName(host), config.transport().address().getAddress());
    }

    @Test
    void builtConfigurationDoesNotChangeWithItsBuilder() {
        ServerConfig.Builder builder = ServerConfig.in(directory).replica(r -> r.tickTimeMs(100));
        ServerConfig config = builder.build();
        builder.replica(r -> r.tickTimeMs(200));
        assertEquals(100, config.replica().tickTimeMs());
        assertEquals(200, config.replica().minSessionTimeoutMs());
    }
}
