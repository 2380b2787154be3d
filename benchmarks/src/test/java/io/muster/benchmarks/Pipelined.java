package io.muster.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** Keeps a number of operations in flight. */
final class Pipelined {
    private Pipelined() {}

    /** Starts one operation. */
    interface Start {
        CompletableFuture<?> operation(int index);
    }

    /** Runs operations 0 to {@code operations - 1}; returns when all are done. Fails if one does. */
    static void run(int operations, int inFlight, Start start) throws InterruptedException {
        Semaphore free = new Semaphore(inFlight);
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            free.acquire();
            start.operation(i).whenComplete((result, failure) -> {
                if (failure != null) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
                free.release();
            });
        }
        free.acquire(inFlight);
        synchronized (failures) {
            if (!failures.isEmpty()) {
                throw new IllegalStateException(failures.size() + " operations failed", failures.get(0));
            }
        }
    }
}
