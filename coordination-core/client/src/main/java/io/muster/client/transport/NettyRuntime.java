package io.muster.client.transport;

import io.muster.client.runtime.ClientRuntime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Real time, real threads, and connections through Netty. */
public final class NettyRuntime implements ClientRuntime, AutoCloseable {

    /** One I/O thread of its own, and threads for callbacks as they are needed; all daemons. */
    public static NettyRuntime create() {
        return new NettyRuntime();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long random(long bound) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Loop newLoop(String clientName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Executor newSerialExecutor(@Nullable Executor over) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T await(CompletableFuture<T> future, long deadlineNanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
