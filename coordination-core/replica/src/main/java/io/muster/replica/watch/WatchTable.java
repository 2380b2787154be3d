package io.muster.replica.watch;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.EventType;
import io.muster.protocol.Paths;
import io.muster.protocol.Request;
import io.muster.protocol.Stat;
import io.muster.protocol.WatchKind;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Change;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.StateView;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All watches of one server's connections. As in ZooKeeper there are two registries: data (getData, exists, both kinds of
 * persistent watches) and child (getChildren, persistent). Owned by one thread.
 */
public final class WatchTable {
    private final Registry data = new Registry();
    private final Registry child = new Registry();

    /** Receives one event for one connection. */
    public interface Sink {
        /** @param acl the list of which the connection needs READ to be told; null if everybody may know */
        void event(long connection, EventType type, String path, @Nullable AclList acl);
    }

    public void addData(String path, long connection) {
        data.add(path, connection, Registry.STANDARD);
    }

    public void addChild(String path, long connection) {
        child.add(path, connection, Registry.STANDARD);
    }

    public void add(String path, long connection, AddWatchMode mode) {
        switch (mode) {
            case PERSISTENT -> {
                data.add(path, connection, Registry.PERSISTENT);
                child.add(path, connection, Registry.PERSISTENT);
            }
            case PERSISTENT_RECURSIVE -> data.add(path, connection, Registry.RECURSIVE);
        }
    }

    public boolean has(String path, long connection, WatchKind kind) {
        return switch (kind) {
            case CHILDREN -> child.has(path, connection, Registry.STANDARD);
            case DATA -> data.has(path, connection, Registry.STANDARD);
            case PERSISTENT -> data.has(path, connection, Registry.PERSISTENT);
            case PERSISTENT_RECURSIVE -> data.has(path, connection, Registry.RECURSIVE);
            case ANY -> data.has(path, connection, Registry.ALL) || child.has(path, connection, Registry.ALL);
        };
    }

    /** Removes a connection's watches of a kind on a path; says whether there was any. */
    public boolean remove(String path, long connection, WatchKind kind) {
        return switch (kind) {
            case CHILDREN -> child.remove(path, connection, Registry.STANDARD);
            case DATA -> data.remove(path, connection, Registry.STANDARD);
            case PERSISTENT ->
                data.remove(path, connection, Registry.PERSISTENT)
                        | child.remove(path, connection, Registry.PERSISTENT);
            case PERSISTENT_RECURSIVE -> data.remove(path, connection, Registry.RECURSIVE);
            case ANY -> data.remove(path, connection, Registry.ALL) | child.remove(path, connection, Registry.ALL);
        };
    }

    public void removeConnection(long connection) {
        data.removeConnection(connection);
        child.removeConnection(connection);
    }

    /** Watches, each counted once for its path and connection. */
    public int count() {
        return data.count() + child.count();
    }

    /** Tells everybody whom a change concerns, in the order in which ZooKeeper tells them. */
    public void trigger(Change change, Sink sink) {
        String path = change.path();
        switch (change.kind()) {
            case CREATED -> {
                triggerData(EventType.NODE_CREATED, path, change.acl(), sink);
                triggerParent(path, change.parentAcl(), sink);
            }
            case DATA_CHANGED -> triggerData(EventType.NODE_DATA_CHANGED, path, change.acl(), sink);
            case DELETED -> {
                Set<Long> told = triggerData(EventType.NODE_DELETED, path, change.acl(), sink);
                for (long connection : child.trigger(path, false)) {
                    if (!told.contains(connection)) {
                        sink.event(connection, EventType.NODE_DELETED, path, change.acl());
                    }
                }
                triggerParent(path, change.parentAcl(), sink);
            }
        }
    }

    private Set<Long> triggerData(EventType type, String path, AclList acl, Sink sink) {
        Set<Long> told = new LinkedHashSet<>(data.trigger(path, true));
        data.addRecursive(path, told);
        told.forEach(connection -> sink.event(connection, type, path, acl));
        return told;
    }

    private void triggerParent(String path, AclList parentAcl, Sink sink) {
        String parent = Paths.parent(path);
        for (long connection : child.trigger(parent, false)) {
            sink.event(connection, EventType.NODE_CHILDREN_CHANGED, parent, parentAcl);
        }
    }

    /** Sets a connection's watches anew and tells it at once of what it missed since the zxid that it names. */
    public void restore(Request.SetWatches watches, long connection, StateView state, Sink sink) {
        long since = watches.relativeZxid();
        restore(watches.data(), state, (path, stat) -> {
            if (stat == null) {
                sink.event(connection, EventType.NODE_DELETED, path, null);
            } else if (stat.mzxid() > since) {
                sink.event(connection, EventType.NODE_DATA_CHANGED, path, null);
            } else {
                addData(path, connection);
            }
        });
        restore(watches.exist(), state, (path, stat) -> {
            if (stat == null) {
                addData(path, connection);
            } else {
                sink.event(connection, EventType.NODE_CREATED, path, null);
            }
        });
        restore(watches.child(), state, (path, stat) -> {
            if (stat == null) {
                sink.event(connection, EventType.NODE_DELETED, path, null);
            } else if (stat.pzxid() > since) {
                sink.event(connection, EventType.NODE_CHILDREN_CHANGED, path, null);
            } else {
                addChild(path, connection);
            }
        });
        watches.persistent().forEach(path -> add(path, connection, AddWatchMode.PERSISTENT));
        watches.persistentRecursive().forEach(path -> add(path, connection, AddWatchMode.PERSISTENT_RECURSIVE));
    }

    private static void restore(List<String> paths, StateView state, BiConsumer<String, @Nullable Stat> decide) {
        for (String path : paths) {
            NodeView node = state.find(path);
            decide.accept(path, node == null ? null : node.stat());
        }
    }
}
