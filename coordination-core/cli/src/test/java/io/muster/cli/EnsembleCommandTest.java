package io.muster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.server.admin.ServerMode;
import io.muster.testkit.TestEnsemble;
import io.muster.testkit.TestServer;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class EnsembleCommandTest {
    private final Typed typed = new Typed();
    private final StringWriter out = typed.out;
    private final StringWriter err = typed.err;

    @TempDir
    Path directory;

    private int run(String... arguments) {
        return typed.run(arguments);
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    @Test
    void statusSaysOfEachServerWhatItIsAndHowFar() throws Exception {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            int leader = ensemble.awaitServing();
            for (int id = 1; id <= 3; id++) {
                try (MusterClient client = MusterClient.connect(ensemble.connectString(id))) {
                    client.sync("/");
                }
            }
            assertEquals(0, run("status", ensemble.connectString()));
            assertEquals(4, lines().size(), out.toString());
            for (int id = 1; id <= 3; id++) {
                String line = lines().get(id);
                assertTrue(line.startsWith(ensemble.connectString(id) + " "), line);
                String expected = id == leader ? "leader +1 +0x1\\w+ +\\d+ +2 followers" : "follower +1 +0x1\\w+ +\\d+";
                assertTrue(line.matches("\\S+ +" + expected), line);
            }
        }
    }

    @Test
    void statusOfAServerThatIsAloneAndOfOneThatIsNotThere() {
        try (TestServer server = TestServer.start()) {
            assertEquals(0, run("status", server.connectString()));
            assertTrue(lines().get(1).matches("\\S+ +standalone +0 +0x\\w+ +\\d+"), lines().get(1));
            server.stop();
            assertEquals(1, run("status", server.connectString()));
            assertTrue(lines().get(3).contains("cannot be reached"), lines().get(3));
        }
    }

    @Test
    void statusOfAServerWithoutALeaderSaysSo() {
        try (TestEnsemble ensemble = TestEnsemble.start(3)) {
            ensemble.kill(1);
            ensemble.kill(2);
            ensemble.awaitMode(3, ServerMode.LOOKING);
            assertEquals(1, run("status", ensemble.connectString(3)));
            assertTrue(lines().get(1).endsWith("has no leader"), lines().get(1));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status :x | no server; it must be host:port",
                "ensemble 0 d | N=0 is not allowed; it must be 1 to 9",
                "ensemble 3 d --port 65000 | all ports must be from 1 to 65535",
                "ensemble three d | is not an int",
            })
    void wrongArgumentsAreExitCodeTwoAndSayWhatIsAllowed(String arguments, String expected) {
        assertEquals(2, run(arguments.split(" ")));
        assertTrue(err.toString().contains(expected), err.toString());
    }

    @Test
    void aDirectoryWithAnEnsembleOfAnotherSizeIsRefused() throws Exception {
        Files.createDirectories(directory.resolve("server1"));
        Files.createDirectories(directory.resolve("server5"));
        assertEquals(2, run("ensemble", "3", directory.toString()));
        assertTrue(err.toString().contains("an ensemble of another size"), err.toString());
    }

    @Test
    void anEnsembleOfProcessesServesUntilAllHaveEnded() throws Exception {
        int port = freePorts();
        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(
                () -> run("ensemble", "3", directory.toString(), "--port", Integer.toString(port)));
        try {
            while (!out.toString().contains("Ctrl-C stops it.") && !hasEnded(exit)) {
                continue;
            }
            assertTrue(out.toString().contains("An ensemble of 3 serves at 127.0.0.1:" + port), out + "\n" + err);
        } finally {
            Matcher pids = Pattern.compile("process (\\d+)").matcher(out.toString());
            while (pids.find()) {
                ProcessHandle.of(Long.parseLong(pids.group(1))).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        assertEquals(1, exit.get(60, TimeUnit.SECONDS));
        assertTrue(out.toString().contains("server 1 has ended"), out.toString());
    }

    /** Between two looks it waits for what would make looking useless. */
    private static boolean hasEnded(CompletableFuture<Integer> exit) throws Exception {
        try {
            exit.get(20, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** A port from which on all that the command derives from it are free. */
    private static int freePorts() {
        for (int port = 11_000; port < 14_000; port += 3) {
            if (areFree(port) && areFree(port + 2888 - 2181) && areFree(port + 3888 - 2181)) {
                return port;
            }
        }
        throw new IllegalStateException("there are no free ports");
    }

    private static boolean areFree(int port) {
        for (int each = port; each < port + 3; each++) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), each));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
