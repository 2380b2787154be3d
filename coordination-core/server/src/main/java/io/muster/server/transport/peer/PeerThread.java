package io.muster.server.transport.peer;

import io.muster.replica.zab.PeerInput;
import io.muster.server.transport.IoThreads;
import io.muster.server.transport.Refusal;
import io.muster.server.transport.RefusalLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
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

    private final PeerNetworkSettings settings;
    private final Consumer<List<PeerInput>> inputs;
    private final IoThreads threads;
    private final EventLoop loop;
    /** Names may take long to resolve, and nothing else is to wait for that. */
    private final ExecutorService resolver =
            Executors.newCachedThreadPool(new DefaultThreadFactory("muster-peer-names", true));

    private final RefusalLog refusals = new RefusalLog();
    private List<PeerInput> gathered = new ArrayList<>();

    PeerThread(PeerNetworkSettings settings, Consumer<List<PeerInput>> inputs) {
        this.settings = settings;
        this.inputs = inputs;
        this.threads = new IoThreads("muster-peer", 1, settings.nativeTransport(), settings.tcpKeepAlive());
        this.loop = threads.loops().get(0);
    }

    void readAllThatArrived(int timeoutMs) {
        threads.readAllThatArrived(timeoutMs);
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
        return threads.listening(channel -> handler.get());
    }

    /**
     * Connects, with what belongs to the channel done on this thread.
     *
     * @param timeoutMs for the name, and then for the connection, at least 1
     * @param failed is told why there is no connection, on this thread, behind what it does at present
     */
    void connect(
            String host,
            int port,
            int timeoutMs,
            ChannelHandler handler,
            Consumer<Channel> connected,
            Consumer<String> failed) {
        resolve(
                host,
                timeoutMs,
                address -> {
                    if (address.isAnyLocalAddress()) {
                        failed.accept(host + " is no address of one machine");
                    } else {
                        connect(new InetSocketAddress(address, port), timeoutMs, handler, connected, failed);
                    }
                },
                failed);
    }

    private void connect(
            InetSocketAddress address,
            int timeoutMs,
            ChannelHandler handler,
            Consumer<Channel> connected,
            Consumer<String> failed) {
        threads.connecting(handler)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
                .connect(address)
                .addListener(here(done -> {
                    if (done.isSuccess()) {
                        connected.accept(done.channel());
                    } else {
                        failed.accept(String.valueOf(done.cause().getMessage()));
                    }
                }));
    }

    /** A listener that is called on this thread: without a file descriptor left, Netty calls it on one of its own. */
    ChannelFutureListener here(Consumer<ChannelFuture> listener) {
        return done -> {
            if (loop.inEventLoop()) {
                listener.accept(done);
            } else {
                execute(() -> listener.accept(done));
            }
        };
    }

    /** What is called is called on this thread, behind what it does at present. */
    void resolve(String host, int timeoutMs, Consumer<InetAddress> found, Consumer<String> failed) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            execute(() -> found.accept(literal));
            return;
        }
        boolean[] answered = {false};
        schedule(
                () -> once(
                        answered, () -> failed.accept("the name " + host + " was not found in " + timeoutMs + " ms")),
                timeoutMs);
        Runnable task = () -> {
            try {
                InetAddress address = InetAddress.getByName(host);
                execute(() -> once(answered, () -> found.accept(address)));
            } catch (UnknownHostException e) {
                execute(() -> once(answered, () -> failed.accept("the name " + host + " is not known")));
            }
        };
        try {
            resolver.execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("the network between the members is closed already", e);
        }
    }

    private static void once(boolean[] done, Runnable action) {
        if (!done[0]) {
            done[0] = true;
            action.run();
        }
    }

    /** Says why somebody's connection is closed; of one kind and address once in a minute. */
    void refused(Channel channel, String kind, String why) {
        String remote = channel.remoteAddress() instanceof InetSocketAddress address
                ? address.getHostString()
                : String.valueOf(channel.remoteAddress());
        refusals.log(remote, new Refusal(kind, "server " + settings.serverId() + ": " + why));
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
        threads.close();
    }
}
