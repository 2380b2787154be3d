package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.replica.Limits;
import io.muster.server.transport.ClientPort;
import io.muster.server.transport.ConnectionRate;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Limits that are off unless somebody sets them: what happens when they are crossed, and where one can see it. */
@Timeout(60)
class LimitsTest {
    private final MemoryJournal journal = new MemoryJournal();

    private static String word(MusterServer server, String word) throws IOException {
        try (RawClient client = new RawClient(server.clientPort())) {
            client.gatherBytes(word.getBytes(StandardCharsets.US_ASCII));
            client.flush();
            return client.readToEnd();
        }
    }

    private static Request create(String path, int sizeBytes) {
        return new Request.Create(OpCode.CREATE, path, new byte[sizeBytes], Acl.OPEN, 0, 0);
    }

    @Test
    void sessionsThatComeTooFastAreClosedAndCounted() throws Exception {
        // 2 tokens, and no more for a day
        ConnectionRate rate = new ConnectionRate(2, 86_400_000, 1, -1, 0, 0, 0, 1, 1);
        try (MusterServer server = ServerFixture.start(journal, b -> b.transport(t -> t.connectionRate(rate)));
                RawClient first = RawClient.connected(server.clientPort());
                RawClient second = RawClient.connected(server.clientPort());
                RawClient third = RawClient.connectedLater(server.clientPort())) {
            assertEquals("", third.readToEnd(), "closed without an answer, as ZooKeeper does");
            assertEquals(
                    ErrorCode.OK.code(), first.call(create("/a", 1)).header().err());
            assertEquals(
                    ErrorCode.OK.code(), second.call(create("/b", 1)).header().err());
            assertTrue(word(server, "mntr").contains("zk_connection_rejected\t1\n"));
        }
    }

    @Test
    void connectionBeyondTheLimitOfAllIsClosedAndCountedAndOneThatLeavesMakesRoom() throws Exception {
        try (MusterServer server = ServerFixture.start(
                        journal, b -> b.transport(t -> t.maxConnections(3).maxConnectionsPerAddress(0)));
                RawClient first = RawClient.connected(server.clientPort());
                RawClient second = RawClient.connected(server.clientPort())) {
            try (RawClient third = RawClient.connected(server.clientPort());
                    RawClient fourth = new RawClient(server.clientPort())) {
                assertEquals(List.of(), fourth.receiveToEnd());
                assertEquals(0, third.call(create("/a", 1)).header().err());
            }
            until(() -> isTaken(server, create("/b", 1)));
            Pattern rejected = Pattern.compile("zk_connection_rejected\t[1-9]");
            until(() -> rejected.matcher(wordIfLetIn(server, "mntr")).find());
            assertEquals(0, first.call(create("/c", 1)).header().err());
            assertEquals(0, second.call(create("/d", 1)).header().err());
        }
    }

    private static String wordIfLetIn(MusterServer server, String word) throws IOException {
        try {
            return word(server, word);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    void requestsThatWaitBecauseThereAreTooManyAreCountedAndSaidOnce() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(ClientPort.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try (MusterServer server = ServerFixture.start(journal, b -> b.transport(t -> t.maxOutstandingRequests(2)));
                RawClient client = RawClient.connected(server.clientPort())) {
            assertTrue(word(server, "mntr").contains("zk_request_throttle_wait_count\t0\n"));
            journal.hold();
            client.send(create("/first", 1));
            journal.forcing.await();
            for (int i = 0; i < 20; i++) {
                client.gather(create("/n" + i, 1));
            }
            client.flush();
            until(() -> word(server, "mntr").contains("zk_request_throttle_wait_count\t1\n"));
            journal.release();
            for (int i = 0; i <= 20; i++) {
                assertEquals(0, client.receive().header().err());
            }
            assertFalse(word(server, "mntr").contains("zk_request_throttle_wait_count\t1\n"), "it has waited again");
            List<String> said = List.copyOf(lines.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
            assertEquals(1, said.size(), said.toString());
            assertTrue(said.get(0).contains("of 2 that may (globalOutstandingLimit"), said.get(0));
        } finally {
            logger.detachAppender(lines);
        }
    }

    @Test
    void largeRequestsThatWaitAreBoundedTogether() throws Exception {
        try (MusterServer server = ServerFixture.start(
                        journal,
                        b -> b.transport(t -> t.largeRequestBytes(1_000).maxLargeRequestsBytes(5_000)));
                RawClient client = RawClient.connected(server.clientPort());
                RawClient greedy = RawClient.connected(server.clientPort())) {
            journal.hold();
            client.send(create("/a", 3_000));
            client.flush();
            journal.forcing.await();
            greedy.send(create("/b", 3_000));
            greedy.flush();
            assertEquals("", greedy.readToEnd());
            journal.release();
            assertEquals(ErrorCode.OK.code(), client.receive().header().err());
            assertTrue(word(server, "mntr").contains("zk_large_requests_rejected\t1\n"));
            assertEquals(
                    ErrorCode.OK.code(),
                    client.call(create("/c", 4_000)).header().err(),
                    "there is room again");
        }
    }

    @Test
    void sessionBeyondTheLimitIsClosedAndCountedAndThereIsRoomWhenOneEnds() throws Exception {
        for (Limits limits : List.of(new Limits(0, 0, 0, 0, 2, 0), new Limits(0, 0, 0, 0, 0, 2))) {
            try (MusterServer server = ServerFixture.start(new MemoryJournal(), b -> b.replica(r -> r.limits(limits)));
                    RawClient first = RawClient.connected(server.clientPort());
                    RawClient second = RawClient.connected(server.clientPort())) {
                try (RawClient third = RawClient.connectedLater(server.clientPort())) {
                    assertEquals("", third.readToEnd());
                }
                assertTrue(word(server, "mntr").contains("zk_sessions_refused\t1\n"));
                assertEquals(0, second.call(create("/a", 1)).header().err());
                first.call(new Request.CloseSession());
                try (RawClient third = RawClient.connected(server.clientPort())) {
                    assertEquals(0, third.call(create("/b", 1)).header().err());
                }
            }
        }
    }

    @Test
    void watchesOfOneAddressAreBoundedTogether() throws Exception {
        try (MusterServer server =
                        ServerFixture.start(journal, b -> b.replica(r -> r.limits(new Limits(0, 2, 0, 0, 0, 0))));
                RawClient other = RawClient.connected(server.clientPort())) {
            int refused = ErrorCode.QUOTA_EXCEEDED.code();
            try (RawClient client = RawClient.connected(server.clientPort())) {
                assertEquals(ErrorCode.NO_NODE.code(), err(client, new Request.Exists("/a", true)));
                assertEquals(ErrorCode.NO_NODE.code(), err(other, new Request.Exists("/a", true)));
                assertEquals(refused, err(client, new Request.Exists("/b", true)));
                assertEquals(refused, err(other, new Request.Exists("/b", true)));
                assertEquals(ErrorCode.NO_NODE.code(), err(other, new Request.Exists("/a", true)), "it has it");
                assertTrue(word(server, "mntr").contains("zk_watches_refused\t2\n"));
                // the events use the watches up
                client.send(create("/a", 1));
                client.receive();
                client.receive();
                other.receive();
            }
            assertEquals(ErrorCode.NO_NODE.code(), err(other, new Request.Exists("/b", true)));
            assertEquals(ErrorCode.NO_NODE.code(), err(other, new Request.Exists("/c", true)));
            assertEquals(refused, err(other, new Request.Exists("/d", true)));
        }
    }

    private static int err(RawClient client, Request request) throws IOException {
        return client.call(request).header().err();
    }

    @Test
    void smallRequestsDoNotCountAsLarge() throws Exception {
        try (MusterServer server = ServerFixture.start(
                        journal,
                        b -> b.transport(t -> t.largeRequestBytes(1_000).maxLargeRequestsBytes(1)));
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(
                    ErrorCode.OK.code(), client.call(create("/a", 500)).header().err());
        }
    }

    @Test
    void longHandshakeIsRefusedBeforeItHasCome() throws Exception {
        try (MusterServer server = ServerFixture.start(journal, b -> b);
                RawClient client = new RawClient(server.clientPort())) {
            client.gatherBytes(new byte[] {0, 0, 4, 1});
            client.flush();
            assertEquals("", client.readToEnd());
            assertTrue(word(server, "mntr").contains("zk_connection_rejected\t1\n"));
        }
    }

    @Test
    void requestsThatNeverEndAreBoundedTogether() throws Exception {
        List<RawClient> greedy = new ArrayList<>();
        try (MusterServer server = ServerFixture.start(
                        journal, b -> b.transport(t -> t.maxUnreadBytes(2 << 20).maxConnectionsPerAddress(0)));
                RawClient good = RawClient.connected(server.clientPort())) {
            for (int i = 0; i < 20; i++) {
                RawClient client = RawClient.connected(server.clientPort());
                greedy.add(client);
                client.gatherBytes(
                        ByteBuffer.allocate(500_000).putInt(1_000_000).array());
                try {
                    client.flush();
                } catch (SocketException e) {
                    assertFalse(server.terminated().isDone(), "closed while it sent");
                }
                assertEquals(
                        ErrorCode.OK.code(),
                        good.call(create("/n" + i, 10)).header().err());
            }
            Pattern rejected = Pattern.compile("zk_connection_rejected\t1\\d\n");
            until(() -> rejected.matcher(word(server, "mntr")).find());
            for (RawClient client : greedy) {
                client.close();
            }
            until(() -> isTaken(server, create("/large", 900_000)));
        } finally {
            for (RawClient client : greedy) {
                client.close();
            }
        }
    }

    /** What was taken already does not count, though the client never lets the server come to the end of what it sends. */
    @Test
    void requestsThatComeOneBehindTheOtherAreNoUnfinishedOne() throws Exception {
        int ahead = 100;
        int count = 2_000;
        try (MusterServer server = ServerFixture.start(journal, b -> b.transport(t -> t.maxUnreadBytes(1 << 20)));
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(0, client.call(create("/n", 0)).header().err());
            for (int i = 0; i < count + ahead; i++) {
                if (i < count) {
                    client.gather(i + 10, new Request.SetData("/n", new byte[20_000], -1));
                    client.flush();
                }
                if (i >= ahead) {
                    assertEquals(0, client.receive().header().err());
                }
            }
        }
    }

    private static boolean isTaken(MusterServer server, Request request) throws IOException {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            return client.call(request).header().err() == ErrorCode.OK.code();
        } catch (EOFException | SocketException e) {
            return false;
        }
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "it did not come to that");
        }
    }
}
