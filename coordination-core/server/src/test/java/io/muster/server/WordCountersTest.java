package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Xids;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the four-letter words count, and what they say of each connection. */
@Timeout(60)
class WordCountersTest {
    /** Of a reply without a body: xid, zxid and error. */
    private static final int HEADER_BYTES = 16;

    private MusterServer server;

    @BeforeEach
    void start() {
        server = ServerFixture.start(new MemoryJournal());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String word(String word) throws IOException {
        try (RawClient client = new RawClient(server.clientPort())) {
            client.gatherBytes(word.getBytes(StandardCharsets.US_ASCII));
            client.flush();
            return client.readToEnd();
        }
    }

    private Map<String, String> metrics() throws IOException {
        return word("mntr")
                .lines()
                .map(line -> line.split("\t", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private String line() throws IOException {
        return word("cons")
                .lines()
                .filter(line -> line.contains("sid="))
                .findFirst()
                .orElse("no session");
    }

    private static Request create(String path) {
        return new Request.Create(OpCode.CREATE, path, new byte[100], Acl.OPEN, 0, 0);
    }

    @Test
    void repliesAreMeasuredWithoutTheirLength() throws Exception {
        Map<String, String> none = metrics();
        for (String which : List.of("last", "min", "max")) {
            assertEquals("-1", none.get("zk_" + which + "_client_response_size"));
        }
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.call(create("/a"));
            client.call(new Request.GetData("/a", true));
            client.call(new Request.Exists("/none", false));
            Map<String, String> some = metrics();
            int data = HEADER_BYTES + 4 + 100 + 68;
            int path = HEADER_BYTES + 4 + 2;
            assertEquals(Integer.toString(HEADER_BYTES), some.get("zk_last_client_response_size"));
            assertEquals(Integer.toString(HEADER_BYTES), some.get("zk_min_client_response_size"));
            assertEquals(Integer.toString(data), some.get("zk_max_client_response_size"));
            assertEquals(Integer.toString(3 * 4 + data + path + HEADER_BYTES), some.get("zk_response_bytes"));
        }
    }

    @Test
    void bytesThatComeAreCountedAndSoAreHandshakesAndWhoLeaves() throws Exception {
        int before = Integer.parseInt(metrics().get("zk_bytes_received_count"));
        assertEquals(4, before, "of the word itself");
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.call(new Request.Exists("/", false));
            client.endOutput();
            client.receiveToEnd();
        }
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.call(new Request.CloseSession());
            client.receiveToEnd();
        }
        Map<String, String> after = metrics();
        int handshake = 4 + 45;
        int exists = 4 + 8 + 4 + 1 + 1;
        int close = 4 + 8;
        assertEquals(
                Integer.toString(before + 4 + 2 * handshake + exists + close), after.get("zk_bytes_received_count"));
        assertEquals("2", after.get("zk_connection_request_count"));
        assertEquals("1", after.get("zk_connection_drop_count"));
        assertEquals("0", after.get("zk_connection_rejected"));
    }

    @Test
    void answersToWordsAreSentPacketsAndWhatIsNoWordIsNotRejected() throws Exception {
        word("ruok");
        assertEquals("", word("bogu"));
        assertEquals("", word("GET / HTTP/1.1\r\n\r\n"));
        Map<String, String> metrics = metrics();
        assertEquals("1", metrics.get("zk_packets_sent"), "mntr is not sent yet");
        assertEquals("2", metrics.get("zk_packets_received"));
        assertEquals("0", metrics.get("zk_connection_rejected"));
    }

    @Test
    void traceMaskThatIsNotThereClosesAtOnce() throws Exception {
        long beganNanos = System.nanoTime();
        assertEquals("", word("stmk"));
        assertEquals("", word("stmk\0\0\0"));
        assertTrue(System.nanoTime() - beganNanos < 5_000_000_000L, "the handshake's deadline is 10 seconds");
        assertEquals("7", word("stmk\0\0\0\0\0\0\0\7"));
    }

    @Test
    void sessionsThatExpireAreCounted() throws Exception {
        assertEquals("0", metrics().get("zk_stale_sessions_expired"));
        try (RawClient client = new RawClient(server.clientPort())) {
            client.handshake(2_000);
            // it says no more, so the server closes it
            assertEquals(List.of(), client.receiveToEnd());
        }
        assertEquals("1", metrics().get("zk_stale_sessions_expired"));
    }

    @Test
    void serversThatStartAnewCountAnew() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.call(create("/a"));
            word("srst");
            Map<String, String> metrics = metrics();
            assertEquals("-1", metrics.get("zk_max_client_response_size"));
            assertEquals("0", metrics.get("zk_response_bytes"));
            assertEquals("0", metrics.get("zk_connection_request_count"));
        }
    }

    @Test
    void lastOperationIsZooKeepers() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            String opened = line();
            assertTrue(opened.contains(",lop=SESS,"), opened);
            assertTrue(opened.contains(",lcxid=0x0,"), opened);
            assertTrue(opened.contains(",lzxid=0x"), opened);
            client.call(create("/a"));
            assertTrue(line().contains(",lop=CREA,"), line());
            assertEquals(
                    ErrorCode.NODE_EXISTS.code(),
                    client.call(create("/a")).header().err());
            assertTrue(line().contains(",lop=NA,"), line());
            assertEquals(
                    ErrorCode.NO_NODE.code(),
                    client.call(new Request.Exists("/none", false)).header().err());
            assertTrue(line().contains(",lop=EXIS,"), line());
            String before = line().replaceAll(".*,lop", "lop");
            client.gather(Xids.AUTH, new Request.Auth(0, "digest", "a:b".getBytes(StandardCharsets.US_ASCII)));
            client.flush();
            assertEquals(Xids.AUTH, client.receive().header().xid());
            assertEquals(before, line().replaceAll(".*,lop", "lop"));
        }
    }

    @Test
    void dumpTellsOfConnectionsToo() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort());
                RawClient silent = new RawClient(server.clientPort())) {
            client.call(create("/a"));
            String sid = line().replaceAll(".*,sid=(0x[0-9a-f]+),.*", "$1");
            String dump = word("dump");
            String connections = dump.substring(dump.indexOf("Connections dump:\n"));
            assertTrue(
                    connections.matches("Connections dump:\nConnections Sets \\(\\d\\)/\\(3\\):\n"
                            + "(\\d expire at [^\n]+:\n(\tip: /127.0.0.1:\\d+ sessionId: 0x[0-9a-f]+\n)+)+"),
                    connections);
            assertTrue(connections.contains(" sessionId: " + sid + "\n"), connections);
            assertTrue(connections.contains(" sessionId: 0x0\n"), connections);
            assertFalse(silent.hasBytes());
        }
    }

    @Test
    void sizeOfTheDataHasTheRootTwiceAsZooKeeper() throws Exception {
        int before = Integer.parseInt(metrics().get("zk_approximate_data_size"));
        // the paths of an empty tree, with the empty one and the one of the root
        List<String> paths = List.of("", "/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config");
        assertEquals(44, paths.stream().mapToInt(String::length).sum());
        assertEquals(44, before);
    }
}
