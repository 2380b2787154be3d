package io.muster.client;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to one listener. Of a session's suspensions and reconnections that it has not seen yet only the last
 * one is kept, so that the queue grows with the number of sessions at most.
 */
final class ConnectionEventQueue {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEventQueue.class);

    private final String clientName;
    private final Consumer<ConnectionEvent> listener;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<ConnectionEvent> queue = new ArrayDeque<>();
    private volatile boolean closed;

    ConnectionEventQueue(String clientName, Consumer<ConnectionEvent> listener, Executor executor) {
        this.clientName = clientName;
        this.listener = listener;
        this.executor = executor;
    }

    /** Never waits for the listener. */
    void add(ConnectionEvent event) {
        boolean idle;
        lock.lock();
        try {
            idle = queue.isEmpty();
            ConnectionEvent last = queue.peekLast();
            if (last != null && isPassing(last) && isPassing(event)) {
                queue.removeLast();
            }
            queue.add(event);
        } finally {
            lock.unlock();
        }
        if (idle) {
            executor.execute(this::drain);
        }
    }

    void close() {
        closed = true;
    }

    /** What the next of its kind makes obsolete. Two in a row are of one session: others stand between sessions. */
    private static boolean isPassing(ConnectionEvent event) {
        return event instanceof ConnectionEvent.Suspended
                || event instanceof ConnectionEvent.Reconnected
                || event instanceof ConnectionEvent.ReadOnly;
    }

    private void drain() {
        for (ConnectionEvent event = next(); event != null; event = next()) {
            if (closed) {
                continue;
            }
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("client={} connection listener failed on {}", clientName, event, e);
            }
        }
    }

    private @Nullable ConnectionEvent next() {
        lock.lock();
        try {
            return queue.poll();
        } finally {
            lock.unlock();
        }
    }
}
