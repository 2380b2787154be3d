package io.muster.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A client of an ensemble: of Muster or of Apache ZooKeeper servers. Any number of threads may share it.
 *
 * <pre>{@code
 * try (MusterClient client = MusterClient.connect("a:2181,b:2181/app")) {
 *     Created job = client.create("/jobs/job-", data, CreateOptions.EPHEMERAL_SEQUENTIAL.withParents());
 *     client.getAsync("/config").thenAccept(node -> use(node.data()));
 * }
 * }</pre>
 *
 * <p>It connects, and connects again, by itself. When its session expires it opens a new one, unless {@link
 * MusterClientBuilder#renewSession} says otherwise; all requests of the old session fail.
 *
 * <p>Futures complete on one serial executor, in the order of the answers, never on the event loop. So a dependent that
 * blocks holds up those behind it, and one that waits for another future of the same client waits for itself: use the
 * blocking operations there, which do not depend on that executor, or compose.
 */
public final class MusterClient extends Operations implements AutoCloseable {
    private final ClientCore core;

    MusterClient(ClientCore core) {
        super(core.calls(), core.requestTimeoutNanos());
        this.core = core;
    }

    /**
     * A client with the defaults of {@link #builder()}; does not wait for the connection.
     *
     * @param connectString {@code host[:port],...[/chroot]}, with port 2181 unless one is given, IPv6 addresses in
     *     brackets
     */
    public static MusterClient connect(String connectString) {
        return builder().connectString(connectString).connect();
    }

    public static MusterClientBuilder builder() {
        return new MusterClientBuilder();
    }

    @Override
    public Operations within(Duration timeout) {
        return new UserView(calls, timeout);
    }

    /**
     * Waits until the client has a session and is connected.
     *
     * @return whether it is; false when the time was up
     * @throws AuthFailedException if the server refused the credentials
     * @throws SessionExpiredException if the session expired and the client does not open another one
     * @throws ClientClosedException if the client was closed
     */
    public boolean awaitConnected(Duration timeout) throws InterruptedException {
        return core.futures().awaitOnly(core.status().connected(), timeout.toNanos());
    }

    /** Whether it is connected now, to a server with a quorum or to a read-only one. */
    public boolean isConnected() {
        return core.status().isConnected();
    }

    /** The current session, or the last one if that is over and there is no other yet; empty before the first. */
    public Optional<ClientSession> session() {
        return core.status().session();
    }

    /**
     * Calls the listener with every event from now on, and first with one that says how things stand, if there is a
     * connection. It is called in order, by one thread at a time, and may block and call the client. To a listener that is
     * slower than the network, suspensions and reconnections of one session that it did not see yet are told as their
     * last one; expiries, new sessions and the end are all told.
     */
    public Subscription onConnectionEvent(Consumer<ConnectionEvent> listener) {
        return core.addUserListener(listener);
    }

    /** For those who write recipes; see there. */
    public EventLoop eventLoop() {
        return core.eventLoop();
    }

    /**
     * Ends the session, so that its ephemeral znodes are gone at once, and then the client. Requests made before are still
     * answered, if the connection allows it within the default deadline; without a connection all ends at once and the
     * session expires by itself. Waits for that, except on the event loop or when interrupted. Closing twice is closing
     * once.
     */
    @Override
    public void close() {
        core.close();
    }

    /** {@link #close()} without waiting. */
    public CompletableFuture<Void> closeAsync() {
        return core.futures().handOut(core.closeAsync());
    }

    @Override
    <T> CompletableFuture<T> deliver(CompletableFuture<T> onLoop) {
        return core.futures().handOut(onLoop);
    }

    @Override
    WatchDelivery delivery(Watcher watcher) {
        return WatchDelivery.onSerialExecutor(core, watcher);
    }

    @Override
    public String toString() {
        return "MusterClient[" + core.name() + "]";
    }
}
