package io.muster.testkit.ensemble;

import static io.muster.testkit.ensemble.Connecting.connect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.client.Node;
import io.muster.testkit.ProcessEnsemble;
import io.muster.testkit.ProcessEnsemble.Kind;
import io.muster.testkit.ServerProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Processes are killed and stopped under load: whatever was acknowledged is there in the end, on all servers. {@code
 * -Dmuster.faults.rounds=N} makes more rounds than the build does, {@code -Dmuster.faults.seed=N} others.
 */
@Timeout(900)
class EnsembleFaultsTest {
    private static final int ROUNDS = Integer.getInteger("muster.faults.rounds", 3);
    private static final long SEED = Long.getLong("muster.faults.seed", 1);
    private static final int CLIENTS = 4;
    /** Acknowledged writes that are to come between two faults. */
    private static final int BETWEEN = 200;
    /** Longer than the clients' sessions live. */
    private static final Duration PAUSE = Duration.ofSeconds(3);

    @Test
    void nothingAcknowledgedIsLostWhenServersAreKilled() throws Exception {
        underLoad(server -> {
            server.kill();
            server.restart();
        });
    }

    @Test
    void nothingAcknowledgedIsLostWhenServersAreStoppedForLongerThanSessionsLive() throws Exception {
        underLoad(server -> {
            server.pause();
            passTime(PAUSE);
            server.resume();
        });
    }

    private static void underLoad(Consumer<ServerProcess> fault) throws Exception {
        Random random = new Random(SEED);
        try (ProcessEnsemble ensemble = ProcessEnsemble.start(Kind.MUSTER, Kind.MUSTER, Kind.MUSTER);
                Writers writers = new Writers(ensemble.connectString(), CLIENTS)) {
            for (int round = 0; round < ROUNDS; round++) {
                await(writers, writers.count() + BETWEEN);
                fault.accept(ensemble.server(1 + random.nextInt(ensemble.size())));
            }
            await(writers, writers.count() + BETWEEN);
            writers.end();
            ensemble.awaitServing();
            SortedMap<String, String> first = tree(ensemble.server(1));
            for (String path : writers.acknowledged()) {
                assertTrue(first.containsKey(path), path + " was acknowledged and is lost");
            }
            for (int id = 2; id <= ensemble.size(); id++) {
                assertEquals(first, tree(ensemble.server(id)), "server " + id);
            }
        }
    }

    /** The load goes on by itself; that it does is what is waited for. */
    private static void await(Writers writers, int count) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (writers.count() < count) {
            assertTrue(System.nanoTime() < deadlineNanos, "writes do not go on: " + writers.failed() + " have failed");
            passTime(Duration.ofMillis(5));
        }
    }

    /** Nothing is to be waited for but the time itself. */
    private static void passTime(Duration time) {
        long untilNanos = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = untilNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Every znode with its data and its stat, after all that is committed. */
    private static SortedMap<String, String> tree(ServerProcess server) throws InterruptedException {
        SortedMap<String, String> all = new TreeMap<>();
        try (MusterClient client = connect(server.connectString())) {
            client.sync("/");
            Queue<String> rest = new ArrayDeque<>(List.of("/"));
            for (String path = rest.poll(); path != null; path = rest.poll()) {
                Node node = client.get(path);
                all.put(path, new String(node.data(), java.nio.charset.StandardCharsets.ISO_8859_1) + node.stat());
                List<String> children = new ArrayList<>(client.children(path));
                for (String child : children) {
                    if (!path.equals("/") || !child.equals("zookeeper")) {
                        rest.add(path.equals("/") ? "/" + child : path + "/" + child);
                    }
                }
            }
        }
        return all;
    }
}
