package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.state.Transaction;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Writes what the serial loop appends: all that waits in one write and one force, while the loop prepares more. When a
 * force has returned, the loop is told up to which transaction; when one fails, nothing is tried again.
 */
final class LogThread {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Journal journal;
    private final Inbox<Transaction> waiting = new Inbox<>();
    private final Consumer<Input> persisted;
    private final Consumer<Throwable> failed;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean abandoned;

    LogThread(Journal journal, String name, Consumer<Input> persisted, Consumer<Throwable> failed) {
        this.journal = journal;
        this.persisted = persisted;
        this.failed = failed;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks; the list must not change after. */
    void append(List<Transaction> transactions) {
        waiting.add(transactions);
    }

    private void run() {
        try {
            while (true) {
                boolean last = stopping;
                List<Transaction> batch = waiting.take(last ? 0 : WAIT_NANOS);
                if (abandoned) {
                    return;
                }
                if (!batch.isEmpty()) {
                    journal.append(batch);
                    journal.force();
                    if (abandoned) {
                        return;
                    }
                    persisted.accept(
                            new Input.Persisted(batch.get(batch.size() - 1).zxid()));
                } else if (last) {
                    return;
                }
            }
        } catch (Throwable e) {
            failed.accept(e);
        }
    }

    /** Writes nothing more than what it is about to write, and never says that anything is persisted. */
    void abandon() {
        abandoned = true;
        waiting.wake();
    }

    /** Writes what waits, then ends. Blocks for at most the timeout; false if the thread still runs then. */
    boolean stop(int timeoutMs) throws InterruptedException {
        stopping = true;
        waiting.wake();
        if (Thread.currentThread() != thread) {
            thread.join(timeoutMs);
        }
        return !thread.isAlive();
    }
}
