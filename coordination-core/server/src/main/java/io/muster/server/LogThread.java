package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.state.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Does what the serial loop wants done with the disk. Of transactions it writes all that wait in one write and one force,
 * while the loop prepares more. When a force has returned, the loop is told up to which transaction; when anything fails,
 * nothing is tried again.
 */
final class LogThread {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Journal journal;
    private final Inbox<DiskTask> waiting = new Inbox<>();
    private final Consumer<Input> done;
    private final Consumer<Throwable> failed;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean abandoned;

    /** @param done is told what was done, on this thread or one of the journal's */
    LogThread(Journal journal, String name, Consumer<Input> done, Consumer<Throwable> failed) {
        this.journal = journal;
        this.done = done;
        this.failed = failed;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks. */
    void add(List<DiskTask> tasks) {
        waiting.add(tasks);
    }

    private void run() {
        try {
            while (true) {
                boolean last = stopping;
                List<DiskTask> batch = waiting.take(last ? 0 : WAIT_NANOS);
                if (abandoned || batch.isEmpty() && last) {
                    return;
                }
                carryOut(batch);
            }
        } catch (Throwable e) {
            failed.accept(e);
        }
    }

    private void carryOut(List<DiskTask> batch) throws IOException {
        List<Transaction> transactions = new ArrayList<>();
        for (DiskTask task : batch) {
            if (task instanceof DiskTask.Append append) {
                transactions.addAll(append.transactions());
            } else if (task instanceof DiskTask.OfMember ofMember) {
                append(transactions);
                transactions.clear();
                if (!abandoned) {
                    journal.carryOut(ofMember, this::tell);
                }
            }
        }
        append(transactions);
    }

    private void append(List<Transaction> transactions) throws IOException {
        if (!transactions.isEmpty() && !abandoned) {
            journal.append(transactions);
            journal.force();
            tell(new Input.Persisted(transactions.get(transactions.size() - 1).zxid()));
        }
    }

    private void tell(Input input) {
        if (!abandoned) {
            done.accept(input);
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
