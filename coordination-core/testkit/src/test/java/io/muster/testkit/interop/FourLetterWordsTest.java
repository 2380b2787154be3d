package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.Request;
import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both servers, after the same requests, answer each four-letter word with the same text but for numbers and names. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FourLetterWordsTest {
    private final List<RawClient> clients = new ArrayList<>();
    private MusterProcess muster;
    private ZooKeeperProcess zooKeeper;

    @BeforeAll
    void start() throws Exception {
        muster = MusterProcess.builder()
                .config("4lw.commands.whitelist", "*")
                .config("maxSessionTimeout", "120000")
                .start();
        zooKeeper = ZooKeeperProcess.builder()
                .config("4lw.commands.whitelist", "*")
                .config("maxSessionTimeout", "120000")
                .start();
        for (ServerProcess server : List.of(muster, zooKeeper)) {
            RawClient client = RawClient.connect(server.port());
            clients.add(client);
            // nobody pings while the tests run
            client.handshake(120_000, 0, new byte[16]);
            client.create("/a", 0);
            client.create("/e", 1);
            client.ask(new Request.AddWatch("/w", AddWatchMode.PERSISTENT_RECURSIVE.code()));
            client.ask(new Request.Exists("/x", true));
            for (int i = 0; i < 130; i++) {
                client.ask(new Request.SetData("/a", new byte[i], -1));
            }
            client.ask(new Request.GetData("/a", true));
        }
    }

    @AfterAll
    void stop() throws Exception {
        for (RawClient client : clients) {
            client.close();
        }
        muster.close();
        zooKeeper.close();
    }

    private static String ask(ServerProcess server, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String ask(ServerProcess server, String word) throws IOException {
        return ask(server, word.getBytes(StandardCharsets.US_ASCII));
    }

    private static String masked(String answer) {
        return answer.replaceAll("0x[0-9a-f]+", "0x#")
                .replaceAll(
                        "(?m)^Zookeeper version: 3\\.9\\.5-.*, built on \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$",
                        "version")
                .replaceAll("expire at [A-Z][a-z]{2} [A-Z][a-z]{2} \\d\\d [0-9:]{8} \\w+ \\d{4}:", "expire at #:")
                .replaceAll("(?m)=/.*version-2$", "=directory")
                .replaceAll("\\d+(\\.\\d+)?", "#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ruok", "isro", "srvr", "conf", "dirs", "wchs", "gtmk", "crst", "srst", "no!!", "ruok\n"})
    void textIsZooKeepers(String word) throws Exception {
        assertEquals(masked(ask(zooKeeper, word)), masked(ask(muster, word)));
    }

    /** ZooKeeper lists them in the order of its hash tables. */
    @ParameterizedTest
    @ValueSource(strings = {"wchc", "wchp"})
    void watchesAreZooKeepersInSomeOrder(String word) throws Exception {
        List<String> ours = masked(ask(muster, word)).lines().sorted().toList();
        assertEquals(masked(ask(zooKeeper, word)).lines().sorted().toList(), ours);
        assertTrue(ours.size() > 4, ours.toString());
    }

    @Test
    void traceMaskIsKept() throws Exception {
        assertEquals(ask(zooKeeper, "gtmk"), ask(muster, "gtmk"));
        byte[] stmk = {'s', 't', 'm', 'k', 0, 0, 0, 0, 0, 0, 1, 6};
        String before = ask(muster, "gtmk");
        assertEquals(ask(zooKeeper, stmk), ask(muster, stmk));
        assertEquals("262", ask(muster, "gtmk"));
        byte[] back = {'s', 't', 'm', 'k', 0, 0, 0, 0, 0, 0, 1, (byte) Integer.parseInt(before)};
        ask(muster, back);
    }

    /** Our client's line has the same fields; the other lines are of those who ask. */
    @Test
    void connectionsAreListedWithZooKeepersFields() throws Exception {
        for (String word : List.of("cons", "stat")) {
            String separator = word.equals("cons") ? "sid=" : "recved=";
            assertEquals(line(ask(zooKeeper, word), separator), line(ask(muster, word), separator));
            assertTrue(ask(muster, word).endsWith(word.equals("cons") ? ")\n\n" : "\n"));
        }
        assertTrue(ask(muster, "cons").contains(",lop=GETD,"), ask(muster, "cons"));
    }

    private static String line(String answer, String with) {
        return answer.lines()
                .filter(each -> each.contains(with))
                .map(FourLetterWordsTest::masked)
                .filter(each -> !with.equals("recved=") || each.contains("[#](queued=#"))
                .findFirst()
                .orElse("none in: " + answer)
                .replaceAll("lop=\\w+", "lop=#");
    }

    @Test
    void dumpTellsSessionsAndTheirEphemerals() throws Exception {
        // ZooKeeper shows buckets that have become empty too
        String theirs = ask(zooKeeper, "dump").replaceAll("(?m)^0 expire at .*:\n", "");
        String ours = ask(muster, "dump");
        String connections = "(?s)Connections dump:.*";
        assertEquals(masked(theirs.replaceAll(connections, "")), masked(ours.replaceAll(connections, "")));
        assertTrue(ours.contains("/e"), ours);
        // the one that has the session, and the one that asks, in whichever order they would be closed
        assertEquals(connectionLines(theirs), connectionLines(ours));
        assertEquals(3, connectionLines(ours).size(), ours);
    }

    private static Set<String> connectionLines(String dump) {
        return masked(dump.substring(dump.indexOf("Connections dump:")))
                .lines()
                .filter(line -> !line.contains("expire at"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void digestsAreTheSameAtTheSameTransactions() throws Exception {
        // the first session is one transaction on both, and so is each request after it; times differ, so digests do
        Pattern line = Pattern.compile("(?m)^([0-9a-f]+): \\d+$");
        assertEquals(firsts(line, ask(zooKeeper, "hash")), firsts(line, ask(muster, "hash")));
        assertEquals(List.of("80"), firsts(line, ask(muster, "hash")));
    }

    private static List<String> firsts(Pattern line, String answer) {
        Matcher matcher = line.matcher(answer);
        List<String> zxids = new ArrayList<>();
        while (matcher.find()) {
            zxids.add(matcher.group(1));
        }
        return zxids;
    }

    @Test
    void environmentHasZooKeepersKeys() throws Exception {
        assertEquals(keys(ask(zooKeeper, "envi"), "="), keys(ask(muster, "envi"), "="));
    }

    @Test
    void metricsAreAmongZooKeepers() throws Exception {
        Set<String> unknown = keys(ask(muster, "mntr"), "\t");
        unknown.removeAll(keys(ask(zooKeeper, "mntr"), "\t"));
        // of our own, but for the last, which ZooKeeper tells over HTTP only
        unknown.removeAll(Set.of("zk_watches_refused", "zk_sessions_refused", "zk_fsync_threshold_exceed_count"));
        assertEquals(Set.of(), unknown);
    }

    /** Both servers have had the same requests, and answered them with the same bytes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "zk_last_client_response_size",
                "zk_min_client_response_size",
                "zk_max_client_response_size",
                "zk_response_bytes",
                "zk_connection_request_count",
                "zk_connection_drop_count",
                "zk_connection_rejected",
                "zk_request_throttle_wait_count",
                "zk_auth_failed_count",
                "zk_outstanding_tls_handshake",
                "zk_non_mtls_local_conn_count",
                "zk_non_mtls_remote_conn_count",
            })
    void metricIsZooKeepers(String key) throws Exception {
        assertEquals(metric(zooKeeper, key), metric(muster, key));
    }

    private static String metric(ServerProcess server, String key) throws IOException {
        return ask(server, "mntr")
                .lines()
                .filter(line -> line.startsWith(key + "\t"))
                .findFirst()
                .orElse("no " + key);
    }

    /** The answer to mntr is several packets in ZooKeeper, so those that were sent are asked for first. */
    @Test
    void everythingIsCountedAsInZooKeeperOnceCountersStartAnew() throws Exception {
        for (ServerProcess server : List.of(zooKeeper, muster)) {
            ask(server, "srst");
            RawClient client = RawClient.connect(server.port());
            client.handshake(10_000, 0, new byte[16]);
            client.ask(new Request.Exists("/a", false));
            client.close();
            ask(server, "ruok");
            ask(server, "bogu");
        }
        for (String key : List.of("zk_packets_sent", "zk_packets_received", "zk_bytes_received_count")) {
            assertEquals(metric(zooKeeper, key), metric(muster, key));
        }
    }

    private static Set<String> keys(String answer, String separator) {
        return answer.lines()
                .filter(each -> each.contains(separator))
                .map(each -> each.substring(0, each.indexOf(separator)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void wordsOutsideOfTheListAreRefusedInZooKeepersWords() throws Exception {
        try (MusterProcess strictMuster = MusterProcess.builder()
                        .config("4lw.commands.whitelist", "srvr")
                        .start();
                ZooKeeperProcess strict = ZooKeeperProcess.builder()
                        .config("4lw.commands.whitelist", "srvr")
                        .start()) {
            for (String word : List.of("wchc", "stmk", "srvr", "mntr")) {
                assertEquals(masked(ask(strict, word)), masked(ask(strictMuster, word)));
            }
        }
    }
}
