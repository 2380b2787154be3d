package io.muster.client.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * All that the client needs from the world: time, chance, an event loop, threads for user code, connections and waiting.
 * {@link io.muster.client.transport.NettyRuntime} is the real one; a simulator brings another. One runtime may serve
 * any number of clients.
 */
public interface ClientRuntime {

    /** Monotonic and not negative; from which origin does not matter. Any thread. */
    long nanoTime();

    /** A number from 0 up to but without {@code bound}, which is positive. Any thread. */
    long random(long bound);

    /** A loop for one client. Any thread. */
    Loop newLoop(String clientName);

    /**
     * An executor that runs its tasks one after the other, in order, never on a loop's thread. It never blocks nor refuses
     * while the runtime lives; a task that throws does not keep later ones from running.
     *
     * @param over where to run them, or null for the runtime's own threads
     */
    Executor newSerialExecutor(@Nullable Executor over);

    /**
     * Waits until the future is complete. Never called on a loop's thread.
     *
     * @param deadlineNanos in terms of {@link #nanoTime()}
     * @throws TimeoutException when the deadline came first; the future is left as it is
     */
    <T> T await(CompletableFuture<T> future, long deadlineNanos)
            throws InterruptedException, ExecutionException, TimeoutException;

    /** One thread of control: its tasks, timers and connection callbacks run one at a time, in order of their coming. */
    interface Loop extends Executor {

        /** Whether the caller runs on this loop. */
        boolean isCurrent();

        /** Runs a task on the loop later. Any thread. */
        Timer schedule(long delayNanos, Runnable task);

        /**
         * Begins to connect. On the loop. The name is resolved now, without blocking the loop.
         *
         * @param host a name or an address
         * @param timeoutNanos for resolving and connecting together
         * @param maxFrameBytes a longer frame closes the connection
         * @return at once; {@code listener} tells what became of it, never from within this call
         */
        Connection connect(String host, int port, long timeoutNanos, int maxFrameBytes, ConnectionListener listener);

        /** Gives the loop back; tasks that were handed in still run. */
        void close();
    }

    /** A task that waits for its time. */
    interface Timer {
        /** Keeps the task from running, unless it has begun. Any thread. */
        void cancel();
    }

    /** A stream of frames to a server. Used on the loop only. */
    interface Connection {

        /**
         * Puts bytes in line, length prefix included; does not keep the array. They leave with the next {@link #flush()} at
         * the latest. Does nothing when the connection is not open.
         */
        void write(byte[] bytes, int offset, int length);

        void flush();

        /** Sends what was flushed if that is possible without waiting, then closes. Closing twice is closing once. */
        void close();
    }

    /** Called on the loop, in this order: {@code opened} at most once, frames, {@code closed} exactly once. */
    interface ConnectionListener {
        void opened();

        /** @param frame one whole frame without its length; the receiver's own */
        void frame(byte[] frame);

        /** @param cause null when either side closed it in order */
        void closed(@Nullable Throwable cause);
    }
}
