package io.muster.client;

import io.muster.client.session.Failure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the client stands: its session, whether it is connected, and who is told of it. The loop writes, any thread reads. */
final class ClientStatus {
    private static final Logger LOG = LoggerFactory.getLogger(ClientStatus.class);

    private final String name;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final List<Consumer<ConnectionEvent>> listeners = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> connected = new CompletableFuture<>();
    private volatile @Nullable SessionHandle handle;
    private volatile @Nullable Failure endedBy;
    /** The loop's. */
    private boolean readOnly;

    ClientStatus(String name) {
        this.name = name;
    }

    Optional<ClientSession> session() {
        return Optional.ofNullable(handle);
    }

    /** The current session, or the last one; null before the first. */
    @Nullable
    SessionHandle handle() {
        return handle;
    }

    /** 0 before the first. */
    long sessionId() {
        SessionHandle current = handle;
        return current == null ? 0 : current.id();
    }

    boolean isConnected() {
        return connected.isDone() && !connected.isCompletedExceptionally();
    }

    /** Completes with the next connection, or exceptionally if there will be none. */
    CompletableFuture<Void> connected() {
        return connected;
    }

    /** Completes when all is over. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Null as long as there is a session, or one to come. */
    @Nullable
    Failure endedBy() {
        return endedBy;
    }

    // ---- listeners

    /** Called on the loop, in the order of the events. */
    Subscription add(Consumer<ConnectionEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void remove(Consumer<ConnectionEvent> listener) {
        listeners.remove(listener);
    }

    /** What a listener that comes now is to be told first; null if that will come by itself. On the loop, or after the end. */
    @Nullable
    ConnectionEvent current() {
        Failure why = endedBy;
        if (why != null) {
            return endEvent(why);
        }
        SessionHandle current = handle;
        if (current == null || !isConnected()) {
            return null;
        }
        return readOnly ? new ConnectionEvent.ReadOnly(current.id()) : new ConnectionEvent.Connected(current.id());
    }

    static ConnectionEvent endEvent(Failure why) {
        return why == Failure.AUTH_FAILED ? new ConnectionEvent.AuthFailed() : new ConnectionEvent.Closed();
    }

    private void tell(ConnectionEvent event) {
        for (Consumer<ConnectionEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("client={} connection listener failed on {}", name, event, e);
            }
        }
    }

    // ---- what happens, on the loop

    void opened(SessionHandle session, boolean isReadOnly) {
        handle = session;
        readOnly = isReadOnly;
        connected.complete(null);
        tell(isReadOnly ? new ConnectionEvent.ReadOnly(session.id()) : new ConnectionEvent.Connected(session.id()));
    }

    void attached(long sessionId, int timeoutMs, boolean isReadOnly) {
        readOnly = isReadOnly;
        SessionHandle current = handle;
        if (current != null) {
            current.attached(timeoutMs);
        }
        connected.complete(null);
        tell(isReadOnly ? new ConnectionEvent.ReadOnly(sessionId) : new ConnectionEvent.Reconnected(sessionId));
    }

    void suspended(long sessionId) {
        disconnected();
        tell(new ConnectionEvent.Suspended(sessionId));
    }

    void expired(long sessionId) {
        disconnected();
        SessionHandle current = handle;
        if (current != null) {
            current.end(SessionLoss.EXPIRED);
        }
        tell(new ConnectionEvent.SessionExpired(sessionId));
    }

    /** There will be no other session. {@link #allOver} is called when the rest is cleared away. */
    void ended(Failure why) {
        endedBy = why;
        SessionHandle current = handle;
        if (current != null && current.isAlive()) {
            current.end(loss(why));
        }
        disconnected();
        connected.completeExceptionally(
                switch (why) {
                    case AUTH_FAILED ->
                        new AuthFailedException(
                                "client " + name + ": the server refused its credentials", Outcome.NOT_APPLIED);
                    case SESSION_EXPIRED ->
                        new SessionExpiredException("client " + name + ": its session has expired", sessionId());
                    default -> new ClientClosedException("client " + name + " is closed", Outcome.NOT_APPLIED);
                });
        tell(endEvent(why));
    }

    void allOver() {
        ended.complete(null);
    }

    private void disconnected() {
        if (connected.isDone()) {
            connected = new CompletableFuture<>();
        }
    }

    private static SessionLoss loss(Failure why) {
        return switch (why) {
            case AUTH_FAILED -> SessionLoss.AUTH_FAILED;
            case SESSION_EXPIRED -> SessionLoss.EXPIRED;
            default -> SessionLoss.CLIENT_CLOSED;
        };
    }
}
