package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.server.config.ServerConfig;
import io.muster.server.storage.Compression;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server on a real directory. */
@Timeout(60)
class RestartTest {
    @TempDir
    Path directory;

    private ServerConfig.Builder config() {
        return ServerConfig.in(directory)
                .storage(s -> s.preallocationBytes(64 << 10))
                .transport(t -> t.ioThreads(1));
    }

    private static Request.Create create(String path, int flags) {
        return new Request.Create(OpCode.CREATE, path, path.getBytes(StandardCharsets.UTF_8), Acl.OPEN, flags, 0);
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestartAndTheSessionLivesOn() throws Exception {
        ConnectResponse session;
        try (MusterServer server = MusterServer.start(config().build());
                RawClient client = new RawClient(server.clientPort())) {
            session = client.handshake(30_000);
            assertEquals(0, client.call(create("/kept", 0)).header().err());
            assertEquals(0, client.call(create("/owned", 1)).header().err());
        }
        try (MusterServer server = MusterServer.start(config().build());
                RawClient client = new RawClient(server.clientPort())) {
            ConnectResponse renewed =
                    client.handshake(new ConnectRequest(0, 0, 30_000, session.sessionId(), session.password(), false));
            assertEquals(session.sessionId(), renewed.sessionId());
            assertArrayEquals(
                    "/kept".getBytes(StandardCharsets.UTF_8),
                    ((Response.Data) client.call(new Request.GetData("/kept", false))
                                    .body())
                            .data());
            Response.StatOnly owned = (Response.StatOnly)
                    client.call(new Request.Exists("/owned", false)).body();
            assertEquals(session.sessionId(), owned.stat().ephemeralOwner());
        }
    }

    @Test
    void snapshotsAreWrittenWhileRequestsAreServed() throws Exception {
        int count = 500;
        try (MusterServer server = MusterServer.start(
                        config().storage(s -> s.snapshotEveryTxns(50)).build());
                RawClient client = RawClient.connected(server.clientPort())) {
            for (int i = 0; i < count; i++) {
                assertEquals(0, client.call(create("/n" + i, 0)).header().err());
            }
        }
        try (var files = Files.list(directory.resolve("version-2"))) {
            long snapshots = files.filter(file -> file.getFileName().toString().startsWith("snapshot."))
                    .count();
            assertTrue(snapshots > 1, snapshots + " snapshots");
        }
        try (MusterServer server = MusterServer.start(config().build());
                RawClient client = RawClient.connected(server.clientPort())) {
            Response.AllChildrenNumber all = (Response.AllChildrenNumber)
                    client.call(new Request.GetAllChildrenNumber("/")).body();
            // the reserved ones, and the two of the sessions' secret
            assertEquals(count + 3 + 2, all.totalNumber());
        }
    }

    @Test
    void markThatAnEmptyDirectoryIsMeantIsGoodForOneStart() throws Exception {
        Path mark = Files.createFile(directory.resolve("initialize"));
        MusterServer.start(config().build()).close();
        assertFalse(Files.exists(mark));
    }

    @Test
    void missingDirectoryIsRefusedIfItMustNotBeCreated() throws Exception {
        ServerConfig config = config().storage(s -> s.createDirectories(false)).build();
        ServerFailedException failure = assertThrows(
                ServerFailedException.class, () -> MusterServer.start(config).close());
        assertTrue(failure.getMessage().contains("version-2 is missing"), failure.getMessage());
        Files.createDirectories(directory.resolve("version-2"));
        MusterServer.start(config).close();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void snapshotsMayBeCompressedAndTheCompressionChanged(Compression compression) throws Exception {
        int count = 100;
        for (Compression each : List.of(compression, Compression.NONE)) {
            ServerConfig config = config().storage(s -> s.snapshotEveryTxns(20).compression(each))
                    .build();
            try (MusterServer server = MusterServer.start(config);
                    RawClient client = RawClient.connected(server.clientPort())) {
                for (int i = 0; i < count; i++) {
                    client.call(create("/" + each + i, 0));
                }
            }
            try (var files = Files.list(directory.resolve("version-2"))) {
                assertTrue(
                        files.anyMatch(file -> file.toString().matches(".*/snapshot\\.[1-9a-f]\\w*" + ending(each))));
            }
        }
        try (MusterServer server = MusterServer.start(config().build());
                RawClient client = RawClient.connected(server.clientPort())) {
            assertEquals(
                    0,
                    client.call(new Request.Exists("/" + compression + (count - 1), false))
                            .header()
                            .err());
        }
    }

    private static String ending(Compression compression) {
        return switch (compression) {
            case NONE -> "";
            case GZIP -> "\\.gz";
            case SNAPPY -> "\\.snappy";
        };
    }

    @Test
    void f33_directoryInUseIsRefusedWithTheReason() {
        try (MusterServer server = MusterServer.start(config().build())) {
            ServerFailedException failure = assertThrows(
                    ServerFailedException.class,
                    () -> MusterServer.start(config().build()).close());
            assertTrue(failure.getMessage().contains("another server uses"), failure.getMessage());
        }
    }

    @Test
    void portInUseIsRefusedWithTheReasonAndTheDirectoryIsFreeAgain() {
        try (MusterServer server = MusterServer.start(config().build())) {
            ServerConfig second = ServerConfig.in(directory.resolve("second"))
                    .clientPort(server.clientPort())
                    .build();
            for (int i = 0; i < 2; i++) {
                ServerFailedException failure = assertThrows(
                        ServerFailedException.class,
                        () -> MusterServer.start(second).close());
                assertTrue(failure.getMessage().contains(" is in use; "), failure.getMessage());
            }
        }
    }
}
