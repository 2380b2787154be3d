package io.muster.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.transport.NettyRuntime;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.Extensions;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client on real sockets, with a server that does what no good server does. */
@Timeout(60)
class ClientTransportTest {
    private static final int MUSTER = Extensions.encode(Extensions.CONFIRMED_PINGS);
    private static final Stat STAT = new Stat(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    private static final Response EXISTS = new Response.StatOnly(STAT);

    private FakeServer server;
    private MusterClient client;
    private final LinkedBlockingQueue<ConnectionEvent> events = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() throws IOException {
        // First: the client then needs no answer to close.
        server.close();
        if (client != null) {
            client.closeAsync();
        }
    }

    private FakeServer.Peer connect() throws IOException {
        client = MusterClient.builder()
                .connectString(server.connectString())
                .sessionTimeout(Duration.ofSeconds(10))
                .maxReplyBytes(1_000)
                .connect();
        client.onConnectionEvent(events::add);
        FakeServer.Peer peer = server.accept();
        assertEquals(0, peer.handshake().sessionId());
        peer.answerHandshake(MUSTER, 10_000, 0x55);
        return peer;
    }

    private <T extends ConnectionEvent> T next(Class<T> type) throws InterruptedException {
        return assertInstanceOf(type, events.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void aServerThatConfirmsPingsIsSentPingsAsHeartbeatsAndTheyMoveTheDeadline() throws Exception {
        try (FakeServer.Peer peer = connect()) {
            next(ConnectionEvent.Connected.class);
            ClientSession session = client.session().orElseThrow();
            assertTrue(session.isQuorumConfirmed());
            long before = session.deadlineNanos();
            Heartbeat heartbeat = session.holdHeartbeat();
            assertInstanceOf(Request.Ping.class, peer.receive().request());
            peer.reply(-2, 1, 0, Response.EMPTY);
            // An answer behind the ping's shows that the client has seen that one.
            CompletableFuture<?> exists = client.existsAsync("/");
            FakeServer.Received request = peer.receive();
            peer.reply(request.xid(), 1, 0, EXISTS);
            exists.get(20, TimeUnit.SECONDS);
            assertTrue(session.deadlineNanos() > before);
            assertTrue(heartbeat.isValid());
        }
    }

    @Test
    void anExpiryToldByTheServerBringsANewSession() throws Exception {
        try (FakeServer.Peer peer = connect()) {
            next(ConnectionEvent.Connected.class);
        }
        next(ConnectionEvent.Suspended.class);
        ClientSession first = client.session().orElseThrow();
        try (FakeServer.Peer peer = server.accept()) {
            assertEquals(0x55, peer.handshake().sessionId());
            peer.answerHandshake(0, 0, 0);
            assertEquals(0x55, next(ConnectionEvent.SessionExpired.class).sessionId());
        }
        try (FakeServer.Peer peer = server.accept()) {
            ConnectRequest request = peer.handshake();
            assertEquals(0, request.sessionId());
            peer.answerHandshake(0, 10_000, 0x56);
            assertEquals(0x56, next(ConnectionEvent.Connected.class).sessionId());
            assertFalse(first.isAlive());
            assertEquals(SessionLoss.EXPIRED, first.ended().get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aFrameThatIsTooLongOrNegativeClosesTheConnection() throws Exception {
        for (byte[] prefix : List.of(new byte[] {0, 0, 4, 0}, new byte[] {-1, 0, 0, 0})) {
            try (FakeServer.Peer peer = client == null ? connect() : reconnected()) {
                assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
                CompletableFuture<?> write = client.deleteAsync("/a");
                peer.receive();
                peer.sendRaw(prefix);
                peer.expectEnd();
                ExecutionException e = assertThrows(ExecutionException.class, () -> write.get(20, TimeUnit.SECONDS));
                assertEquals(
                        Outcome.UNKNOWN,
                        assertInstanceOf(ConnectionLossException.class, e.getCause())
                                .outcome());
            }
        }
    }

    private FakeServer.Peer reconnected() throws IOException {
        FakeServer.Peer peer = server.accept();
        peer.handshake();
        peer.answerHandshake(MUSTER, 10_000, 0x55);
        return peer;
    }

    @Test
    void framesThatComeInPiecesArePutTogether() throws Exception {
        try (FakeServer.Peer peer = connect()) {
            CompletableFuture<?> exists = client.existsAsync("/");
            FakeServer.Received request = peer.receive();
            io.muster.protocol.JuteWriter frame = new io.muster.protocol.JuteWriter();
            frame.writeInt(16 + Stat.SIZE_BYTES)
                    .writeInt(request.xid())
                    .writeLong(1)
                    .writeInt(0);
            STAT.write(frame);
            for (byte each : frame.toByteArray()) {
                peer.sendRaw(new byte[] {each});
            }
            exists.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void callsInQuickSuccessionArriveInTheirOrder() throws Exception {
        try (FakeServer.Peer peer = connect()) {
            for (int i = 0; i < 500; i++) {
                client.existsAsync("/n" + i);
            }
            for (int i = 0; i < 500; i++) {
                FakeServer.Received request = peer.receive();
                assertEquals(i + 1, request.xid());
                assertEquals(new Request.Exists("/n" + i, false), request.request());
            }
        }
    }

    @Test
    void aNameThatCannotBeResolvedIsTriedAgainAndOtherServersAreTaken() throws Exception {
        client = MusterClient.builder()
                .connectString("no-such-host.invalid:1," + server.connectString())
                .sessionTimeout(Duration.ofSeconds(10))
                .connect();
        try (FakeServer.Peer peer = server.accept()) {
            peer.handshake();
            peer.answerHandshake(0, 10_000, 0x55);
            assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
        }
    }

    @Test
    void clientsMayShareARuntime() throws Exception {
        try (NettyRuntime runtime = NettyRuntime.create()) {
            MusterClient one = MusterClient.builder()
                    .connectString(server.connectString())
                    .runtime(runtime)
                    .connect();
            try (FakeServer.Peer peer = server.accept()) {
                peer.handshake();
                peer.answerHandshake(0, 10_000, 1);
                assertTrue(one.awaitConnected(Duration.ofSeconds(20)));
            }
            one.close();
            client = MusterClient.builder()
                    .connectString(server.connectString())
                    .runtime(runtime)
                    .connect();
            try (FakeServer.Peer peer = server.accept()) {
                peer.handshake();
                peer.answerHandshake(0, 10_000, 2);
                assertTrue(client.awaitConnected(Duration.ofSeconds(20)), "closing one client left the other its loop");
            }
        }
    }

    @Test
    void awaitingAConnectionInVainTellsSo() throws Exception {
        client = MusterClient.connect(server.connectString());
        assertFalse(client.awaitConnected(Duration.ofMillis(50)));
        TimeoutExceededException e = assertThrows(
                TimeoutExceededException.class,
                () -> client.within(Duration.ofMillis(50)).delete("/a"));
        assertEquals(Outcome.NOT_APPLIED, e.outcome());
    }

    @Test
    void secretsAreNotInTexts() throws Exception {
        MusterClientBuilder.Auth auth = new MusterClientBuilder.Auth("digest", new byte[] {1});
        assertEquals("Auth[digest]", auth.toString());
        try (FakeServer.Peer peer = connect()) {
            next(ConnectionEvent.Connected.class);
            assertEquals("ClientSession[0x55]", client.session().orElseThrow().toString());
        }
    }
}
