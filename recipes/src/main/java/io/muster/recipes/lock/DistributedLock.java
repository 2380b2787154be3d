package io.muster.recipes.lock;

import io.muster.client.ClientClosedException;
import io.muster.client.EventLoop;
import io.muster.client.MusterClient;
import io.muster.client.Outcome;
import io.muster.protocol.Paths;
import io.muster.recipes.lease.LeaseLostException;
import io.muster.recipes.lease.LeaseState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock on a path: fair in the order of arrival, not re-entrant, owned by the {@link LockLease} that
 * {@code acquire} returns. Contends with Curator's {@code InterProcessMutex} on the same path.
 *
 * <pre>{@code
 * DistributedLock lock = DistributedLock.on(client, "/locks/billing");
 * try (LockLease lease = lock.acquire(Duration.ofSeconds(10))) {
 *     lease.guard(Op.set("/balance", data));
 * }
 * }</pre>
 *
 * <p>It is a value without state: two objects on one path are as good as one. Any thread may use it. Blocking methods may be
 * called in callbacks, but not on the event loop. All of them throw, or complete with, a {@link
 * io.muster.client.CoordinationException} when the server refuses or the client is closed; a connection that is lost, or a
 * session that expires, while it waits makes it stand in line anew where that is needed.
 *
 * <p>A waiter watches its own znode and the one before it, so that one release wakes one waiter.
 */
public final class DistributedLock {
    private final EventLoop loop;
    private final String path;
    private final LockOptions options;

    private DistributedLock(EventLoop loop, String path, LockOptions options) {
        this.loop = loop;
        this.path = Paths.requireValid(path);
        this.options = options;
    }

    /** @param path the parent of the lock's znodes; made as a container when it does not exist */
    public static DistributedLock on(MusterClient client, String path) {
        return on(client, path, LockOptions.DEFAULTS);
    }

    public static DistributedLock on(MusterClient client, String path, LockOptions options) {
        return new DistributedLock(client.eventLoop(), path, options);
    }

    public String path() {
        return path;
    }

    /**
     * Waits for the lock.
     *
     * @param wait how long at most; zero or less is {@link #tryAcquire()}: no place in the queue
     * @throws LockTimeoutException if it was not free in time
     */
    public LockLease acquire(Duration wait) throws InterruptedException {
        return tryAcquire(wait).orElseThrow(() -> timeout(wait));
    }

    /** The same, where not getting it in time is an answer: empty. */
    public Optional<LockLease> tryAcquire(Duration wait) throws InterruptedException {
        return await(acquisition(wait));
    }

    /**
     * Takes the lock if nobody has it and nobody waits for it; never queues. Looks first, so it costs others nothing when
     * it is in vain, and one more round trip when it is not.
     */
    public Optional<LockLease> tryAcquire() throws InterruptedException {
        return await(Acquisition.onlyIfFree(loop, path, options));
    }

    /**
     * Waits for the lock for as long as it takes. Cancelling the future, or completing it, leaves the queue; so does {@code
     * orTimeout}. (Cancelling a stage derived from it does not reach it.)
     */
    public CompletableFuture<LockLease> acquireAsync() {
        return start(Acquisition.queued(loop, path, options, null), null);
    }

    /** The same with a limit, after which it completes with a {@link LockTimeoutException}. */
    public CompletableFuture<LockLease> acquireAsync(Duration wait) {
        return start(acquisition(wait), wait);
    }

    /**
     * Runs a body while the lock is held, and lets go.
     *
     * @throws LockTimeoutException if the lock was not free in time; the body did not run
     * @throws LeaseLostException if the lock was lost by the end of the body, which may have overlapped with another
     */
    public <T extends @Nullable Object, X extends Exception> T withLock(Duration wait, LockBody<T, X> body)
            throws X, InterruptedException {
        T result;
        boolean lost;
        LockLease lease = acquire(wait);
        try {
            result = body.run(lease);
        } finally {
            lost = lease.state() == LeaseState.LOST;
            lease.close();
        }
        if (lost) {
            throw new LeaseLostException(
                    "the lock " + lease.path() + " was lost before the end of what was done under it",
                    lease.token(),
                    Outcome.UNKNOWN);
        }
        return result;
    }

    /**
     * The same lock as the JDK has them: owned by a thread, re-entrant. Its {@code lock()} waits without limit, its {@code
     * unlock()} is {@link LockLease#close()}; taking it once more after it was lost throws {@link LeaseLostException}.
     * Each call makes another one with a count of its own: a thread that used two of them on one path would wait for itself.
     */
    public Lock asLock() {
        return new ReentrantView(this);
    }

    long nanoTime() {
        return loop.nanoTime();
    }

    @Override
    public String toString() {
        return "DistributedLock[" + path + "]";
    }

    private Acquisition acquisition(Duration wait) {
        return wait.isZero() || wait.isNegative()
                ? Acquisition.onlyIfFree(loop, path, options)
                : Acquisition.queued(loop, path, options, wait);
    }

    private Optional<LockLease> await(Acquisition acquisition) throws InterruptedException {
        if (loop.isCurrent()) {
            throw new IllegalStateException(
                    "waiting for a lock on the event loop would wait for itself: use acquireAsync");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        acquisition.start();
        try {
            return loop.awaitWithoutLimit(acquisition.result());
        } catch (InterruptedException e) {
            acquisition.abandon();
            throw e;
        }
    }

    private CompletableFuture<LockLease> start(Acquisition acquisition, @Nullable Duration wait) {
        try {
            acquisition.start();
        } catch (ClientClosedException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<LockLease> future =
                loop.handOut(acquisition.result().thenApply(lease -> lease.orElseThrow(() -> timeout(wait))));
        // Whoever completes it before us does not want it any more.
        future.whenComplete((lease, failure) -> {
            if (lease == null || lease != acquisition.lease()) {
                acquisition.abandon();
            }
        });
        return future;
    }

    private LockTimeoutException timeout(@Nullable Duration wait) {
        return new LockTimeoutException("the lock " + path + " was not acquired within " + wait);
    }
}
