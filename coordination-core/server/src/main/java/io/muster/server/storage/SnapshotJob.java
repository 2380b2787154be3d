package io.muster.server.storage;

import io.muster.replica.state.State;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One snapshot written in the background, and the purge after it. Started and given up by the log thread.
 *
 * <p>After each step it rests for as long as the step took, so that it takes half of the disk and of one processor at most
 * from those who serve meanwhile.
 */
final class SnapshotJob implements Runnable {
    private static final long MAX_REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runnable purge;
    private final Disk disk;
    private final State state;
    private final StorageSettings settings;
    /** Taken by whoever comes first: the thread that runs this, or the one that gives it up. */
    private final AtomicBoolean taken = new AtomicBoolean();

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);

    SnapshotJob(Disk disk, State state, StorageSettings settings, Runnable purge) {
        this.disk = disk;
        this.state = state;
        this.settings = settings;
        this.purge = purge;
    }

    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void run() {
        if (!taken.compareAndSet(false, true)) {
            return;
        }
        try {
            SnapshotFile.write(disk, state, settings, () -> cancelled.getCount() == 0, this::rest);
            purge.run();
            done.complete(null);
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    private void rest(long stepNanos) {
        try {
            if (cancelled.await(Math.min(stepNanos, MAX_REST_NANOS), TimeUnit.NANOSECONDS)) {
                throw new CancellationException("snapshot given up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("snapshot given up: interrupted");
        }
    }

    /** Returns when nothing is being written any more. */
    void giveUp() {
        cancelled.countDown();
        if (taken.compareAndSet(false, true)) {
            done.completeExceptionally(new CancellationException("snapshot given up"));
        }
        done.handle((nothing, failure) -> null).join();
    }
}
