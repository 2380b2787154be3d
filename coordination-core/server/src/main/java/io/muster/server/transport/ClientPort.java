package io.muster.server.transport;

import io.muster.protocol.Request;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.state.AccessControl;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for clients. Any thread, but for what the connections call. */
public final class ClientPort implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClientPort.class);

    /** What a client that reads may have waiting at any moment: see the water marks. */
    private static final long ALWAYS_QUEUED_BYTES = 2 << 20;

    private static final long ALWAYS_UNREAD_BYTES = 1 << 14;

    private static final int CLOSE_TIMEOUT_SECONDS = 10;
    private static final int BETWEEN_THROTTLING_LINES_MS = 60_000;

    private final TransportSettings settings;
    private final ReplicaSettings replica;
    private final Words words;
    private final Traffic traffic;
    private final ConnectionThrottle throttle;
    private final LargeRequests largeRequests;
    /** Of requests whose end has not come yet: a client may announce a long one and never finish it. */
    private final SharedBytes unread;

    private final AtomicLong throttlingMentionedMs = new AtomicLong(Long.MIN_VALUE);
    private final RefusalLog refusals = new RefusalLog();
    private final IoThreads threads;
    private final Map<EventLoop, Lane> lanes = new HashMap<>();
    /** Of what waits for the clients to take it. */
    private final SharedBytes queued;

    private final AtomicLong lastNumber = new AtomicLong();
    /** Those that the serial loop knows. */
    private final ConcurrentHashMap<Long, ClientConnection> inCore = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<ClientConnection, Boolean> all = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Integer> countByAddress = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile @Nullable Channel listener;
    private volatile boolean letsIn;

    public ClientPort(TransportSettings settings, ReplicaSettings replica, Words words, Traffic traffic, Core core) {
        this.settings = settings;
        this.queued = new SharedBytes(settings.maxQueuedBytesOfAll(), ALWAYS_QUEUED_BYTES);
        this.replica = replica;
        this.words = words;
        this.traffic = traffic;
        this.throttle = new ConnectionThrottle(
                settings.connectionRate(),
                this::nowMs,
                () -> ThreadLocalRandom.current().nextDouble());
        this.unread = new SharedBytes(settings.maxUnreadBytes(), ALWAYS_UNREAD_BYTES);
        this.largeRequests = new LargeRequests(settings.largeRequestBytes(), settings.maxLargeRequestsBytes());
        this.threads =
                new IoThreads("muster-io", settings.ioThreads(), settings.nativeTransport(), settings.tcpKeepAlive());
        for (EventLoop loop : threads.loops()) {
            lanes.put(loop, new Lane(loop, core, settings.touchIntervalMs()));
        }
    }

    /**
     * Starts to listen: four-letter words are answered, handshakes are closed until {@link #letIn}. Blocks until the port is
     * bound.
     *
     * @return the address with the port that is bound
     * @throws UncheckedIOException if it cannot be bound
     */
    public InetSocketAddress open() {
        // who asks with a word may have ended its side before the answer: the connection decides
        ServerBootstrap bootstrap =
                threads.listening(this::connection).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        if (settings.backlog() > 0) {
            bootstrap.option(ChannelOption.SO_BACKLOG, settings.backlog());
        }
        ChannelFuture bound = bootstrap.bind(settings.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw new UncheckedIOException(
                    cause instanceof IOException io ? io : new IOException(cause.toString(), cause));
        }
        listener = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** From now on handshakes go to the loop, which must run. */
    public void letIn() {
        letsIn = true;
    }

    private ClientConnection connection(SocketChannel channel) {
        Lane lane = lanes.get(channel.eventLoop());
        if (lane == null) {
            throw new IllegalStateException("a channel on an I/O thread that is not ours");
        }
        return new ClientConnection(this, lane, channel, lastNumber.incrementAndGet());
    }

    /** Which of Netty's transports it uses: {@code nio} or {@code epoll}. */
    public String transport() {
        return threads.transport();
    }

    /** Where it listens, or null before it does. */
    public @Nullable InetSocketAddress address() {
        Channel open = listener;
        return open == null ? null : (InetSocketAddress) open.localAddress();
    }

    /** A connection that the serial loop was told of and that is not gone. */
    public @Nullable ClientConnection connection(long number) {
        return inCore.get(number);
    }

    /** What every connection says of itself, also those without a session. Completes on an I/O thread. */
    public CompletableFuture<List<ConnectionReport>> reports() {
        return askEach(ClientConnection::report);
    }

    /** Lets every connection count anew. Completes on an I/O thread with how many there are. */
    public CompletableFuture<Integer> resetConnectionStats() {
        return askEach(connection -> {
                    connection.resetStats();
                    return connection;
                })
                .thenApply(List::size);
    }

    private <T> CompletableFuture<List<T>> askEach(Function<ClientConnection, T> question) {
        CompletableFuture<List<T>> all = CompletableFuture.completedFuture(List.of());
        for (Lane lane : lanes.values()) {
            CompletableFuture<List<T>> some = CompletableFuture.supplyAsync(
                    () -> this.all.keySet().stream()
                            .filter(connection -> connection.lane() == lane)
                            .map(question)
                            .toList(),
                    lane.thread());
            all = all.thenCombine(
                    some,
                    (left, right) ->
                            Stream.concat(left.stream(), right.stream()).toList());
        }
        return all;
    }

    /** The share of handshakes that is dropped now because sessions come too fast, from 0 to 1. */
    public double dropShare() {
        return throttle.dropShare();
    }

    public int connectionCount() {
        return count.get();
    }

    /**
     * Runs through all I/O threads once: what had arrived on the sockets when this was called is in the inbox when it
     * returns, unless that takes longer than the timeout.
     */
    public void readAllThatArrived(int timeoutMs) {
        threads.readAllThatArrived(timeoutMs);
    }

    /** Closes the port, then all connections; blocks until the I/O threads have ended. */
    @Override
    public void close() {
        Channel open = listener;
        if (open != null) {
            open.close().awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
        threads.close();
    }

    // ---- for the connections

    boolean letsIn() {
        return letsIn;
    }

    /** Counts a connection in, or says why not. */
    @Nullable
    Refusal admit(ClientConnection connection) {
        int total = count.incrementAndGet();
        int ofAddress = countByAddress.merge(connection.remoteAddress(), 1, Integer::sum);
        all.put(connection, Boolean.TRUE);
        Refusal refusal = null;
        if (settings.maxConnectionsPerAddress() > 0 && ofAddress > settings.maxConnectionsPerAddress()) {
            refusal = new Refusal(
                    "maxClientCnxns",
                    "more than " + settings.maxConnectionsPerAddress()
                            + " connections from one address (maxClientCnxns)");
        } else if (settings.maxConnections() > 0 && total > settings.maxConnections()) {
            refusal = new Refusal("maxCnxns", "more than " + settings.maxConnections() + " connections (maxCnxns)");
        }
        if (refusal != null) {
            left(connection);
        }
        return refusal;
    }

    void left(ClientConnection connection) {
        all.remove(connection);
        count.decrementAndGet();
        countByAddress.computeIfPresent(connection.remoteAddress(), (address, n) -> n > 1 ? n - 1 : null);
    }

    void register(long number, ClientConnection connection) {
        inCore.put(number, connection);
    }

    void forget(long number) {
        inCore.remove(number);
    }

    TransportSettings settings() {
        return settings;
    }

    AccessControl access() {
        return replica.access();
    }

    /** Whether the request has not too many operations. */
    boolean allows(Request request) {
        return replica.allows(request);
    }

    ConnectionThrottle throttle() {
        return throttle;
    }

    SharedBytes unread() {
        return unread;
    }

    LargeRequests largeRequests() {
        return largeRequests;
    }

    Words words() {
        return words;
    }

    SharedBytes queued() {
        return queued;
    }

    Traffic traffic() {
        return traffic;
    }

    RefusalLog refusals() {
        return refusals;
    }

    /** Counts that a connection waits because too many requests have no reply, and says so at most once a minute. */
    void throttled() {
        traffic.requestWaits();
        long now = nowMs();
        long mentioned = throttlingMentionedMs.get();
        if ((mentioned == Long.MIN_VALUE || now - mentioned >= BETWEEN_THROTTLING_LINES_MS)
                && throttlingMentionedMs.compareAndSet(mentioned, now)) {
            log.warn(
                    "connections wait: {} requests have no reply yet, of {} that may"
                            + " (globalOutstandingLimit, request_throttle_max_requests); waits={}",
                    traffic.outstandingRequests(),
                    settings.maxOutstandingRequests(),
                    traffic.throttled());
        }
    }

    long nowMs() {
        return System.nanoTime() / 1_000_000;
    }
}
