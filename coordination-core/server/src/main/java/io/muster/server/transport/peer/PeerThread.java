package io.muster.server.transport.peer;

import io.muster.replica.zab.PeerInput;
import io.muster.server.transport.Sockets;
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
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread on which the connections between members live, and what they have in common. */
final class PeerThread {
    private static final Logger log = LoggerFactory.getLogger(PeerThread.class);
    private static final int CLOSE_TIMEOUT_SECONDS = 10;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

    private final PeerNetworkSettings settings;
    private final Consumer<List<PeerInput>> inputs;
    private final Sockets sockets;
    private final MultiThreadIoEventLoopGroup threads;
    private final EventLoop loop;
    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
    /** Names may take long to resolve, and nothing else is to wait for that. */
    private final ExecutorService resolver =
            Executors.newCachedThreadPool(new DefaultThreadFactory("muster-peer-names", true));

    private List<PeerInput> gathered = new ArrayList<>();

    PeerThread(PeerNetworkSettings settings, Consumer<List<PeerInput>> inputs) {
        this.settings = settings;
        this.inputs = inputs;
        this.sockets = Sockets.best(settings.nativeTransport());
        this.threads =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("muster-peer", true), sockets.handlers());
        this.loop = threads.next();
    }

    EventLoop loop() {
        return loop;
    }

    /** By this thread, behind what it does at present. Nothing once it was closed. */
    void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("the network between the members is closed already", e);
        }
    }

    void schedule(Runnable task, long delayMs) {
        loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    /** Hands an input over, with all others of the present round of the thread. */
    void report(PeerInput input) {
        if (gathered.isEmpty()) {
            execute(this::handOver);
        }
        gathered.add(input);
    }

    private void handOver() {
        List<PeerInput> all = gathered;
        gathered = new ArrayList<>();
        inputs.accept(all);
    }

    /** Every channel's handler is its own. */
    ServerBootstrap listening(Supplier<ChannelHandler> handler) {
        return new ServerBootstrap()
                .group(threads)
                .channel(sockets.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, settings.tcpKeepAlive())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(initializer(handler));
    }

    private ChannelInitializer<Channel> initializer(Supplier<ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channels.add(channel);
                channel.pipeline().addLast(handler.get());
            }
        };
    }

    /**
     * Connects, with what belongs to the channel done on this thread.
     *
     * @param failed is told why there is no connection, on this thread
     */
    void connect(String host, int port, ChannelHandler handler, Consumer<Channel> connected, Consumer<String> failed) {
        resolve(
                host,
                address -> new Bootstrap()
                        .group(threads)
                        .channel(sockets.channel())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, settings.tcpKeepAlive())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMs())
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .handler(initializer(() -> handler))
                        .connect(new InetSocketAddress(address, port))
                        .addListener((io.netty.channel.ChannelFuture done) -> {
                            if (done.isSuccess()) {
                                connected.accept(done.channel());
                            } else {
                                failed.accept(String.valueOf(done.cause().getMessage()));
                            }
                        }),
                failed);
    }

    private void resolve(String host, Consumer<InetAddress> found, Consumer<String> failed) {
        Runnable task = () -> {
            try {
                InetAddress address = InetAddress.getByName(host);
                execute(() -> found.accept(address));
            } catch (UnknownHostException e) {
                execute(() -> failed.accept("the name " + host + " is not known"));
            }
        };
        try {
            resolver.execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("the network between the members is closed already", e);
        }
    }

    /** Blocks until all sockets are closed and the thread has ended. */
    void close(Runnable last) {
        try {
            loop.submit(last).get(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            log.warn("the network between the members could not be closed in good order", e);
        }
        resolver.shutdownNow();
        // not left to the thread: one that is told to end just as it looks for work leaves its sockets open
        channels.close().awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        threads.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS + 1, TimeUnit.SECONDS);
    }
}
