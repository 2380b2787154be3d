package io.muster.client.transport;

import io.muster.client.runtime.ClientRuntime;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Real time, real threads, and connections through Netty. */
public final class NettyRuntime implements ClientRuntime, AutoCloseable {
    private static final long QUIET_MS = 20;
    private static final long SHUTDOWN_MS = 2_000;
    private static final long IDLE_THREAD_SECONDS = 10;

    private final long originNanos = System.nanoTime();
    private final EventLoopGroup group;
    private final boolean ownsGroup;
    /** As many threads as callbacks run at the same time; a serial executor takes one at most. */
    private final ThreadPoolExecutor threads;

    private NettyRuntime(EventLoopGroup group, boolean ownsGroup) {
        this.group = group;
        this.ownsGroup = ownsGroup;
        ThreadFactory factory = new DefaultThreadFactory("muster-callback", true);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                factory,
                // A late callback must be told that all is over: after the end each has a thread of its own.
                (task, pool) -> factory.newThread(task).start());
    }

    /** One I/O thread of its own, and threads for callbacks as they are needed; all daemons. */
    public static NettyRuntime create() {
        return new NettyRuntime(
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("muster-client", true), NioIoHandler.newFactory()),
                true);
    }

    /** On the I/O threads of somebody else, who closes them, after this; the group must be one for NIO channels. */
    public static NettyRuntime on(EventLoopGroup group) {
        return new NettyRuntime(group, false);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() - originNanos;
    }

    @Override
    public long random(long bound) {
        return ThreadLocalRandom.current().nextLong(bound);
    }

    @Override
    public Loop newLoop(String clientName) {
        return new NettyLoop(group.next());
    }

    @Override
    public Executor newSerialExecutor(@Nullable Executor over) {
        return new SerialExecutor(over == null ? threads : over, threads);
    }

    @Override
    public <T> T await(CompletableFuture<T> future, long deadlineNanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(Math.max(0, deadlineNanos - nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Ends its threads, once they have done what was handed in; does not wait for that. Closing twice is closing once. */
    @Override
    public void close() {
        threads.shutdown();
        if (ownsGroup) {
            group.shutdownGracefully(QUIET_MS, SHUTDOWN_MS, TimeUnit.MILLISECONDS);
        }
    }

    private final class NettyLoop implements Loop {
        private final EventLoop eventLoop;

        NettyLoop(EventLoop eventLoop) {
            this.eventLoop = eventLoop;
        }

        @Override
        public boolean isCurrent() {
            return eventLoop.inEventLoop();
        }

        @Override
        public void execute(Runnable task) {
            eventLoop.execute(task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            ScheduledFuture<?> scheduled = eventLoop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }

        @Override
        public Connection connect(
                String host, int port, long timeoutNanos, int maxFrameBytes, ConnectionListener listener) {
            NettyConnection connection = new NettyConnection(eventLoop, maxFrameBytes, listener);
            connection.open(host, port, timeoutNanos, threads);
            return connection;
        }

        @Override
        public void close() {
            // the thread is the group's
        }
    }
}
