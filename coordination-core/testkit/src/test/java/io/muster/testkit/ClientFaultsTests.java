package io.muster.testkit;

import static io.muster.client.CreateOptions.EPHEMERAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.AuthFailedException;
import io.muster.client.ClientSession;
import io.muster.client.ConnectionEvent;
import io.muster.client.ConnectionLossException;
import io.muster.client.CoordinationException;
import io.muster.client.Heartbeat;
import io.muster.client.MusterClient;
import io.muster.client.MusterClientBuilder;
import io.muster.client.Outcome;
import io.muster.client.SessionExpiredException;
import io.muster.client.SessionLoss;
import io.muster.client.TimeoutExceededException;
import io.muster.client.WatchEvent;
import io.muster.protocol.AddWatchMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client makes of a server that dies, hangs or forgets; each test has a server of its own. */
@Timeout(120)
abstract class ClientFaultsTests {
    private static final byte[] NONE = new byte[0];

    private ServerProcess server;
    private MusterClient client;
    private final LinkedBlockingQueue<ConnectionEvent> events = new LinkedBlockingQueue<>();

    /** The server to test the client against. */
    abstract ServerProcess start();

    /** Whether the server says of a ping that a quorum stood behind it. */
    abstract boolean confirmsPings();

    @BeforeEach
    void startServer() {
        server = start();
    }

    @AfterEach
    void stopServer() {
        if (client != null) {
            server.resume();
            client.close();
        }
        server.close();
    }

    private MusterClient connect(Duration sessionTimeout) throws InterruptedException {
        return connect(MusterClient.builder().sessionTimeout(sessionTimeout));
    }

    private MusterClient connect(MusterClientBuilder builder) throws InterruptedException {
        client = builder.connectString(server.connectString()).connect();
        client.onConnectionEvent(events::add);
        assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
        assertInstanceOf(ConnectionEvent.Connected.class, nextEvent());
        return client;
    }

    private ConnectionEvent nextEvent() throws InterruptedException {
        ConnectionEvent event = events.poll(30, TimeUnit.SECONDS);
        assertNotNull(event, "no connection event");
        return event;
    }

    private static WatchEvent next(LinkedBlockingQueue<WatchEvent> told) throws InterruptedException {
        WatchEvent event = told.poll(30, TimeUnit.SECONDS);
        assertNotNull(event, "no watch event");
        return event;
    }

    private static CoordinationException failureOf(CompletableFuture<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
        return assertInstanceOf(CoordinationException.class, e.getCause());
    }

    @Test
    void aKilledAndRestartedServerKeepsSessionEphemeralsAndWatches() throws Exception {
        connect(Duration.ofSeconds(20));
        ClientSession session = client.session().orElseThrow();
        client.create("/e", NONE, EPHEMERAL);
        client.create("/d", NONE);
        client.create("/c", NONE);
        LinkedBlockingQueue<WatchEvent> data = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<WatchEvent> child = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<WatchEvent> absent = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<WatchEvent> recursive = new LinkedBlockingQueue<>();
        client.get("/d", data::add);
        client.children("/c", child::add);
        client.exists("/x", absent::add);
        client.watch("/", AddWatchMode.PERSISTENT_RECURSIVE, recursive::add);

        server.kill();
        assertEquals(new ConnectionEvent.Suspended(session.id()), nextEvent());
        assertFalse(client.isConnected());
        server.restart();
        assertEquals(new ConnectionEvent.Reconnected(session.id()), nextEvent());
        assertEquals(session, client.session().orElseThrow());
        assertEquals(session.id(), client.exists("/e").orElseThrow().ephemeralOwner());
        assertEquals(WatchEvent.Type.RESYNC, next(recursive).type());

        try (MusterClient other = MusterClient.connect(server.connectString())) {
            other.set("/d", NONE);
            other.create("/c/x", NONE);
            other.create("/x", NONE);
        }
        assertEquals(WatchEvent.Type.DATA_CHANGED, next(data).type());
        assertEquals(WatchEvent.Type.CHILDREN_CHANGED, next(child).type());
        assertEquals(WatchEvent.Type.CREATED, next(absent).type());
        assertEquals("/d", next(recursive).path());
        assertEquals("/c/x", next(recursive).path());
        assertEquals("/x", next(recursive).path());
    }

    @Test
    void changesWhileTheClientWasAwayAreToldToOneShotWatches() throws Exception {
        connect(Duration.ofSeconds(20));
        client.create("/d", NONE);
        LinkedBlockingQueue<WatchEvent> data = new LinkedBlockingQueue<>();
        client.get("/d", data::add);
        // The client learns of the restart by the reset; the other one is there first, or the change is just seen live.
        server.kill();
        server.restart();
        try (MusterClient other = MusterClient.connect(server.connectString())) {
            other.set("/d", NONE);
        }
        assertEquals(WatchEvent.Type.DATA_CHANGED, next(data).type());
    }

    @Test
    void requestsMadeWhileThereIsNoServerWaitForIt() throws Exception {
        connect(Duration.ofSeconds(20));
        server.kill();
        assertInstanceOf(ConnectionEvent.Suspended.class, nextEvent());
        CompletableFuture<?> created = client.createAsync("/a", NONE);
        TimeoutExceededException e = assertThrows(
                TimeoutExceededException.class,
                () -> client.within(Duration.ofMillis(100)).create("/b", NONE));
        assertEquals(Outcome.NOT_APPLIED, e.outcome());
        server.restart();
        created.get(20, TimeUnit.SECONDS);
        assertEquals(Optional.empty(), client.exists("/b"));
    }

    @Test
    void aHangingServerExceedsDeadlinesAndTheOutcomeOfWritesIsUnknown() throws Exception {
        connect(Duration.ofSeconds(30));
        server.pause();
        TimeoutExceededException write = assertThrows(
                TimeoutExceededException.class,
                () -> client.within(Duration.ofMillis(200)).create("/a", NONE));
        assertEquals(Outcome.UNKNOWN, write.outcome());
        TimeoutExceededException read = assertThrows(
                TimeoutExceededException.class,
                () -> client.within(Duration.ofMillis(200)).get("/"));
        assertEquals(Outcome.NOT_APPLIED, read.outcome());
        server.resume();
        assertTrue(client.exists("/a").isPresent(), "it was applied, as the answer that we did not wait for says");
    }

    @Test
    void writesOnABrokenConnectionHaveAnUnknownOutcomeAndReadsHaveNone() throws Exception {
        connect(Duration.ofSeconds(30));
        server.pause();
        CompletableFuture<?> write = client.createAsync("/a", NONE);
        CompletableFuture<?> read = client.getAsync("/");
        // Both are sent when the loop has done what it was asked to do before this.
        client.eventLoop().await(onLoop(), Duration.ofSeconds(20));
        server.kill();
        ConnectionLossException lost = assertInstanceOf(ConnectionLossException.class, failureOf(write));
        assertEquals(Outcome.UNKNOWN, lost.outcome());
        assertEquals(Outcome.NOT_APPLIED, failureOf(read).outcome());
    }

    private CompletableFuture<Void> onLoop() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        client.eventLoop().execute(() -> done.complete(null));
        return done;
    }

    @Test
    void anExpiredSessionIsToldAndFollowedByANewOne() throws Exception {
        connect(Duration.ofSeconds(1));
        ClientSession first = client.session().orElseThrow();
        client.create("/e", NONE, EPHEMERAL);
        LinkedBlockingQueue<WatchEvent> oneShot = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<WatchEvent> persistent = new LinkedBlockingQueue<>();
        client.get("/e", oneShot::add);
        client.watch("/e", AddWatchMode.PERSISTENT, persistent::add);

        server.pause();
        assertEquals(new ConnectionEvent.Suspended(first.id()), nextEvent());
        CompletableFuture<?> waiting = client.createAsync("/waiting", NONE);
        assertEquals(new ConnectionEvent.SessionExpired(first.id()), nextEvent());
        assertEquals(SessionLoss.EXPIRED, first.ended().get(20, TimeUnit.SECONDS));
        assertFalse(first.isAlive());
        assertEquals(Duration.ZERO, first.remaining());
        SessionExpiredException e = assertInstanceOf(SessionExpiredException.class, failureOf(waiting));
        assertEquals(first.id(), e.sessionId());
        assertEquals(Outcome.NOT_APPLIED, e.outcome());
        assertEquals(new WatchEvent(WatchEvent.Type.ENDED, "/e", -1), next(oneShot));
        server.resume();

        ConnectionEvent.Connected again = assertInstanceOf(ConnectionEvent.Connected.class, nextEvent());
        ClientSession second = client.session().orElseThrow();
        assertEquals(second.id(), again.sessionId());
        assertNotEquals(first.id(), second.id());
        assertEquals(new WatchEvent(WatchEvent.Type.RESYNC, "/e", -1), next(persistent));
        // The watch is in force: the old session's znode goes with it, if it was there still.
        if (client.exists("/e").isPresent()) {
            assertEquals(WatchEvent.Type.DELETED, next(persistent).type());
        }
        client.create("/e", NONE, EPHEMERAL);
        assertEquals(WatchEvent.Type.CREATED, next(persistent).type());
    }

    @Test
    void aServerThatLostItsDataGetsTheClientBackWithANewSession() throws Exception {
        connect(Duration.ofSeconds(1));
        ClientSession first = client.session().orElseThrow();
        for (int i = 0; i < 10; i++) {
            client.create("/n" + i, NONE);
        }
        server.kill();
        deleteData();
        server.restart();
        for (ConnectionEvent event = nextEvent(); !(event instanceof ConnectionEvent.Connected); ) {
            event = nextEvent();
        }
        assertNotEquals(first.id(), client.session().orElseThrow().id());
        assertEquals(Optional.empty(), client.exists("/n0"));
    }

    private void deleteData() throws Exception {
        try (Stream<Path> files = Files.walk(server.dataDirectory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void withoutRenewalAnExpiredClientIsOfNoMoreUse() throws Exception {
        connect(MusterClient.builder().sessionTimeout(Duration.ofSeconds(1)).renewSession(false));
        server.pause();
        assertInstanceOf(ConnectionEvent.Suspended.class, nextEvent());
        assertInstanceOf(ConnectionEvent.SessionExpired.class, nextEvent());
        assertInstanceOf(ConnectionEvent.Closed.class, nextEvent());
        assertThrows(SessionExpiredException.class, () -> client.get("/"));
        assertThrows(SessionExpiredException.class, () -> client.awaitConnected(Duration.ofSeconds(1)));
    }

    @Test
    void aRefusedIdentityIsTheEndAndSaysSo() throws Exception {
        connect(Duration.ofSeconds(10));
        assertThrows(AuthFailedException.class, () -> client.addAuth("nosuchscheme", NONE));
        assertInstanceOf(ConnectionEvent.AuthFailed.class, nextEvent());
        assertThrows(AuthFailedException.class, () -> client.get("/"));
        assertEquals(
                SessionLoss.AUTH_FAILED, client.session().orElseThrow().ended().get(20, TimeUnit.SECONDS));
    }

    @Test
    void aHeldHeartbeatMovesTheDeadlineAndIsLostWhenTheServerHangs() throws Exception {
        connect(Duration.ofSeconds(2));
        ClientSession session = client.session().orElseThrow();
        assertEquals(confirmsPings(), session.isQuorumConfirmed());
        long opened = session.deadlineNanos();
        try (Heartbeat heartbeat = session.holdHeartbeat()) {
            // Reads do not move it; the heartbeat does, past what the opening alone would have given.
            long enough = opened + Duration.ofMillis(2_500).toNanos();
            while (session.deadlineNanos() < enough) {
                client.get("/");
                assertTrue(client.eventLoop().nanoTime() < enough, "the deadline does not move");
            }
            assertTrue(heartbeat.isValid());
            assertTrue(heartbeat.remaining().compareTo(Duration.ofMillis(1_900)) <= 0);

            server.pause();
            assertEquals(SessionLoss.DEADLINE_PASSED, heartbeat.lost().get(20, TimeUnit.SECONDS));
            assertFalse(heartbeat.isValid());
            assertTrue(client.eventLoop().nanoTime() >= session.deadlineNanos());
            assertTrue(session.isAlive(), "it may have survived");
            server.resume();
        }
    }

    @Test
    void aHeartbeatOfASessionThatIsOverIsLostAtOnceAndAClosedOneNever() throws Exception {
        connect(Duration.ofSeconds(5));
        ClientSession session = client.session().orElseThrow();
        Heartbeat closed = session.holdHeartbeat();
        closed.close();
        client.close();
        assertEquals(SessionLoss.CLIENT_CLOSED, session.holdHeartbeat().lost().get(20, TimeUnit.SECONDS));
        assertFalse(closed.lost().isDone());
    }
}
