package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Request;
import io.muster.replica.state.State;
import io.muster.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server says before it has read its data. */
@Timeout(60)
class FrontDoorTest {
    private static final String NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n";

    @TempDir
    Path directory;

    private ServerConfig.Builder config(int port) {
        return ServerConfig.in(directory)
                .transport(t -> t.address(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .ioThreads(1))
                .words(Set.of("*"));
    }

    private static String word(int port, String word) throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.gatherBytes(word.getBytes(StandardCharsets.US_ASCII));
            client.flush();
            return client.readToEnd();
        }
    }

    @ParameterizedTest
    @CsvSource({"ruok, imok", "isro, null", "gtmk, 306"})
    void whatNeedsNoDataIsAnsweredWhileItIsRead(String word, String answer) throws Exception {
        FrontDoor door = FrontDoor.open(config(0).build());
        try {
            assertEquals(answer, word(door.clientAddress().getPort(), word));
        } finally {
            door.close();
        }
    }

    @Test
    void otherWordsSayThatItDoesNotServeAndHandshakesAreClosed() throws Exception {
        FrontDoor door = FrontDoor.open(config(0).build());
        try {
            int port = door.clientAddress().getPort();
            for (String word : List.of(
                    "srvr", "stat", "mntr", "conf", "cons", "crst", "srst", "dirs", "dump", "wchs", "wchc", "wchp")) {
                assertEquals(NOT_SERVING, word(port, word), word);
            }
            try (RawClient client = RawClient.connectedLater(port)) {
                assertEquals("", client.readToEnd());
            }
        } finally {
            door.close();
        }
    }

    @Test
    void whoConnectedWhileTheDataWasReadIsServedAfterwards() throws Exception {
        ServerConfig config = config(0).build();
        FrontDoor door = FrontDoor.open(config);
        int port = door.clientAddress().getPort();
        try (RawClient early = new RawClient(port)) {
            assertEquals("imok", word(port, "ruok"));
            try (MusterServer server =
                    MusterServer.start(config, door, new MemoryJournal(), State.initial(7, false), System.nanoTime())) {
                assertEquals(port, server.clientPort());
                assertTrue(early.handshake(10_000).isAccepted());
                assertEquals(
                        0, early.call(new Request.Exists("/", false)).header().err());
                assertTrue(word(port, "srvr").contains("Mode: standalone\n"));
                assertTrue(word(port, "mntr").contains("zk_connection_rejected\t0\n"));
            }
        }
    }

    @Test
    void serverThatCannotReadItsDataClosesThePort() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path logs = Files.createDirectories(directory.resolve("version-2"));
        Files.writeString(logs.resolve("log.1"), "this is no log, however long one looks at it");
        ServerConfig config = config(port).build();
        assertThrows(
                ServerFailedException.class, () -> MusterServer.start(config).close());
        try (ServerSocket again = new ServerSocket()) {
            again.bind(config.transport().address());
        }
    }
}
