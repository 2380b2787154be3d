package io.muster.client.session;

import io.muster.client.session.WatchRegistry.Kind;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.Request;
import io.muster.protocol.WatchKind;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import java.util.List;

/**
 * How the registrations here and the watches of the server are kept the same: what an answer puts in force, what is set again
 * on a new connection, and what the server need not watch any more.
 */
final class Watches {
    private final Step step;
    private final Agreement agreement;
    private final Line line;
    private final WatchRegistry registry = new WatchRegistry();

    /** Requests of this connection that set watches again and have no answer yet. */
    private int restoresOutstanding;
    /** What they are relative to. Answers in between must not move it: a part of the watches may have to be set once more. */
    private long restoreZxid;

    Watches(Step step, Agreement agreement, Line line) {
        this.step = step;
        this.agreement = agreement;
        this.line = line;
    }

    // ---- events

    void notified(WatcherEvent event, long zxid) {
        EventType type = EventType.of(event.type());
        if (type != null) {
            registry.trigger(type, event.path(), sink -> step.put(new Output.Event(sink, type, event.path(), zxid)));
        }
    }

    // ---- a new connection

    void restore() {
        if (restoresOutstanding == 0) {
            restoreZxid = agreement.lastZxid();
        }
        List<Request.SetWatches> restores = registry.restore(restoreZxid);
        restoresOutstanding = restores.size();
        restores.forEach(request -> line.sendApart(Xids.SET_WATCHES, request));
        registry.forEachPersistent(sink -> step.put(new Output.Resync(sink)));
    }

    /** An answer to {@link #restore} came; false if the watches are not in force, so that the connection is of no use. */
    boolean restored(int err) {
        restoresOutstanding--;
        if (err != 0 || restoresOutstanding < 0) {
            restoresOutstanding = Math.max(restoresOutstanding, 0);
            return false;
        }
        return true;
    }

    // ---- the end

    /** The session is over: one-shot registrations end, persistent ones wait for the next. */
    void sessionOver() {
        restoresOutstanding = 0;
        endOneShots();
    }

    void endAll() {
        endOneShots();
        registry.takePersistent(sink -> step.put(new Output.WatchEnded(sink)));
    }

    private void endOneShots() {
        registry.takeOneShots(sink -> step.put(new Output.WatchEnded(sink)));
    }

    // ---- registrations

    /**
     * A read that asked for a watch, or the request for a persistent one, was answered.
     *
     * @param mayAsk whether the session takes requests, here and below
     */
    void register(Call call, int err, boolean mayAsk) {
        if (call.request() instanceof Request.AddWatch add) {
            AddWatchMode mode = AddWatchMode.of(add.mode());
            if (err == 0 && mode != null) {
                WatchSink sink = call.watch;
                if (sink != null && !call.done) {
                    registry.add(Kind.of(mode), add.path(), sink);
                } else {
                    removeUnusedPersistent(add.path(), mode, mayAsk);
                }
            }
            return;
        }
        WatchSink sink = call.watch;
        if (sink == null || call.done) {
            return;
        }
        if (call.request() instanceof Request.Exists exists) {
            if (err == 0) {
                registry.add(Kind.DATA, exists.path(), sink);
            } else if (err == ErrorCode.NO_NODE.code()) {
                registry.add(Kind.EXIST, exists.path(), sink);
            }
        } else if (err == 0 && call.request() instanceof Request.GetData get) {
            registry.add(Kind.DATA, get.path(), sink);
        } else if (err == 0 && call.request() instanceof Request.GetChildren2 children) {
            registry.add(Kind.CHILD, children.path(), sink);
        }
    }

    /** An owner wants no more events of a path. */
    void unwatch(String path, Object owner, boolean mayAsk) {
        forgetPending(line.sent(), path, owner);
        forgetPending(line.waiting(), path, owner);
        boolean data = registry.removeOwner(Kind.DATA, path, owner);
        boolean exist = registry.removeOwner(Kind.EXIST, path, owner);
        if ((data || exist) && !registry.has(Kind.DATA, path) && !registry.has(Kind.EXIST, path)) {
            removeFromServer(path, WatchKind.DATA, mayAsk);
        }
        if (registry.removeOwner(Kind.CHILD, path, owner) && !registry.has(Kind.CHILD, path)) {
            removeFromServer(path, WatchKind.CHILDREN, mayAsk);
        }
    }

    /** A persistent registration is not wanted any more. */
    void close(String path, AddWatchMode mode, WatchSink sink, boolean mayAsk) {
        if (registry.remove(Kind.of(mode), path, sink)) {
            removeUnusedPersistent(path, mode, mayAsk);
        }
    }

    /** Takes the server's persistent watch away, unless somebody here shares it or has asked for it behind us. */
    private void removeUnusedPersistent(String path, AddWatchMode mode, boolean mayAsk) {
        if (!registry.has(Kind.of(mode), path)) {
            removeFromServer(
                    path,
                    mode == AddWatchMode.PERSISTENT ? WatchKind.PERSISTENT : WatchKind.PERSISTENT_RECURSIVE,
                    mayAsk);
        }
    }

    private void removeFromServer(String path, WatchKind kind, boolean mayAsk) {
        if (!mayAsk) {
            return;
        }
        for (Call call : line.sent()) {
            // The answer to this one will rely on the watch that would be removed.
            if (sets(call.request(), path, kind)) {
                return;
            }
        }
        line.sendInternal(new Request.RemoveWatches(path, kind.code()));
    }

    private static boolean sets(Request request, String path, WatchKind kind) {
        return switch (kind) {
            case DATA ->
                request instanceof Request.Exists exists
                                && exists.watch()
                                && exists.path().equals(path)
                        || request instanceof Request.GetData get
                                && get.watch()
                                && get.path().equals(path);
            case CHILDREN ->
                request instanceof Request.GetChildren2 children
                        && children.watch()
                        && children.path().equals(path);
            case PERSISTENT -> isAddWatch(request, path, AddWatchMode.PERSISTENT);
            case PERSISTENT_RECURSIVE -> isAddWatch(request, path, AddWatchMode.PERSISTENT_RECURSIVE);
            case ANY -> throw new IllegalArgumentException("ANY");
        };
    }

    private static boolean isAddWatch(Request request, String path, AddWatchMode mode) {
        return request instanceof Request.AddWatch add
                && add.mode() == mode.code()
                && add.path().equals(path);
    }

    /** Answers to come register nothing for this owner. */
    private static void forgetPending(Iterable<Call> calls, String path, Object owner) {
        for (Call call : calls) {
            WatchSink sink = call.watch;
            if (sink != null
                    && sink.owner() == owner
                    && watchedPath(call.request()).equals(path)) {
                call.watch = null;
            }
        }
    }

    private static String watchedPath(Request request) {
        if (request instanceof Request.Exists exists) {
            return exists.path();
        }
        if (request instanceof Request.GetData get) {
            return get.path();
        }
        if (request instanceof Request.GetChildren2 children) {
            return children.path();
        }
        return "";
    }
}
