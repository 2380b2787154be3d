package io.muster.benchmarks;

import io.muster.client.MusterClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Several connections of which each keeps a number of operations in flight. Used by one thread. */
final class Clients implements AutoCloseable {
    private final List<MusterClient> clients = new ArrayList<>();

    /** Starts one operation. */
    interface Start {
        CompletableFuture<?> operation(MusterClient client, int index);
    }

    Clients(Supplier<MusterClient> connect, int count) {
        for (int i = 0; i < count; i++) {
            clients.add(connect.get());
        }
    }

    List<MusterClient> all() {
        return clients;
    }

    /**
     * Runs operations 0 to {@code operations - 1}, shared among the clients; returns when all are done. What an operation
     * completes starts the next, so no thread is needed for each client. Fails if one does.
     */
    void run(int operations, int inFlightOfEach, Start start) throws InterruptedException {
        Semaphore done = new Semaphore(0);
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int lines = 0;
        for (MusterClient client : clients) {
            for (int i = 0; i < inFlightOfEach; i++) {
                lines++;
                goOn(client, operations, next, start, failure, done);
            }
        }
        done.acquire(lines);
        if (failure.get() != null) {
            throw new IllegalStateException("an operation failed", failure.get());
        }
    }

    private static void goOn(
            MusterClient client,
            int operations,
            AtomicInteger next,
            Start start,
            AtomicReference<Throwable> failure,
            Semaphore done) {
        int index = next.getAndIncrement();
        if (index >= operations || failure.get() != null) {
            done.release();
            return;
        }
        start.operation(client, index).whenComplete((result, failed) -> {
            if (failed != null) {
                failure.compareAndSet(null, failed);
            }
            goOn(client, operations, next, start, failure, done);
        });
    }

    @Override
    public void close() {
        clients.forEach(MusterClient::close);
    }
}
