package io.muster.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The client as those see it who build on it: the same operations, but futures complete, watchers and listeners are
 * called, <em>on the client's event loop</em>. Application code has no business here.
 *
 * <p><b>How a recipe is written.</b> Once, asynchronously, as if single-threaded. A public method does {@code
 * loop.execute(() -> ...)} and from there on all of the recipe's state is touched on the loop only, without locks:
 * continuations of these futures ({@code thenCompose}, {@code whenComplete}; never the {@code *Async} variants without an
 * executor), watchers and timers all run there. (A continuation added on another thread to a future that is complete
 * runs on that thread: that is why to begin with {@code execute}.) Nothing on the loop may block or take long; a blocking
 * operation throws {@link IllegalStateException} there. The result goes out by {@link #handOut}, so that the
 * dependents of the user's future run on the client's callback executor; listeners of the recipe are called on an executor of
 * its own, from {@link #newSerialExecutor()}. The blocking method is {@code loop.await(future, timeout)} on the
 * recipe's own future, not on the one that was handed out, so that it works inside a callback too.
 *
 * <p>On the loop an event comes before the completion of any later read, and both in the server's order.
 */
public final class EventLoop extends AsyncOperations {
    private final ClientCore core;

    EventLoop(ClientCore core, long timeoutNanos) {
        super(core.calls(), timeoutNanos);
        this.core = core;
    }

    /** The same operations with another deadline. */
    public AsyncOperations within(Duration timeout) {
        return new LoopView(calls, timeout);
    }

    /**
     * Runs a task on the loop: after what was handed in before. Any thread.
     *
     * @throws ClientClosedException if the client was closed; the task does not run then
     */
    public void execute(Runnable task) {
        if (!core.tryExecute(task)) {
            throw new ClientClosedException("client " + core.name() + " is closed", Outcome.NOT_APPLIED);
        }
    }

    /** Whether the caller runs on the loop. */
    public boolean isCurrent() {
        return core.loop().isCurrent();
    }

    /**
     * Runs a task on the loop later, unless the result is closed before. Any thread.
     *
     * @throws ClientClosedException if the client was closed; the task does not run then, nor when it is closed later
     */
    public Subscription schedule(Duration delay, Runnable task) {
        try {
            return core.loop().schedule(delay.toNanos(), task)::cancel;
        } catch (RejectedExecutionException e) {
            throw new ClientClosedException("client " + core.name() + " is closed", Outcome.NOT_APPLIED);
        }
    }

    /** The clock of all deadlines, {@link ClientSession#deadlineNanos()} among them. */
    public long nanoTime() {
        return core.runtime().nanoTime();
    }

    /** A number from 0 up to but without {@code bound}, for jitter and names. */
    public long random(long bound) {
        return core.runtime().random(bound);
    }

    /** An executor for one object's callbacks: in order, one at a time, never on the loop. */
    public Executor newSerialExecutor() {
        return core.newSerialExecutor();
    }

    /** The current session, or the last one; empty before the first. On the loop it does not change under the caller. */
    public Optional<ClientSession> session() {
        return core.status().session();
    }

    /**
     * Whether the client's closing has begun. Its session ends with it, and the server tells of the deletion of its
     * ephemeral znodes before that end: to a recipe they are no news.
     */
    public boolean isClosing() {
        return core.isClosing();
    }

    /** Calls the listener on the loop, without coalescing. Added on the loop, it misses nothing from then on. */
    public Subscription onConnectionEvent(Consumer<ConnectionEvent> listener) {
        return core.status().add(listener);
    }

    /** {@link ClientSession#ended()}, completed on the loop. */
    public CompletableFuture<SessionLoss> ended(ClientSession session) {
        return ((SessionHandle) session).endedOnLoop();
    }

    /** {@link Heartbeat#lost()}, completed on the loop. */
    public CompletableFuture<SessionLoss> lost(Heartbeat heartbeat) {
        return ((SessionHandle.Hold) heartbeat).lostOnLoop();
    }

    /** A copy of a future of the loop's, for user code: its dependents run on the client's callback executor. */
    public <T> CompletableFuture<T> handOut(CompletableFuture<T> onLoop) {
        return core.futures().handOut(onLoop);
    }

    /**
     * Waits for a future of the loop's; from any thread but the loop's. Throws what it failed with, if that is unchecked.
     *
     * @throws TimeoutExceededException with {@link Outcome#UNKNOWN} when it is not complete in time
     */
    public <T> T await(CompletableFuture<T> onLoop, Duration timeout) throws InterruptedException {
        return core.futures().await(onLoop, timeout.toNanos());
    }

    /** The same for as long as it takes: for a future that completes by a deadline of its own. */
    public <T> T awaitWithoutLimit(CompletableFuture<T> onLoop) throws InterruptedException {
        return core.futures().await(onLoop, Long.MAX_VALUE);
    }

    @Override
    <T> CompletableFuture<T> deliver(CompletableFuture<T> onLoop) {
        return onLoop;
    }

    @Override
    WatchDelivery delivery(Watcher watcher) {
        return WatchDelivery.onLoop(core, watcher);
    }
}
