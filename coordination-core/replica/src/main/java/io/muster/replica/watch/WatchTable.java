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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All watches of one server's connections, by ZooKeeper's rules: which change tells whom, and which watches it uses up.
 * Owned by one thread.
 */
public final class WatchTable {
    private final Registry registry;
    private final WatchLimits limits;
    private WatchLimits.@Nullable Reached reached;

    /** Receives one event for one connection. It must not change the table. */
    public interface Sink {
        /** @param acl the list of which the connection needs READ to be told; null if everybody may know */
        void event(long connection, EventType type, String path, @Nullable AclList acl);
    }

    /**
     * @param seed of hashes; clients are not to know it
     * @param maxPerConnection watches that one connection may have, as {@link #count()} counts them; 0 for no limit
     */
    public WatchTable(long seed, int maxPerConnection) {
        this(seed, new WatchLimits(maxPerConnection, 0, 0, 0), connection -> new Tally());
    }

    /**
     * @param seed of hashes; clients are not to know it
     * @param limits of what may be watched
     * @param tallies gives each connection, as long as it has watches, the one that it shares with those of its address
     */
    public WatchTable(long seed, WatchLimits limits, LongFunction<Tally> tallies) {
        this.registry = new Registry(seed, tallies);
        this.limits = limits;
    }

    /** Sets a one-shot watch for the znode itself. Says whether the connection may have it; without effect if not. */
    public boolean addData(String path, long connection) {
        return add(utf8(path), connection, Registry.STANDARD, Kind.DATA);
    }

    /** Sets a one-shot watch for the list of children. Says whether the connection may have it; without effect if not. */
    public boolean addChild(String path, long connection) {
        return add(utf8(path), connection, Registry.STANDARD, Kind.CHILD);
    }

    /** Sets a watch that stays. Says whether the connection may have it; without effect if not. */
    public boolean add(String path, long connection, AddWatchMode mode) {
        return switch (mode) {
            case PERSISTENT -> add(utf8(path), connection, Registry.PERSISTENT, Kind.DATA, Kind.CHILD);
            case PERSISTENT_RECURSIVE -> add(utf8(path), connection, Registry.RECURSIVE, Kind.RECURSIVE);
        };
    }

    private boolean add(byte[] path, long connection, int mode, int... kinds) {
        WatchLimits.Reached limit = reachedBy(path, connection, kinds);
        if (limit != null) {
            reached = limit;
            return false;
        }
        for (int kind : kinds) {
            registry.add(path, connection, kind, mode);
        }
        return true;
    }

    /** The limit that is in the way of such a watch; null if none is. */
    private WatchLimits.@Nullable Reached reachedBy(byte[] path, long connection, int[] kinds) {
        int room = limits.perConnection() > 0 ? limits.perConnection() - registry.count(connection) : Integer.MAX_VALUE;
        if (room < kinds.length && room < wouldCount(path, connection, kinds)) {
            return WatchLimits.Reached.PER_CONNECTION;
        }
        room = limits.perAddress() > 0
                ? limits.perAddress() - registry.tally(connection).watches()
                : Integer.MAX_VALUE;
        if (room < kinds.length && room < wouldCount(path, connection, kinds)) {
            return WatchLimits.Reached.PER_ADDRESS;
        }
        long bytes = limits.bytesPerConnection() > 0
                ? limits.bytesPerConnection() - registry.bytes(connection)
                : Long.MAX_VALUE;
        if (bytes < (long) kinds.length * path.length && bytes < wouldTake(path, connection, kinds)) {
            return WatchLimits.Reached.BYTES_PER_CONNECTION;
        }
        boolean fits =
                limits.bytes() == 0 || path.length <= limits.bytes() - registry.pathBytes() || registry.isWatched(path);
        return fits ? null : WatchLimits.Reached.BYTES;
    }

    private int wouldCount(byte[] path, long connection, int[] kinds) {
        int count = 0;
        for (int kind : kinds) {
            count += registry.wouldCount(path, connection, kind) ? 1 : 0;
        }
        return count;
    }

    private long wouldTake(byte[] path, long connection, int[] kinds) {
        long bytes = 0;
        for (int kind : kinds) {
            bytes += registry.modes(path, connection, kind) == 0 ? path.length : 0;
        }
        return bytes;
    }

    /** Why the last watch was refused that was refused; null if none ever was. */
    public WatchLimits.@Nullable Reached reached() {
        return reached;
    }

    /** Bytes of all paths that are watched, each once, in UTF-8. */
    public long bytes() {
        return registry.pathBytes();
    }

    /**
     * Bytes of the paths that a connection watches, in UTF-8: each once for the znode itself, once for its children and once for
     * all below it.
     */
    public long bytes(long connection) {
        return registry.bytes(connection);
    }

    private static byte[] utf8(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }

    public boolean has(String path, long connection, WatchKind kind) {
        byte[] key = utf8(path);
        int data = registry.modes(key, connection, Kind.DATA);
        return switch (kind) {
            case CHILDREN -> (registry.modes(key, connection, Kind.CHILD) & Registry.STANDARD) != 0;
            case DATA -> (data & Registry.STANDARD) != 0;
            case PERSISTENT -> (data & Registry.PERSISTENT) != 0;
            case PERSISTENT_RECURSIVE -> registry.modes(key, connection, Kind.RECURSIVE) != 0;
            case ANY ->
                data != 0
                        || registry.modes(key, connection, Kind.CHILD) != 0
                        || registry.modes(key, connection, Kind.RECURSIVE) != 0;
        };
    }

    /** Removes a connection's watches of a kind on a path; says whether there was any. */
    public boolean remove(String path, long connection, WatchKind kind) {
        byte[] key = utf8(path);
        return switch (kind) {
            case CHILDREN -> registry.remove(key, connection, Kind.CHILD, Registry.STANDARD);
            case DATA -> registry.remove(key, connection, Kind.DATA, Registry.STANDARD);
            case PERSISTENT ->
                registry.remove(key, connection, Kind.DATA, Registry.PERSISTENT)
                        | registry.remove(key, connection, Kind.CHILD, Registry.PERSISTENT);
            case PERSISTENT_RECURSIVE -> registry.remove(key, connection, Kind.RECURSIVE, Registry.ALL);
            case ANY ->
                registry.remove(key, connection, Kind.DATA, Registry.ALL)
                        | registry.remove(key, connection, Kind.CHILD, Registry.ALL)
                        | registry.remove(key, connection, Kind.RECURSIVE, Registry.ALL);
        };
    }

    /** Removes all watches of a connection; the cost is that of its own watches. */
    public void removeConnection(long connection) {
        registry.removeConnection(connection);
    }

    /**
     * Watches, as ZooKeeper counts them: each path and connection once for the znode itself, in whatever modes, and once for
     * its children.
     */
    public int count() {
        return registry.count();
    }

    /** The same of one connection. */
    public int count(long connection) {
        return registry.count(connection);
    }

    /** Takes one path and one connection that watches it. */
    public interface Visitor {
        void watch(String path, long connection);
    }

    /**
     * Watches of getData, exists and addWatch; a path and a connection come once. The cost of all calls together is that of all
     * watches, and of one about that of as many as it may look at.
     *
     * @param from 0, or what an earlier call returned; what is set or removed in between comes or does not
     * @return where to go on, or -1 if there are no more
     */
    public int forEachOfData(int from, int atMost, Visitor visitor) {
        return registry.forEachOfData(from, atMost, visitor);
    }

    /** Tells everybody whom a change concerns, in the order in which ZooKeeper tells them. */
    public void trigger(Change change, Sink sink) {
        if (registry.isEmpty()) {
            return;
        }
        String path = change.path();
        byte[] key = utf8(path);
        switch (change.kind()) {
            case CREATED -> {
                triggerData(EventType.NODE_CREATED, path, key, change.acl(), sink);
                triggerParent(path, key, change.parentAcl(), sink);
            }
            case DATA_CHANGED -> triggerData(EventType.NODE_DATA_CHANGED, path, key, change.acl(), sink);
            case DELETED -> {
                Registry.Told deleted = triggerData(EventType.NODE_DELETED, path, key, change.acl(), sink);
                registry.trigger(key, key.length, Kind.CHILD, deleted);
                triggerParent(path, key, change.parentAcl(), sink);
            }
        }
    }

    private Registry.Told triggerData(EventType type, String path, byte[] key, AclList acl, Sink sink) {
        Registry.Told told = connection -> sink.event(connection, type, path, acl);
        registry.beginEvent();
        registry.trigger(key, key.length, Kind.DATA, told);
        registry.triggerRecursive(key, told);
        return told;
    }

    private void triggerParent(String path, byte[] key, AclList parentAcl, Sink sink) {
        String parent = Paths.parent(path);
        registry.beginEvent();
        registry.trigger(
                key,
                Registry.parentLength(key, key.length),
                Kind.CHILD,
                connection -> sink.event(connection, EventType.NODE_CHILDREN_CHANGED, parent, parentAcl));
    }

    /**
     * Sets a connection's watches anew and tells it at once of what it missed since the zxid that it names. Says whether the
     * connection may have them all; if not, those that it may not have are missing.
     */
    public boolean restore(Request.SetWatches watches, long connection, StateView state, Sink sink) {
        long since = watches.relativeZxid();
        boolean[] all = {true};
        restore(watches.data(), state, (path, stat) -> {
            if (stat == null) {
                sink.event(connection, EventType.NODE_DELETED, path, null);
            } else if (stat.mzxid() > since) {
                sink.event(connection, EventType.NODE_DATA_CHANGED, path, null);
            } else {
                all[0] &= addData(path, connection);
            }
        });
        restore(watches.exist(), state, (path, stat) -> {
            if (stat == null) {
                all[0] &= addData(path, connection);
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
                all[0] &= addChild(path, connection);
            }
        });
        watches.persistent().forEach(path -> all[0] &= add(path, connection, AddWatchMode.PERSISTENT));
        watches.persistentRecursive()
                .forEach(path -> all[0] &= add(path, connection, AddWatchMode.PERSISTENT_RECURSIVE));
        return all[0];
    }

    private static void restore(List<String> paths, StateView state, BiConsumer<String, @Nullable Stat> decide) {
        for (String path : paths) {
            NodeView node = state.find(path);
            decide.accept(path, node == null ? null : node.stat());
        }
    }
}
