package io.muster.server.transport.peer;

import io.muster.replica.zab.PeerInput;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What a network reported, in order, for a test to wait for. */
final class Heard implements Consumer<List<PeerInput>> {
    private static final int TIMEOUT_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<PeerInput> all = new ArrayList<>();
    private int looked;

    @Override
    public void accept(List<PeerInput> inputs) {
        lock.lock();
        try {
            all.addAll(inputs);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<PeerInput> all() {
        lock.lock();
        try {
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    /** The next input of this kind, behind those that were looked at before; what is between is passed over. */
    <I extends PeerInput> I next(Class<I> kind) {
        return next(kind, input -> true);
    }

    <I extends PeerInput> I next(Class<I> kind, Predicate<I> which) {
        long left = TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        lock.lock();
        try {
            int from = looked;
            while (true) {
                for (; looked < all.size(); looked++) {
                    PeerInput input = all.get(looked);
                    if (kind.isInstance(input) && which.test(kind.cast(input))) {
                        looked++;
                        return kind.cast(input);
                    }
                }
                if (left <= 0) {
                    throw new AssertionError("no " + kind.getSimpleName() + " came, but " + all.subList(from, looked));
                }
                left = more.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            lock.unlock();
        }
    }
}
