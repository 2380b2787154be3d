package io.muster.recipes.lock;

import io.muster.client.Outcome;
import io.muster.recipes.lease.LeaseLostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A distributed lock as the JDK has locks: owned by a thread, which may take it several times. Threads of this JVM that share
 * it line up locally first, so that one of them at a time is in the distributed queue.
 */
final class ReentrantView implements Lock {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final DistributedLock lock;
    private final ReentrantLock local = new ReentrantLock(true);

    /** Of the thread that holds {@link #local}, which guards it. */
    private @Nullable LockLease lease;

    ReentrantView(DistributedLock lock) {
        this.lock = lock;
    }

    @Override
    public void lock() {
        boolean interrupted = false;
        while (true) {
            try {
                lockInterruptibly();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (!tryLock(FOR_EVER.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("for ever is over");
        }
    }

    /** Asks the server, so it may throw what {@link DistributedLock#tryAcquire()} throws; never queues. */
    @Override
    public boolean tryLock() {
        if (!local.tryLock()) {
            return false;
        }
        return complete(() -> {
            boolean interrupted = Thread.interrupted();
            try {
                return lock.tryAcquire();
            } catch (InterruptedException e) {
                interrupted = true;
                return Optional.empty();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long beginNanos = lock.nanoTime();
        long waitNanos = unit.toNanos(time);
        if (!local.tryLock(waitNanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        return complete(() -> lock.tryAcquire(Duration.ofNanos(waitNanos - (lock.nanoTime() - beginNanos))));
    }

    /** @throws IllegalMonitorStateException if another thread holds it, or none */
    @Override
    public void unlock() {
        if (!local.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException(lock + " is not held by this thread");
        }
        try {
            LockLease held = lease;
            if (local.getHoldCount() == 1 && held != null) {
                lease = null;
                held.close();
            }
        } finally {
            local.unlock();
        }
    }

    /** Not supported: what a condition waits for would have to be told by other processes. */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("a distributed lock has no conditions: watch a znode");
    }

    @Override
    public String toString() {
        return "ReentrantView[" + lock + "]";
    }

    private interface Attempt<X extends Exception> {
        Optional<LockLease> run() throws X;
    }

    /** The local lock was taken; it is given back unless the other one is ours too. */
    private <X extends Exception> boolean complete(Attempt<X> attempt) throws X {
        boolean done = false;
        try {
            LockLease held = lease;
            if (local.getHoldCount() > 1 && held != null) {
                if (!held.isHeld()) {
                    throw new LeaseLostException(
                            lock + " was lost while this thread held it: unlock it as often as it was locked",
                            held.token(),
                            Outcome.NOT_APPLIED);
                }
                done = true;
            } else {
                lease = attempt.run().orElse(null);
                done = lease != null;
            }
            return done;
        } finally {
            if (!done) {
                local.unlock();
            }
        }
    }
}
