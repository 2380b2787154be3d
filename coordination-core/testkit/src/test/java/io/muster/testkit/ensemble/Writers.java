package io.muster.testkit.ensemble;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.client.CoordinationException;
import io.muster.client.MusterClient;
import io.muster.client.SessionExpiredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that create one znode after the other while servers come and go, and remember what was acknowledged. */
final class Writers implements AutoCloseable {
    private static final int END_TIMEOUT_SECONDS = 60;

    private final String servers;
    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger count = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean ending;

    Writers(String servers, int clients) {
        this.servers = servers;
        for (int i = 0; i < clients; i++) {
            String prefix = "/w" + i + "-";
            running.add(threads.submit(() -> {
                write(prefix);
                return null;
            }));
        }
    }

    private void write(String prefix) throws InterruptedException {
        int next = 0;
        while (!ending) {
            try (MusterClient client = MusterClient.builder()
                    .connectString(servers)
                    .sessionTimeout(Duration.ofSeconds(2))
                    .connect()) {
                boolean lives = true;
                while (lives && !ending) {
                    lives = create(client, prefix + next++);
                }
            }
        }
    }

    /** Whether the client can go on. What failed may have been done or not, so each name is used once. */
    private boolean create(MusterClient client, String path) throws InterruptedException {
        try {
            client.within(Duration.ofSeconds(10)).create(path, path.getBytes(UTF_8));
            acknowledged.add(path);
            count.incrementAndGet();
            return true;
        } catch (SessionExpiredException e) {
            failed.incrementAndGet();
            return false;
        } catch (CoordinationException e) {
            failed.incrementAndGet();
            return true;
        }
    }

    /** Writes that were acknowledged so far. */
    int count() {
        return count.get();
    }

    int failed() {
        return failed.get();
    }

    Set<String> acknowledged() {
        return acknowledged;
    }

    /** Ends the clients; throws what went wrong with one. */
    void end() throws InterruptedException, ExecutionException {
        ending = true;
        for (Future<?> each : running) {
            each.get();
        }
    }

    @Override
    public void close() throws InterruptedException {
        ending = true;
        threads.shutdownNow();
        if (!threads.awaitTermination(END_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a writer does not end");
        }
    }
}
