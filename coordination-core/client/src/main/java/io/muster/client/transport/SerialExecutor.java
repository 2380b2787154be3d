package io.muster.client.transport;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other on another executor, which it occupies only while there are some; on a second one when the
 * first refuses. Any thread.
 */
final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    private final Executor over;
    private final Executor fallback;
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    /** Tasks handed in and not finished. Who raises it from 0 hands {@link #drain} over; who lowers it to 0 ends it. */
    private final AtomicInteger pending = new AtomicInteger();

    /** @param fallback one that never refuses */
    SerialExecutor(Executor over, Executor fallback) {
        this.over = over;
        this.fallback = fallback;
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
        if (pending.getAndIncrement() == 0) {
            try {
                over.execute(this::drain);
            } catch (RejectedExecutionException e) {
                fallback.execute(this::drain);
            }
        }
    }

    private void drain() {
        do {
            Runnable task = queue.poll();
            if (task == null) {
                throw new IllegalStateException("fewer tasks in the queue than counted");
            }
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.warn("a callback failed", e);
            }
        } while (pending.decrementAndGet() > 0);
    }
}
