package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.zab.Recovered;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps transactions in memory; its force can be held up or made to fail. */
final class MemoryJournal implements Journal {
    final List<Transaction> appended = new ArrayList<>();
    final AtomicInteger forces = new AtomicInteger();
    /** Reached when a force has begun. */
    volatile CountDownLatch forcing = new CountDownLatch(1);

    private volatile @Nullable CountDownLatch gate;
    private volatile @Nullable IOException failure;
    volatile boolean closed;

    /** Forces that begin from now on wait for {@link #release}. */
    void hold() {
        forcing = new CountDownLatch(1);
        gate = new CountDownLatch(1);
    }

    void release() {
        CountDownLatch closedGate = gate;
        gate = null;
        if (closedGate != null) {
            closedGate.countDown();
        }
    }

    /** The next force fails with this. */
    void fail(IOException with) {
        failure = with;
    }

    @Override
    public synchronized void append(List<Transaction> transactions) {
        appended.addAll(transactions);
    }

    synchronized int size() {
        return appended.size();
    }

    @Override
    public void force() throws IOException {
        forces.incrementAndGet();
        CountDownLatch closedGate = gate;
        forcing.countDown();
        if (closedGate != null) {
            try {
                closedGate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        IOException with = failure;
        if (with != null) {
            throw with;
        }
    }

    @Override
    public Recovered history() {
        throw new IllegalStateException("this server is alone");
    }

    @Override
    public void carryOut(DiskTask.OfMember task, Consumer<Input> done) {
        throw new IllegalStateException("this server is alone");
    }

    @Override
    public void published(State state) {}

    @Override
    public void onFailure(Consumer<Throwable> failed) {}

    @Override
    public long slowForces() {
        return 0;
    }

    @Override
    public void stopWaiting() {}

    @Override
    public void close() {
        closed = true;
    }
}
