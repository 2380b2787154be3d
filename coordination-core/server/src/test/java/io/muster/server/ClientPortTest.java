package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.server.RawClient.Received;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may send, and what it gets for it. */
@Timeout(60)
class ClientPortTest {
    private final MemoryJournal journal = new MemoryJournal();
    private MusterServer server;

    @BeforeEach
    void start() {
        server = ServerFixture.start(journal);
    }

    @AfterEach
    void stop() {
        journal.release();
        server.close();
    }

    private static byte[] header(int xid, int type) {
        JuteWriter out = new JuteWriter();
        new RequestHeader(xid, type).write(out);
        return out.toByteArray();
    }

    private static byte[] ints(int... values) {
        JuteWriter out = new JuteWriter();
        for (int value : values) {
            out.writeInt(value);
        }
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Request.Create create(String path, byte[] data) {
        return new Request.Create(OpCode.CREATE, path, data, Acl.OPEN, 0, 0);
    }

    private void serves() throws IOException {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, client.call(new Request.Exists("/", false)).header().err());
        }
    }

    @Test
    void lengthOfTwoGigabytesClosesAtOnce() throws Exception {
        for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0x100000}) {
            try (RawClient client = new RawClient(server.clientPort())) {
                client.gatherBytes(ints(length));
                client.flush();
                assertEquals("", client.readToEnd());
            }
            try (RawClient client = RawClient.connected(server.clientPort())) {
                client.gatherBytes(ints(length));
                client.flush();
                assertEquals(List.of(), client.receiveToEnd());
            }
        }
        serves();
    }

    @Test
    void garbageNeverHarmsOthers() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            try (RawClient client =
                    i % 2 == 0 ? new RawClient(server.clientPort()) : RawClient.connected(server.clientPort())) {
                if (random.nextBoolean()) {
                    client.gatherFrame(garbage);
                } else {
                    client.gatherBytes(garbage);
                }
                client.flush();
            }
        }
        serves();
    }

    @Test
    void truncatedHandshakeClosesAndTruncatedHeaderToo() throws Exception {
        try (RawClient client = new RawClient(server.clientPort())) {
            client.gatherFrame(new byte[20]);
            client.flush();
            assertEquals("", client.readToEnd());
        }
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gatherFrame(new byte[7]);
            client.flush();
            assertEquals(List.of(), client.receiveToEnd());
        }
    }

    @Test
    void handshakeInSingleBytesIsTheSame() throws Exception {
        try (RawClient client = new RawClient(server.clientPort())) {
            JuteWriter out = new JuteWriter();
            new ConnectRequest(0, 0, 10_000, 0, new byte[16], null).write(out);
            JuteWriter framed = new JuteWriter();
            framed.writeBuffer(out.toByteArray());
            for (byte each : framed.toByteArray()) {
                client.gatherBytes(new byte[] {each});
                client.flush();
            }
            assertNull(client.handshakeReply().readOnly());
        }
    }

    @Test
    void undecodableBodyIsAnsweredInItsTurnAndTheConnectionStays() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gather(create("/a", new byte[0]));
            client.gatherFrame(header(77, OpCode.GET_DATA.code()));
            client.expect(OpCode.GET_DATA);
            int last = client.gather(new Request.GetData("/a", false));
            client.flush();
            assertEquals(0, client.receive().header().err());
            Received refused = client.receive();
            assertEquals(77, refused.header().xid());
            assertEquals(ErrorCode.MARSHALLING_ERROR.code(), refused.header().err());
            assertEquals(last, client.receive().header().xid());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 13, 20, 99, 127, 5_000, -1, -10, -12, Integer.MIN_VALUE})
    void operationThatIsNotForClientsIsRefusedInItsTurnThenTheConnectionCloses(int type) throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            int first = client.gather(create("/a", new byte[0]));
            client.gatherFrame(header(5, type));
            client.expect(OpCode.PING);
            client.gather(create("/never", new byte[0]));
            client.flush();
            List<Received> all = client.receiveToEnd();
            assertEquals(2, all.size());
            assertEquals(first, all.get(0).header().xid());
            assertEquals(5, all.get(1).header().xid());
            assertEquals(-1, all.get(1).header().zxid());
            assertEquals(ErrorCode.UNIMPLEMENTED.code(), all.get(1).header().err());
        }
        try (RawClient other = RawClient.connected(server.clientPort())) {
            assertEquals(
                    ErrorCode.NO_NODE.code(),
                    other.call(new Request.Exists("/never", false)).header().err());
        }
    }

    @Test
    void fourLetterWordsAreAnsweredBeforeTheHandshakeOnly() throws Exception {
        assertEquals("imok", word("ruok"));
        assertEquals("imok", word("ruok\nand more"));
        assertEquals("rw", word("isro"));
        assertTrue(word("srvr").matches("(?s)Zookeeper version: 3\\.9\\.5-.*\nMode: standalone\nNode count: 5\n"));
        assertTrue(word("stat").contains("\nClients:\n /127.0.0.1:"));
        assertTrue(word("mntr").contains("zk_server_state\tstandalone\n"));
        assertTrue(word("conf").contains("tickTime=1000\n"));
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gatherBytes(ascii("ruok"));
            client.flush();
            assertEquals("", client.readToEnd());
        }
    }

    @Test
    void countersOfTheWordsAreTrue() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.call(create("/a", new byte[0]));
            client.call(new Request.GetData("/a", true));
            client.call(new Request.Create(OpCode.CREATE, "/e", new byte[0], Acl.OPEN, 1, 0));
            client.call(new Request.GetData("/a", false));
            String mntr = word("mntr");
            // the handshake and the word that asks are among them
            assertTrue(mntr.contains("zk_packets_received\t6\n"), mntr);
            assertTrue(mntr.contains("zk_packets_sent\t5\n"), mntr);
            assertTrue(mntr.contains("zk_num_alive_connections\t2\n"), mntr);
            assertTrue(mntr.contains("zk_outstanding_requests\t0\n"), mntr);
            // the sessions' secret takes two
            assertTrue(mntr.contains("zk_znode_count\t9\n"), mntr);
            assertTrue(mntr.contains("zk_watch_count\t1\n"), mntr);
            assertTrue(mntr.contains("zk_ephemerals_count\t1\n"), mntr);
            assertTrue(mntr.contains("zk_global_sessions\t1\n"), mntr);
        }
    }

    @Test
    void wordThatIsNotAllowedSaysSo() throws Exception {
        try (MusterServer strict = ServerFixture.start(new MemoryJournal(), b -> b.words(Set.of("srvr")));
                RawClient client = new RawClient(strict.clientPort())) {
            client.gatherBytes(ascii("mntr"));
            client.flush();
            assertEquals("mntr is not executed because it is not in the whitelist.\n", client.readToEnd());
        }
    }

    private String word(String word) throws IOException {
        try (RawClient client = new RawClient(server.clientPort())) {
            client.gatherBytes(ascii(word));
            client.flush();
            return client.readToEnd();
        }
    }

    @Test
    void silentConnectionIsClosedAfterTheDeadline() throws Exception {
        try (MusterServer impatient =
                        ServerFixture.start(new MemoryJournal(), b -> b.transport(t -> t.handshakeTimeoutMs(100)));
                RawClient silent = new RawClient(impatient.clientPort());
                RawClient slow = new RawClient(impatient.clientPort());
                RawClient fine = RawClient.connected(impatient.clientPort())) {
            slow.gatherBytes(new byte[] {0, 0});
            slow.flush();
            assertEquals("", silent.readToEnd());
            assertEquals("", slow.readToEnd());
            assertEquals(0, fine.call(new Request.Exists("/", false)).header().err());
        }
    }

    @Test
    void oneConnectionTooManyFromAnAddressIsClosedAndOneThatLeavesMakesRoom() throws Exception {
        try (MusterServer narrow =
                        ServerFixture.start(new MemoryJournal(), b -> b.transport(t -> t.maxConnectionsPerAddress(2)));
                RawClient first = RawClient.connected(narrow.clientPort())) {
            try (RawClient second = RawClient.connected(narrow.clientPort());
                    RawClient third = new RawClient(narrow.clientPort())) {
                assertEquals(List.of(), third.receiveToEnd());
                assertEquals(
                        0, first.call(new Request.Exists("/", false)).header().err());
                // its reply says that the server has done with it
                second.call(new Request.CloseSession());
                second.receiveToEnd();
            }
            RawClient next = new RawClient(narrow.clientPort());
            assertTrue(next.handshake(10_000).isAccepted());
            next.close();
        }
    }

    @Test
    void clientThatDoesNotReadItsRepliesIsNotReadAndGetsAllInTheEnd() throws Exception {
        byte[] large = new byte[900_000];
        try (RawClient writer = RawClient.connected(server.clientPort());
                RawClient lazy = new RawClient(server.clientPort(), 4_096)) {
            writer.call(create("/large", large));
            lazy.handshake(10_000);
            int count = 150;
            for (int i = 0; i < count; i++) {
                lazy.gather(new Request.GetData("/large", false));
            }
            lazy.flush();
            serves();
            for (int i = 0; i < count; i++) {
                Response.Data data = (Response.Data) lazy.receive().body();
                assertEquals(large.length, data.data().length);
            }
        }
    }

    @Test
    void clientThatLetsTooManyEventsWaitIsClosed() throws Exception {
        try (MusterServer strict =
                        ServerFixture.start(new MemoryJournal(), b -> b.transport(t -> t.maxQueuedBytes(1 << 20)));
                RawClient writer = RawClient.connected(strict.clientPort());
                RawClient lazy = new RawClient(strict.clientPort(), 4_096)) {
            lazy.handshake(10_000);
            String path = "/" + "n".repeat(60_000);
            lazy.call(new Request.AddWatch(path, 1));
            writer.call(create(path, new byte[0]));
            // sessions are not sent anything else, so the number of events is what closes it
            for (int i = 0; i < 400; i++) {
                writer.call(new Request.SetData(path, new byte[0], -1));
            }
            List<Received> got = lazy.receiveToEnd();
            assertTrue(got.size() < 400, got.size() + " events");
        }
    }

    @Test
    void tooManyOutstandingRequestsStopTheReadingAndNoneIsLost() throws Exception {
        MemoryJournal own = new MemoryJournal();
        try (MusterServer narrow = ServerFixture.start(own, b -> b.transport(t -> t.maxOutstandingRequests(10)));
                RawClient client = RawClient.connected(narrow.clientPort())) {
            own.hold();
            client.send(create("/first", new byte[0]));
            own.forcing.await();
            int count = 2_000;
            for (int i = 0; i < count; i++) {
                client.gather(create("/n" + i, new byte[0]));
            }
            client.flush();
            // another connection without a request in the loop is still read
            try (RawClient other = RawClient.connectedLater(narrow.clientPort())) {
                assertFalse(other.hasBytes());
                own.release();
                assertTrue(other.handshakeReply().isAccepted());
            }
            for (int i = 0; i <= count; i++) {
                assertEquals(0, client.receive().header().err());
            }
        }
    }
}
