package io.muster.recipes.lease;

import io.muster.client.AuthFailedException;
import io.muster.client.ClientClosedException;
import io.muster.client.ClientSession;
import io.muster.client.ConnectionLossException;
import io.muster.client.EventLoop;
import io.muster.client.NoNodeException;
import io.muster.client.SessionExpiredException;
import io.muster.client.TimeoutExceededException;
import io.muster.client.WatchEvent;
import io.muster.client.Watcher;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ephemeral znode that this client made in its current session: knows when somebody else deletes it, and deletes it for
 * sure when it is not needed any more. For those who write recipes; used on the client's event loop only.
 *
 * <p>Its name must be unique for all times (carry a GUID), since it is deleted by name, perhaps late.
 */
public final class EphemeralNode {
    private static final Logger LOG = LoggerFactory.getLogger(EphemeralNode.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    private final EventLoop loop;
    private final ClientSession session;
    private final String path;
    private final long czxid;
    private final CompletableFuture<Void> removed = new CompletableFuture<>();
    private final Watcher watcher = this::changed;
    private @Nullable Runnable onDeleted;
    private boolean watching;
    private boolean removing;
    private Duration pause = FIRST_PAUSE;

    /** @param session the one that it belongs to */
    public EphemeralNode(EventLoop loop, ClientSession session, String path, long czxid) {
        this.loop = loop;
        this.session = session;
        this.path = path;
        this.czxid = czxid;
    }

    public String path() {
        return path;
    }

    public long czxid() {
        return czxid;
    }

    public ClientSession session() {
        return session;
    }

    /**
     * Has the callback called once if somebody else deletes the znode, or has done so; not when the session ends. A second
     * call replaces the callback.
     */
    public void onDeleted(Runnable callback) {
        onDeleted = callback;
        if (!watching) {
            watching = true;
            watch();
        }
    }

    /**
     * Deletes it: tries again until the server confirms it or the session is over.
     *
     * @return completes on the loop, never exceptionally; the same for each call
     */
    public CompletableFuture<Void> remove() {
        if (!removing) {
            removing = true;
            if (!removed.isDone()) {
                loop.ended(session).thenRun(() -> removed.complete(null));
                delete();
            }
        }
        return removed;
    }

    /** What an operation failed with, without the wrapping of dependent stages. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Whether the same request, made again, would wait for a better connection. */
    public static boolean isConnectionTrouble(Throwable failure) {
        return failure instanceof ConnectionLossException || failure instanceof TimeoutExceededException;
    }

    /** Whether the session of the request is over, and with it its ephemeral znodes. */
    public static boolean isSessionOver(Throwable failure) {
        return failure instanceof SessionExpiredException
                || failure instanceof ClientClosedException
                || failure instanceof AuthFailedException;
    }

    @Override
    public String toString() {
        return path;
    }

    private void watch() {
        if (removing || removed.isDone()) {
            return;
        }
        // Not exists: that would leave a watch on a znode which never comes back.
        loop.getAsync(path, watcher).whenComplete((node, wrapped) -> {
            if (wrapped == null) {
                return;
            }
            Throwable failure = unwrap(wrapped);
            if (failure instanceof NoNodeException) {
                gone();
            } else if (isConnectionTrouble(failure)) {
                watch();
            } else if (!isSessionOver(failure)) {
                LOG.warn("cannot watch {}, trying again: {}", path, failure.toString());
                later(this::watch);
            }
        });
    }

    private void changed(WatchEvent event) {
        switch (event.type()) {
            case DELETED -> gone();
            case ENDED -> {
                // the session's end is told elsewhere
            }
            default -> watch();
        }
    }

    private void gone() {
        Runnable callback = onDeleted;
        // While the client closes it is the session's end that deletes, and that is told elsewhere.
        if (removed.complete(null) && !removing && callback != null && !loop.isClosing()) {
            callback.run();
        }
    }

    private void delete() {
        if (removed.isDone()) {
            return;
        }
        loop.deleteAsync(path).whenComplete((nothing, wrapped) -> {
            Throwable failure = wrapped == null ? null : unwrap(wrapped);
            if (failure == null || failure instanceof NoNodeException || isSessionOver(failure)) {
                removed.complete(null);
            } else if (isConnectionTrouble(failure)) {
                delete();
            } else {
                LOG.warn("cannot delete {}, trying again: {}", path, failure.toString());
                later(this::delete);
            }
        });
    }

    private void later(Runnable task) {
        Duration now = pause;
        pause = now.compareTo(LAST_PAUSE) < 0 ? now.multipliedBy(2) : LAST_PAUSE;
        try {
            loop.schedule(now, task);
        } catch (ClientClosedException e) {
            removed.complete(null);
        }
    }
}
