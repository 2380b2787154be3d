package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import io.muster.server.RawClient.Received;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The serial loop, the log thread and the client port together, over loopback. */
@Timeout(60)
class MusterServerTest {
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

    private static Request.Create create(String path, String data) {
        return new Request.Create(OpCode.CREATE, path, bytes(data), Acl.OPEN, 0, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String data(Received received) {
        return new String(((Response.Data) received.body()).data(), StandardCharsets.UTF_8);
    }

    @Test
    void handshakeGivesASessionWithTheTimeoutInItsBounds() throws Exception {
        try (RawClient client = new RawClient(server.clientPort())) {
            ConnectResponse response = client.handshake(1);
            assertTrue(response.isAccepted());
            assertEquals(2_000, response.timeoutMs());
            assertNotEquals(0, response.sessionId());
            assertEquals(16, response.password().length);
        }
    }

    @Test
    void sessionIsTakenOverWithItsPasswordAndTheOlderConnectionIsClosed() throws Exception {
        try (RawClient first = new RawClient(server.clientPort());
                RawClient second = new RawClient(server.clientPort())) {
            ConnectResponse given = first.handshake(10_000);
            ConnectResponse renewed =
                    second.handshake(new ConnectRequest(0, 0, 10_000, given.sessionId(), given.password(), false));
            assertEquals(given.sessionId(), renewed.sessionId());
            assertEquals(List.of(), first.receiveToEnd());
        }
    }

    @Test
    void wrongPasswordIsAnExpiredSession() throws Exception {
        try (RawClient first = new RawClient(server.clientPort());
                RawClient second = new RawClient(server.clientPort())) {
            ConnectResponse given = first.handshake(10_000);
            ConnectResponse refused =
                    second.handshake(new ConnectRequest(0, 0, 10_000, given.sessionId(), new byte[16], null));
            assertFalse(refused.isAccepted());
            assertEquals(0, refused.sessionId());
            assertEquals(List.of(), second.receiveToEnd());
        }
    }

    @Test
    void writesAreReadBackByOthers() throws Exception {
        try (RawClient a = RawClient.connected(server.clientPort());
                RawClient b = RawClient.connected(server.clientPort())) {
            Received created = a.call(create("/x", "one"));
            assertEquals(0, created.header().err());
            assertEquals(new Response.Created("/x"), created.body());
            Received read = b.call(new Request.GetData("/x", false));
            assertEquals("one", data(read));
            assertTrue(read.header().zxid() >= created.header().zxid());
            assertEquals(
                    ErrorCode.NODE_EXISTS.code(),
                    a.call(create("/x", "two")).header().err());
            assertEquals(
                    ErrorCode.NO_NODE.code(),
                    b.call(new Request.GetData("/y", false)).header().err());
        }
    }

    @Test
    void requestsThatFollowTheHandshakeAtOnceAreAnsweredAfterIt() throws Exception {
        try (RawClient client = new RawClient(server.clientPort())) {
            client.gatherHandshake(new ConnectRequest(0, 0, 10_000, 0, new byte[16], false));
            int first = client.gather(create("/early", "1"));
            int second = client.gather(new Request.GetData("/early", false));
            client.flush();
            assertTrue(client.handshakeReply().isAccepted());
            assertEquals(first, client.receive().header().xid());
            Received read = client.receive();
            assertEquals(second, read.header().xid());
            assertEquals("1", data(read));
        }
    }

    @Test
    void repliesComeInTheOrderOfTheRequestsAndSeeTheWritesBefore() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.call(create("/n", "0"));
            int rounds = 500;
            List<Integer> xids = new ArrayList<>();
            for (int i = 1; i <= rounds; i++) {
                xids.add(client.gather(new Request.SetData("/n", bytes("" + i), -1)));
                xids.add(client.gather(new Request.GetData("/n", false)));
                xids.add(client.gather(new Request.GetChildren("/", false)));
            }
            client.flush();
            long lastZxid = 0;
            for (int i = 1; i <= rounds; i++) {
                Received set = client.receive();
                Received read = client.receive();
                Received children = client.receive();
                assertEquals(xids.get(3 * i - 3), set.header().xid());
                assertEquals(xids.get(3 * i - 2), read.header().xid());
                assertEquals(xids.get(3 * i - 1), children.header().xid());
                assertEquals("" + i, data(read));
                assertTrue(set.header().zxid() > lastZxid);
                assertTrue(read.header().zxid() >= set.header().zxid());
                lastZxid = set.header().zxid();
            }
        }
    }

    @Test
    void noReplyLeavesBeforeTheForceThatCoversIt() throws Exception {
        try (RawClient writer = RawClient.connected(server.clientPort());
                RawClient reader = RawClient.connected(server.clientPort())) {
            journal.hold();
            int xid = writer.send(create("/durable", "x"));
            journal.forcing.await();
            // what is not on the disk is not there for others, who are answered meanwhile
            assertEquals(
                    ErrorCode.NO_NODE.code(),
                    reader.call(new Request.Exists("/durable", false)).header().err());
            assertFalse(writer.hasBytes());
            journal.release();
            assertEquals(xid, writer.receive().header().xid());
            assertEquals(
                    0,
                    reader.call(new Request.Exists("/durable", false)).header().err());
        }
    }

    @Test
    void readAfterAnUnansweredWriteWaitsForIt() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            journal.hold();
            client.send(create("/mine", "x"));
            journal.forcing.await();
            client.send(new Request.GetData("/mine", false));
            journal.release();
            assertEquals(new Response.Created("/mine"), client.receive().body());
            assertEquals("x", data(client.receive()));
        }
    }

    @Test
    void manyWritesAreForcedTogether() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            journal.hold();
            client.send(create("/first", ""));
            journal.forcing.await();
            int before = journal.forces.get();
            int count = 200;
            for (int i = 0; i < count; i++) {
                client.gather(create("/many" + i, ""));
            }
            client.flush();
            journal.release();
            for (int i = 0; i <= count; i++) {
                assertEquals(0, client.receive().header().err());
            }
            int forces = journal.forces.get() - before;
            assertTrue(forces < count / 4, "forces: " + forces);
        }
    }

    @Test
    void failingForceStopsTheServerWithoutAReply() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            journal.fail(new IOException("no such luck: the disk is gone"));
            client.send(create("/lost", "x"));
            ExecutionException failure = assertThrows(
                    ExecutionException.class, () -> server.terminated().get(30, TimeUnit.SECONDS));
            assertInstanceOf(ServerFailedException.class, failure.getCause());
            assertTrue(failure.getCause().getMessage().contains("the disk is gone"));
            assertEquals(List.of(), client.receiveToEnd());
            assertTrue(journal.closed);
        }
    }

    @Test
    void killedServerWritesNothingOfWhatWaited() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort());
                RawClient operator = new RawClient(server.clientPort())) {
            journal.hold();
            client.send(create("/being-forced", "x"));
            journal.forcing.await();
            client.send(create("/waits", "x"));
            // is answered when the serial loop has met it, and what was sent before too
            operator.gatherBytes("wchs".getBytes(StandardCharsets.US_ASCII));
            operator.flush();
            operator.readToEnd();
            int appended = journal.size();
            Thread killer = new Thread(server::kill);
            killer.start();
            assertEquals(List.of(), client.receiveToEnd());
            journal.release();
            killer.join();
            assertEquals(appended, journal.size());
            assertTrue(journal.closed);
            assertTrue(server.terminated().isDone());
        }
    }

    @Test
    void closingCompletesTerminationAndTheJournal() throws Exception {
        CompletableFuture<Void> terminated = server.terminated();
        assertFalse(terminated.isDone());
        server.close();
        assertNotNull(terminated);
        terminated.get(10, TimeUnit.SECONDS);
        assertTrue(journal.closed);
        server.close();
    }

    @Test
    void watchFiresBeforeAReadCanSeeTheChange() throws Exception {
        try (RawClient watcher = RawClient.connected(server.clientPort());
                RawClient writer = RawClient.connected(server.clientPort())) {
            writer.call(create("/w", "0"));
            for (int round = 1; round <= 300; round++) {
                String before = "" + (round - 1);
                assertEquals(before, data(watcher.call(new Request.GetData("/w", true))));
                writer.send(new Request.SetData("/w", bytes("" + round), -1));
                // reads without a watch, answered on the I/O thread, race with the event
                boolean seen = false;
                while (!seen) {
                    watcher.send(new Request.GetData("/w", false));
                    Received next = watcher.receive();
                    if (next.event() != null) {
                        assertEquals(WatcherEvent.of(EventType.NODE_DATA_CHANGED, "/w"), next.event());
                        next = watcher.receive();
                        seen = true;
                    }
                    assertEquals(seen ? "" + round : before, data(next), "round " + round);
                }
                writer.receive();
            }
        }
    }

    @Test
    void pingIsAnswered() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gather(Xids.PING, new Request.Ping());
            client.flush();
            Received pong = client.receive();
            assertEquals(Xids.PING, pong.header().xid());
            assertEquals(0, pong.header().err());
        }
    }

    @Test
    void closedSessionIsAnsweredThenTheConnectionEnds() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            Received closed = client.call(new Request.CloseSession());
            assertEquals(0, closed.header().err());
            assertEquals(List.of(), client.receiveToEnd());
        }
    }

    @Test
    void sessionOfAClientThatOnlyReadsLivesOn() throws Exception {
        MemoryJournal own = new MemoryJournal();
        try (MusterServer quick = ServerFixture.start(own, b -> b.replica(r -> r.tickTimeMs(100)));
                RawClient client = new RawClient(quick.clientPort())) {
            ConnectResponse response = client.handshake(200);
            assertEquals(200, response.timeoutMs());
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
            while (System.nanoTime() < end) {
                assertEquals(
                        0, client.call(new Request.Exists("/", false)).header().err());
            }
        }
    }

    @Test
    void silentSessionExpiresAndItsEphemeralsGo() throws Exception {
        MemoryJournal own = new MemoryJournal();
        try (MusterServer quick = ServerFixture.start(own, b -> b.replica(r -> r.tickTimeMs(50)));
                RawClient owner = new RawClient(quick.clientPort());
                RawClient watcher = new RawClient(quick.clientPort())) {
            owner.handshake(100);
            watcher.handshake(1_000);
            owner.call(new Request.Create(OpCode.CREATE, "/e", bytes(""), Acl.OPEN, 1, 0));
            assertEquals(
                    0, watcher.call(new Request.Exists("/e", true)).header().err());
            assertEquals(List.of(), owner.receiveToEnd());
            Received event = watcher.receive();
            assertEquals(WatcherEvent.of(EventType.NODE_DELETED, "/e"), event.event());
        }
    }

    @Test
    void identityIsKnownToReadsThatFollowItsProof() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort());
                RawClient other = RawClient.connected(server.clientPort())) {
            client.gather(Xids.AUTH, new Request.Auth(0, "digest", bytes("me:secret")));
            client.flush();
            assertEquals(0, client.receive().header().err());
            List<Acl> mine = List.of(new Acl(31, io.muster.protocol.Id.CREATOR));
            client.call(new Request.Create(OpCode.CREATE, "/private", bytes("p"), mine, 0, 0));
            assertEquals("p", data(client.call(new Request.GetData("/private", false))));
            assertEquals(
                    ErrorCode.NO_AUTH.code(),
                    other.call(new Request.GetData("/private", false)).header().err());
        }
    }
}
