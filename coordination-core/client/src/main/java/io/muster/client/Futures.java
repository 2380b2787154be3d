package io.muster.client;

import io.muster.client.runtime.ClientRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Brings what the loop has found out to users: futures of theirs that complete elsewhere, and waiting. Any thread. */
final class Futures {
    private final String name;
    private final ClientRuntime runtime;
    private final ClientRuntime.Loop loop;
    /** Runs the dependents of all that is handed out, one after the other. */
    private final Executor completions;
    /** The thread that runs one now. */
    private volatile @Nullable Thread completing;

    Futures(String name, ClientRuntime runtime, ClientRuntime.Loop loop, Executor completions) {
        this.name = name;
        this.runtime = runtime;
        this.loop = loop;
        this.completions = completions;
    }

    long deadlineAfter(long timeoutNanos) {
        return Calls.saturatedAdd(runtime.nanoTime(), timeoutNanos);
    }

    void requireNotOnLoop() {
        if (loop.isCurrent()) {
            throw new IllegalStateException(
                    "client " + name
                            + ": a blocking call on the event loop would wait for itself; use the asynchronous operations here");
        }
    }

    void requireNotCompleting() {
        if (completing == Thread.currentThread()) {
            throw new IllegalStateException(
                    "client " + name + ": waiting for one future in a dependent of another would"
                            + " wait for itself; compose them, or use a blocking operation of the client");
        }
    }

    <T> T await(CompletableFuture<T> onLoop, long timeoutNanos) throws InterruptedException {
        requireNotOnLoop();
        try {
            return runtime.await(onLoop, deadlineAfter(timeoutNanos));
        } catch (ExecutionException e) {
            Throwable cause = Calls.unwrap(e.getCause());
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("an operation failed in a way that it does not declare", cause);
        } catch (TimeoutException e) {
            throw new TimeoutExceededException(
                    "client " + name + ": no result after " + Duration.ofNanos(timeoutNanos), Outcome.UNKNOWN);
        }
    }

    <T> CompletableFuture<T> handOut(CompletableFuture<T> onLoop) {
        UserFuture<T> out = new UserFuture<>(this);
        onLoop.whenComplete((result, failure) -> complete(() -> {
            if (failure == null) {
                out.complete(result);
            } else {
                out.completeExceptionally(Calls.unwrap(failure));
            }
        }));
        return out;
    }

    private void complete(Runnable completion) {
        completions.execute(() -> {
            completing = Thread.currentThread();
            try {
                completion.run();
            } finally {
                completing = null;
            }
        });
    }

    /** Waits for a future that fails with what the client throws; false if it is not complete in time. */
    boolean awaitOnly(CompletableFuture<Void> onLoop, long timeoutNanos) throws InterruptedException {
        requireNotOnLoop();
        long deadlineNanos = deadlineAfter(timeoutNanos);
        try {
            runtime.await(onLoop, deadlineNanos);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CoordinationException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        }
    }
}
