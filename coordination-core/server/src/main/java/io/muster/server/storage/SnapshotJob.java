package io.muster.server.storage;

import io.muster.replica.state.State;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One snapshot written in the background, and the purge after it. Started and given up by the log thread. */
final class SnapshotJob implements Runnable {
    private final Runnable purge;
    private final Disk disk;
    private final State state;
    private final StorageSettings settings;
    /** Taken by whoever comes first: the thread that runs this, or the one that gives it up. */
    private final AtomicBoolean taken = new AtomicBoolean();

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean cancelled;

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
            SnapshotFile.write(disk, state, settings, () -> cancelled);
            purge.run();
            done.complete(null);
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** Returns when nothing is being written any more. */
    void giveUp() {
        cancelled = true;
        if (taken.compareAndSet(false, true)) {
            done.completeExceptionally(new CancellationException("snapshot given up"));
        }
        done.handle((nothing, failure) -> null).join();
    }
}
