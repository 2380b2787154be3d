package io.muster.recipes.lock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.recipes.support.Children;
import io.muster.recipes.support.ServerKind;
import io.muster.recipes.support.TestServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes of a fleet that is moving from Curator to Muster: of both kinds, and some die while they hold the lock. */
@Timeout(180)
class MixedFleetTest {
    private static final int HOLDS = 1_000;
    private static final int KILL_EVERY = 200;
    private static final int KILLS = 4;

    @TempDir
    Path directory;

    private final List<Worker> workers = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(ServerKind.class)
    void processesOfBothKindsHoldTheLockInTurnsThoughHoldersAreKilled(ServerKind kind) throws Exception {
        try (TestServer server = kind.start()) {
            MusterClient client = server.connect();
            String root = "/fleet";
            client.create(root, new byte[0]);
            client.create(LockWorker.journalPath(root), new byte[0]);
            client.create(LockWorker.hangingPath(root), new byte[0]);
            client.create(LockWorker.numberPath(root), "0".getBytes(UTF_8));
            try {
                Worker victim = start(server, root, "curator", KILL_EVERY);
                Worker next = start(server, root, "muster", 2 * KILL_EVERY);
                for (int kill = 1; kill <= KILLS; kill++) {
                    // It holds the lock, and the other one waits for it.
                    awaitChildren(client, LockWorker.hangingPath(root), kill);
                    victim.process.destroyForcibly();
                    assertTrue(victim.process.waitFor(20, TimeUnit.SECONDS));
                    workers.remove(victim);
                    int hangFrom = kill + 2 <= KILLS ? (kill + 2) * KILL_EVERY : Integer.MAX_VALUE;
                    Worker replacement = start(server, root, victim.kind, hangFrom);
                    victim = next;
                    next = replacement;
                }
                awaitChildren(client, LockWorker.journalPath(root), HOLDS);
                for (Worker worker : workers) {
                    assertTrue(worker.process.waitFor(30, TimeUnit.SECONDS), worker::output);
                    assertEquals(0, worker.process.exitValue(), worker::output);
                }
            } finally {
                for (Worker worker : workers) {
                    worker.process.destroyForcibly().waitFor();
                }
            }
            verifyJournal(client, root);
            Children.awaitCount(client, LockWorker.lockPath(root), 0);
        }
    }

    private void awaitChildren(MusterClient client, String path, int count) throws InterruptedException {
        Children.await(client, path, names -> {
            for (Worker worker : workers) {
                if (!worker.process.isAlive() && worker.process.exitValue() != 0) {
                    throw new AssertionError(worker.output());
                }
            }
            return names.size() >= count;
        });
    }

    private static void verifyJournal(MusterClient client, String root) throws InterruptedException {
        List<String> names =
                client.children(LockWorker.journalPath(root)).stream().sorted().toList();
        assertEquals(IntStream.rangeClosed(1, HOLDS).mapToObj("%06d"::formatted).toList(), names);
        Map<String, Integer> holds = new HashMap<>();
        for (String name : names) {
            String who = new String(
                    client.get(LockWorker.journalPath(root) + "/" + name).data(), UTF_8);
            holds.merge(who.split(" ")[0], 1, Integer::sum);
        }
        // In turns, but while one is being replaced, and the other is alone.
        assertTrue(holds.getOrDefault("curator", 0) > HOLDS / 10, holds::toString);
        assertTrue(holds.getOrDefault("muster", 0) > HOLDS / 10, holds::toString);
    }

    private record Worker(String kind, Process process, Path log) {
        String output() {
            try {
                return kind + " process, " + (process.isAlive() ? "alive" : "ended with " + process.exitValue()) + ":\n"
                        + Files.readString(log);
            } catch (IOException e) {
                return kind + " process, without output: " + e;
            }
        }
    }

    private Worker start(TestServer server, String root, String kind, int hangFrom) throws IOException {
        String classPath = java.util.Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        Path log = Files.createTempFile(directory, kind, ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        String logback = System.getProperty("logback.configurationFile");
        if (logback != null) {
            command.add("-Dlogback.configurationFile=" + logback);
        }
        command.addAll(List.of(
                "-cp",
                classPath,
                LockWorker.class.getName(),
                kind,
                server.connectString(),
                root,
                String.valueOf(HOLDS),
                String.valueOf(hangFrom)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Worker worker = new Worker(kind, process, log);
        workers.add(worker);
        return worker;
    }
}
