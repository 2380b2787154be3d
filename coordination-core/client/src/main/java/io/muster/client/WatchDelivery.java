package io.muster.client;

import io.muster.client.session.WatchSink;
import io.muster.protocol.EventType;
import io.muster.protocol.Paths;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One registration of a {@link Watcher}: brings events from the loop to where its code may run. */
abstract sealed class WatchDelivery implements WatchSink {
    private static final Logger LOG = LoggerFactory.getLogger(WatchDelivery.class);

    private final ClientCore core;
    private final Watcher watcher;
    private String watchedPath = "";
    private volatile boolean closed;

    private WatchDelivery(ClientCore core, Watcher watcher) {
        this.core = core;
        this.watcher = watcher;
    }

    static WatchDelivery onLoop(ClientCore core, Watcher watcher) {
        return new OnLoop(core, watcher);
    }

    static WatchDelivery onSerialExecutor(ClientCore core, Watcher watcher) {
        return new Queued(core, watcher);
    }

    /** Called once, before it is registered. */
    WatchDelivery forPath(String path) {
        watchedPath = path;
        return this;
    }

    /** Nothing more is delivered. Any thread. */
    void close() {
        closed = true;
    }

    final void event(EventType type, String fullPath, long zxid) {
        WatchEvent.Type told = switch (type) {
            case NODE_CREATED -> WatchEvent.Type.CREATED;
            case NODE_DELETED -> WatchEvent.Type.DELETED;
            case NODE_DATA_CHANGED -> WatchEvent.Type.DATA_CHANGED;
            case NODE_CHILDREN_CHANGED -> WatchEvent.Type.CHILDREN_CHANGED;
        };
        long known = zxid > 0 ? zxid : WatchEvent.UNKNOWN_ZXID;
        deliver(new WatchEvent(told, core.calls().strip(fullPath), known));
    }

    final void resync() {
        deliver(new WatchEvent(WatchEvent.Type.RESYNC, watchedPath, WatchEvent.UNKNOWN_ZXID));
    }

    final void ended() {
        deliver(new WatchEvent(WatchEvent.Type.ENDED, watchedPath, WatchEvent.UNKNOWN_ZXID));
    }

    @Override
    public Object owner() {
        return watcher;
    }

    final String watchedPath() {
        return watchedPath;
    }

    abstract void deliver(WatchEvent event);

    final void call(WatchEvent event) {
        if (closed) {
            return;
        }
        try {
            watcher.onEvent(event);
        } catch (RuntimeException e) {
            LOG.warn("client={} watcher of {} failed on {}", core.name(), Paths.printable(watchedPath), event, e);
        }
    }

    private static final class OnLoop extends WatchDelivery {
        OnLoop(ClientCore core, Watcher watcher) {
            super(core, watcher);
        }

        @Override
        void deliver(WatchEvent event) {
            call(event);
        }
    }

    /** Keeps events until the watcher has time, up to a limit. */
    private static final class Queued extends WatchDelivery {
        private final Executor executor;
        private final int maxQueued;
        private final ReentrantLock lock = new ReentrantLock();
        private final ArrayDeque<WatchEvent> queue = new ArrayDeque<>();

        Queued(ClientCore core, Watcher watcher) {
            super(core, watcher);
            executor = core.newSerialExecutor();
            maxQueued = core.maxQueuedEvents();
        }

        @Override
        void deliver(WatchEvent event) {
            lock.lock();
            try {
                boolean idle = queue.isEmpty();
                if (queue.size() >= maxQueued && event.type() != WatchEvent.Type.ENDED) {
                    queue.clear();
                    queue.add(new WatchEvent(WatchEvent.Type.RESYNC, watchedPath(), WatchEvent.UNKNOWN_ZXID));
                } else {
                    queue.add(event);
                }
                if (!idle) {
                    // whoever emptied it before is asked to come again already
                    return;
                }
            } finally {
                lock.unlock();
            }
            executor.execute(this::drain);
        }

        private void drain() {
            for (WatchEvent event = next(); event != null; event = next()) {
                call(event);
            }
        }

        private @Nullable WatchEvent next() {
            lock.lock();
            try {
                return queue.poll();
            } finally {
                lock.unlock();
            }
        }
    }
}
