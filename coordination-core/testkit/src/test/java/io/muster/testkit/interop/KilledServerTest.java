package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.ConnectionLossException;
import io.muster.client.CoordinationException;
import io.muster.client.MusterClient;
import io.muster.client.NodeExistsException;
import io.muster.client.Op;
import io.muster.client.TimeoutExceededException;
import io.muster.testkit.MusterProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was acknowledged is there after a kill -9, and what was not is there as a whole or not at all. */
class KilledServerTest {
    private static final int KILLS = 20;
    private static final int WRITERS = 3;
    private static final byte[] NONE = new byte[0];

    /** What one writer was told. */
    private static final class Acknowledged {
        final Set<String> created = new HashSet<>();
        int counter;
        int next;
    }

    @Test
    @Timeout(600)
    void everyAcknowledgedWriteSurvivesAKillAndNoMultiIsHalfDone() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        List<Acknowledged> acknowledged = new ArrayList<>();
        // As in production, and with snapshots so often that a kill falls into some of them too.
        try (MusterProcess server = MusterProcess.builder()
                .property("zookeeper.forceSync", "yes")
                .property("zookeeper.snapCount", "100")
                .property("zookeeper.preAllocSize", "256")
                .start()) {
            try (MusterClient client = MusterClient.connect(server.connectString())) {
                for (int writer = 0; writer < WRITERS; writer++) {
                    client.create("/w" + writer, "0".getBytes(StandardCharsets.UTF_8));
                    acknowledged.add(new Acknowledged());
                }
            }
            for (int kill = 1; kill <= KILLS; kill++) {
                // a different number of writes each time, so that kills fall on different places of the log
                CountDownLatch enough = new CountDownLatch(20 + 17 * kill % 60);
                AtomicInteger ended = new AtomicInteger();
                List<Future<?>> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    int me = writer;
                    writers.add(pool.submit(() -> {
                        writeUntilTheServerDies(server.connectString(), me, acknowledged.get(me), enough);
                        ended.incrementAndGet();
                        return null;
                    }));
                }
                assertTrue(enough.await(120, TimeUnit.SECONDS), "the writers do not get on");
                assertEquals(0, ended.get(), "writers that ended though the server lived");
                server.kill();
                for (Future<?> each : writers) {
                    each.get(60, TimeUnit.SECONDS);
                }
                server.restart();
                verify(server.connectString(), acknowledged, kill);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static void writeUntilTheServerDies(String connectString, int me, Acknowledged told, CountDownLatch enough)
            throws InterruptedException {
        String parent = "/w" + me;
        MusterClient client = MusterClient.builder()
                .connectString(connectString)
                .requestTimeout(Duration.ofSeconds(10))
                .connect();
        try {
            while (true) {
                int number = told.next++;
                String path = parent + "/n" + number;
                switch (number % 3) {
                    case 0 -> {
                        client.create(path, NONE);
                        told.created.add(path);
                    }
                    case 1 -> {
                        String left = path + "-left";
                        String right = path + "-right";
                        client.multi(List.of(Op.create(left, NONE), Op.create(right, NONE)));
                        told.created.add(left);
                        told.created.add(right);
                    }
                    default -> {
                        client.set(parent, Integer.toString(number).getBytes(StandardCharsets.UTF_8));
                        told.counter = number;
                    }
                }
                enough.countDown();
            }
        } catch (NodeExistsException e) {
            throw new AssertionError("numbers are used once", e);
        } catch (ConnectionLossException | TimeoutExceededException e) {
            // the server is dead; the outcome of the last write is unknown
        } finally {
            close(client);
        }
    }

    private static void close(MusterClient client) {
        try {
            client.close();
        } catch (CoordinationException e) {
            // there is nobody to say goodbye to
        }
    }

    private static void verify(String connectString, List<Acknowledged> acknowledged, int kill) throws Exception {
        try (MusterClient client = MusterClient.connect(connectString)) {
            for (int writer = 0; writer < WRITERS; writer++) {
                String parent = "/w" + writer;
                Acknowledged told = acknowledged.get(writer);
                Set<String> there = new HashSet<>();
                for (String name : client.children(parent)) {
                    there.add(parent + "/" + name);
                }
                Set<String> missing = new HashSet<>(told.created);
                missing.removeAll(there);
                assertEquals(Set.of(), missing, "acknowledged and gone after kill " + kill);
                for (String path : there) {
                    String twin =
                            path.endsWith("-left") ? path.replace("-left", "-right") : path.replace("-right", "-left");
                    assertTrue(there.contains(twin), "half a multi after kill " + kill + ": " + path);
                }
                int counter = Integer.parseInt(new String(client.get(parent).data(), StandardCharsets.UTF_8));
                assertTrue(
                        counter >= told.counter,
                        "after kill " + kill + " the counter is " + counter + ", not " + told.counter);
            }
        }
    }
}
