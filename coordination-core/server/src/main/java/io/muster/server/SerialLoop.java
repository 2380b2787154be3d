package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.Replica;
import io.muster.replica.state.State;
import io.muster.server.transport.ClientPort;
import io.muster.server.transport.Core;
import io.muster.server.transport.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the {@link Replica}. It takes all that waits in the inbox, steps the replica through it, hands
 * the batch's transactions to the log thread and everything else to the I/O threads, and begins anew. When nothing comes
 * it ticks.
 *
 * <p>Anything that the replica throws ends the server: what it holds is no longer to be trusted.
 */
final class SerialLoop implements Core {
    private static final Logger log = LoggerFactory.getLogger(SerialLoop.class);
    private static final int READ_ALL_TIMEOUT_MS = 1_000;

    private final String server;
    private final Ensemble ensemble;
    private final DiskTasks disk;
    private final Consumer<State> onPublished;
    private final Consumer<Throwable> failed;
    private final Inbox<Input> inbox;
    private final long tickNanos;

    private final Queue<Question<?>> questions = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;
    private volatile Published published;
    private volatile int watchCount;
    private volatile int waiting;
    /** Handshakes that no batch has taken yet. */
    private final AtomicInteger handshakes = new AtomicInteger();

    private volatile boolean stopping;
    private @Nullable Thread thread;

    /**
     * @param tickTimeMs half of it is the longest that the loop sleeps
     * @param disk where what is wanted of the disk is gathered
     * @param onPublished gets every state that is published; must not block
     * @param failed gets what ends the loop, if it is not {@link #stop}
     */
    SerialLoop(
            String server,
            int tickTimeMs,
            Ensemble ensemble,
            DiskTasks disk,
            Inbox<Input> inbox,
            State recovered,
            Consumer<State> onPublished,
            Consumer<Throwable> failed) {
        this.server = server;
        this.ensemble = ensemble;
        this.disk = disk;
        this.inbox = inbox;
        this.onPublished = onPublished;
        this.failed = failed;
        this.tickNanos = TimeUnit.MILLISECONDS.toNanos(Math.max(1, tickTimeMs / 2));
        this.published = new Published(recovered, 0, ensemble.wire() == null);
    }

    void start(LogThread toLog, ClientPort port) {
        Thread started = new Thread(() -> run(toLog, port), server + "-core");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    @Override
    public void submit(List<Input> inputs) {
        inbox.add(inputs);
    }

    @Override
    public Published published() {
        return published;
    }

    @Override
    public int waiting() {
        return waiting + handshakes.get();
    }

    @Override
    public void handshakeComes() {
        handshakes.incrementAndGet();
    }

    /** Watches that are set, as of the last batch. */
    int watchCount() {
        return watchCount;
    }

    /**
     * Asks between two batches. Any thread; never blocks.
     *
     * @param question runs on the loop's thread; must not change anything, and holds up everybody while it runs
     * @return completes on the loop's thread; with a {@link CancellationException} if the loop has ended
     */
    <T> CompletableFuture<T> ask(Function<Replica, T> question) {
        Question<T> asked = new Question<>(question, new CompletableFuture<>());
        questions.add(asked);
        inbox.add(List.of());
        if (ended) {
            refuseQuestions();
        }
        return asked.answer;
    }

    private record Question<T>(Function<Replica, T> question, CompletableFuture<T> answer) {
        void put(Replica replica) {
            try {
                answer.complete(question.apply(replica));
            } catch (RuntimeException | OutOfMemoryError e) {
                // an answer that does not fit into the memory is the loss of who asked
                answer.completeExceptionally(e);
            }
        }
    }

    private void answerQuestions(Replica replica) {
        List<Question<?>> asked = new ArrayList<>();
        for (Question<?> next = questions.poll(); next != null; next = questions.poll()) {
            asked.add(next);
        }
        // who asks on when it is answered waits for the next batch
        asked.forEach(question -> question.put(replica));
    }

    private void refuseQuestions() {
        for (Question<?> next = questions.poll(); next != null; next = questions.poll()) {
            next.answer.completeExceptionally(new CancellationException("the server has stopped"));
        }
    }

    private void run(LogThread toLog, ClientPort port) {
        try {
            BatchOutputs outputs = new BatchOutputs(published.state(), port::connection, disk, ensemble.wire());
            Replica replica = ensemble.start(ServerClocks.now(), outputs);
            long lastNanos = System.nanoTime();
            while (!stopping) {
                List<Input> inputs = inbox.take(sleepNanos(replica, lastNanos));
                long now = System.nanoTime();
                if (now - lastNanos > 3 * tickNanos) {
                    inputs = afterPause(inputs, now - lastNanos, port);
                }
                lastNanos = now;
                batch(replica, inputs, outputs, toLog);
                answerQuestions(replica);
            }
        } catch (Throwable e) {
            failed.accept(e);
        } finally {
            ended = true;
            refuseQuestions();
        }
    }

    private long sleepNanos(Replica replica, long lastNanos) {
        long untilTick = lastNanos + tickNanos - System.nanoTime();
        long dueMs = replica.dueMs();
        if (dueMs == Long.MAX_VALUE) {
            return untilTick;
        }
        long now = ServerClocks.now().monotonicMs();
        return Math.min(untilTick, TimeUnit.MILLISECONDS.toNanos(dueMs - now));
    }

    /** Clients may have spoken while this process could not listen: they are heard before their sessions expire. */
    private List<Input> afterPause(List<Input> inputs, long pauseNanos, ClientPort port) {
        log.warn(
                "server={} pausedMs={} (a long garbage collection, or a stopped process)",
                server,
                TimeUnit.NANOSECONDS.toMillis(pauseNanos));
        port.readAllThatArrived(READ_ALL_TIMEOUT_MS);
        ensemble.readAllThatArrived(READ_ALL_TIMEOUT_MS);
        List<Input> all = new ArrayList<>(inputs);
        all.addAll(inbox.take(0));
        return all;
    }

    private void batch(Replica replica, List<Input> inputs, BatchOutputs outputs, LogThread toLog) {
        replica.step(ServerClocks.tick(), outputs);
        int connects = 0;
        for (Input input : inputs) {
            replica.step(input, outputs);
            if (input instanceof Input.Connect) {
                connects++;
            }
        }
        replica.endBatch(outputs);
        watchCount = replica.watchCount();
        waiting = replica.waitingCount();
        handshakes.addAndGet(-connects);
        List<DiskTask> tasks = disk.take();
        if (!tasks.isEmpty()) {
            toLog.add(tasks);
        }
        ensemble.flush();
        outputs.deliver(this::publish);
    }

    private void publish(Published next) {
        boolean isNew = next.isServing() && (!published.isServing() || next.state() != published.state());
        published = next;
        if (isNew) {
            onPublished.accept(next.state());
        }
    }

    /** Ends after the present batch. Blocks for at most the timeout; false if the thread still runs then. */
    boolean stop(int timeoutMs) throws InterruptedException {
        stopping = true;
        inbox.wake();
        Thread running = thread;
        if (running == null || running == Thread.currentThread()) {
            return true;
        }
        running.join(timeoutMs);
        return !running.isAlive();
    }
}
