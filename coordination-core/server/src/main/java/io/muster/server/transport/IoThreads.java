package io.muster.server.transport;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Netty's threads, and the sockets that live on them: of the client port, or of the network between members. Any thread. */
public final class IoThreads implements AutoCloseable {
    private static final int CLOSE_TIMEOUT_SECONDS = 10;
    /** Above the high mark a connection is not writable until it is below the low one. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

    private final Sockets sockets;
    private final MultiThreadIoEventLoopGroup threads;
    private final List<EventLoop> loops = new ArrayList<>();
    private final boolean keepAlive;
    /** Of all channels, however young. Once this was closed, one that comes late is closed at once. */
    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

    /**
     * @param name of the threads
     * @param count of the threads, at least 1
     * @param nativeAllowed whether to use Linux's own sockets where there are some
     * @param keepAlive whether the system looks after connections on which nothing is said
     */
    public IoThreads(String name, int count, boolean nativeAllowed, boolean keepAlive) {
        this.sockets = Sockets.best(nativeAllowed);
        this.threads = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, true), sockets.handlers());
        this.keepAlive = keepAlive;
        for (EventExecutor thread : threads) {
            loops.add((EventLoop) thread);
        }
    }

    /** Which of Netty's transports it uses: {@code nio} or {@code epoll}. */
    public String transport() {
        return sockets.name();
    }

    public List<EventLoop> loops() {
        return loops;
    }

    /** @param handler makes the handler of each connection that is accepted */
    public ServerBootstrap listening(Function<SocketChannel, ChannelHandler> handler) {
        return with(new ServerBootstrap(), sockets.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channels.add(channel);
                    }
                })
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, keepAlive)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(initializer(handler));
    }

    /** @param handler of the connection */
    public Bootstrap connecting(ChannelHandler handler) {
        return with(new Bootstrap(), sockets.channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, keepAlive)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(initializer(channel -> handler));
    }

    private <B extends AbstractBootstrap<B, C>, C extends Channel> B with(B bootstrap, Class<? extends C> channel) {
        return bootstrap.group(threads).channel(channel);
    }

    private ChannelInitializer<SocketChannel> initializer(Function<SocketChannel, ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channels.add(channel);
                channel.pipeline().addLast(handler.apply(channel));
            }
        };
    }

    /**
     * Runs through all threads once: what had arrived on the sockets when this was called has been taken when it returns, unless
     * that takes longer than the timeout.
     */
    public void readAllThatArrived(int timeoutMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        // twice: the first may be met in a round that has selected its sockets before
        for (int round = 0; round < 2; round++) {
            for (EventLoop loop : loops) {
                long leftNanos = Math.max(0, deadline - System.nanoTime());
                loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).awaitUninterruptibly(leftNanos, TimeUnit.NANOSECONDS);
            }
        }
    }

    /** Closes all sockets; blocks until the threads have ended. */
    @Override
    public void close() {
        // not left to the threads: one that is told to end just as it looks for work leaves its sockets open
        channels.close().awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        threads.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS + 1, TimeUnit.SECONDS);
    }
}
