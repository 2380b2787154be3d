package io.muster.replica.state;

import io.muster.protocol.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/** What can be read of a state, be it published or still being edited. */
public abstract sealed class StateView permits State, TreeEditor {
    static final byte[] ROOT_PATH = new byte[0];

    final Layout layout;
    /** Root of a trie of {@link Directory}, keyed by path. */
    @Nullable
    Object directories;
    /** Root of a trie of {@link SessionEntry}. */
    @Nullable
    Object sessions;
    /** Roots of tries of {@link PathEntry}. */
    @Nullable
    Object containers;

    @Nullable
    Object ttls;
    /** Root of a trie of {@link QuotaNode}. */
    @Nullable
    Object quotas;

    int sessionCount;
    int znodeCount;
    int ephemeralCount;
    long dataBytes;
    long digest;
    long zxid;
    long latestTimeMs;

    StateView(Layout layout) {
        this.layout = layout;
    }

    final void copyFrom(StateView other) {
        directories = other.directories;
        sessions = other.sessions;
        containers = other.containers;
        ttls = other.ttls;
        quotas = other.quotas;
        sessionCount = other.sessionCount;
        znodeCount = other.znodeCount;
        ephemeralCount = other.ephemeralCount;
        dataBytes = other.dataBytes;
        digest = other.digest;
        zxid = other.zxid;
        latestTimeMs = other.latestTimeMs;
    }

    /** The znode at a path, or null if there is none. */
    public final @Nullable NodeView find(String path) {
        return path.isEmpty() ? null : find(PathKey.of(path));
    }

    final @Nullable NodeView find(PathKey key) {
        Directory own = directory(key.utf8, key.utf8.length);
        if (own != null) {
            return new NodeView(this, own.self, own);
        }
        Directory parent = key.slash < 0 ? null : directory(key.utf8, key.slash);
        Znode znode =
                parent == null ? null : layout.znodes.get(parent.children, key.utf8, key.slash + 1, key.utf8.length);
        return znode == null ? null : new NodeView(this, znode, null);
    }

    final @Nullable Directory directory(byte[] path, int length) {
        return layout.directories.get(directories, path, 0, length);
    }

    final Stat stat(Znode znode, @Nullable Directory directory) {
        int children = directory == null ? 0 : directory.childCount;
        int counter = directory == null ? 0 : directory.childCounter;
        OwnerKind kind = kindOf(znode);
        return new Stat(
                znode.czxid(),
                znode.mzxid(),
                znode.ctimeMs(),
                znode.mtimeMs(),
                znode.version(),
                2 * counter - children,
                znode.aversion(),
                kind == OwnerKind.EPHEMERAL ? znode.owner() : 0,
                znode.dataLength(),
                children,
                directory == null ? znode.czxid() : directory.pzxid);
    }

    final OwnerKind kindOf(Znode znode) {
        return OwnerKind.of(znode.owner(), layout.timesToLive);
    }

    /** The last transaction in this state. */
    public final long zxid() {
        return zxid;
    }

    /**
     * The latest time that the state shows anything to have happened at, in milliseconds since 1970 by the clock of the
     * server that led then.
     */
    public final long latestTimeMs() {
        return latestTimeMs;
    }

    /** Of the hashes that spread names; clients are not to know it. */
    public final long seed() {
        return layout.seed;
    }

    /** The tree's digest, as ZooKeeper defines it: it leaves out access control, sessions and what is below /zookeeper. */
    public final long digest() {
        return digest;
    }

    /** Znodes, the root and the reserved ones among them. */
    public final int znodeCount() {
        return znodeCount;
    }

    public final int ephemeralCount() {
        return ephemeralCount;
    }

    public final int sessionCount() {
        return sessionCount;
    }

    /** Bytes of all paths and data. */
    public final long approximateDataBytes() {
        return dataBytes;
    }

    /** The timeout of a session in milliseconds, or -1 if there is no such session. */
    public final int sessionTimeoutMs(long sessionId) {
        SessionEntry entry = session(sessionId);
        return entry == null ? -1 : entry.timeoutMs;
    }

    /** Visits every session with its timeout in milliseconds. */
    public final void forEachSession(ObjIntConsumer<Long> visitor) {
        layout.sessions.forEach(sessions, entry -> {
            if (entry.timeoutMs != SessionEntry.ORPHAN) {
                visitor.accept(entry.sessionId(), entry.timeoutMs);
            }
        });
    }

    /** Sessions that own ephemeral znodes. */
    public final List<Long> ephemeralOwners() {
        List<Long> owners = new ArrayList<>();
        layout.sessions.forEach(sessions, entry -> {
            if (entry.ephemeralCount > 0) {
                owners.add(entry.sessionId());
            }
        });
        return owners;
    }

    /** Owners of ephemeral znodes that are no sessions, in order: some snapshots of ZooKeeper have them. */
    public final List<Long> orphanOwners() {
        List<Long> owners = new ArrayList<>();
        layout.sessions.forEach(sessions, entry -> {
            if (entry.timeoutMs == SessionEntry.ORPHAN && entry.ephemeralCount > 0) {
                owners.add(entry.sessionId());
            }
        });
        owners.sort(null);
        return owners;
    }

    /** How many ephemeral znodes a session has. */
    public final int ephemeralCount(long sessionId) {
        SessionEntry entry = session(sessionId);
        return entry == null ? 0 : entry.ephemeralCount;
    }

    /** Paths of a session's ephemeral znodes, sorted. */
    public final List<String> ephemerals(long sessionId) {
        SessionEntry entry = session(sessionId);
        if (entry == null) {
            return List.of();
        }
        List<String> paths = new ArrayList<>(entry.ephemeralCount);
        layout.paths.forEach(entry.ephemerals, each -> paths.add(new String(each.path(), StandardCharsets.UTF_8)));
        paths.sort(null);
        return paths;
    }

    final @Nullable SessionEntry session(long sessionId) {
        byte[] key = SessionEntry.key(sessionId);
        return layout.sessions.get(sessions, key, 0, key.length);
    }

    /**
     * Whether the server is to delete a znode by itself: a container that has lost its last child, or a znode without
     * children whose time to live since the last change of its data is over.
     *
     * @param path of {@link ReapCandidates} of this state or an earlier one
     * @param nowMs milliseconds since 1970
     * @param maxNeverUsedMs age from which a container that never had a child goes too; 0 for never
     * @return the path, or null if the znode is to stay or is gone
     */
    public final @Nullable String reapable(byte[] path, long nowMs, long maxNeverUsedMs) {
        NodeView node = find(PathKey.ofUtf8(path));
        if (node == null || node.childCount() > 0) {
            return null;
        }
        Znode znode = node.znode();
        long ageMs = nowMs - znode.mtimeMs();
        Directory directory = node.directory();
        boolean over = switch (kindOf(znode)) {
            case CONTAINER ->
                directory != null && directory.childCounter > 0 || maxNeverUsedMs > 0 && ageMs > maxNeverUsedMs;
            case TTL -> OwnerKind.ttlMs(znode.owner()) > 0 && ageMs > OwnerKind.ttlMs(znode.owner());
            case PERSISTENT, EPHEMERAL -> false;
        };
        return over ? new String(path, StandardCharsets.UTF_8) : null;
    }

    /** Descendants of a znode, itself not counted. */
    public final int descendantCount(String path) {
        if (path.equals("/")) {
            return znodeCount - 1;
        }
        DescendantCount count = descendants(path);
        while (!count.step(Integer.MAX_VALUE)) {
            // one step does it
        }
        return count.count();
    }

    /** The same in steps; only of a state that is published. */
    public final DescendantCount descendants(String path) {
        return new DescendantCount(this, PathKey.of(path).utf8);
    }

    /** Visits a znode: its path in UTF-8, empty for the root. */
    interface Visitor {
        void visit(byte[] path, Znode znode, @Nullable Directory directory);
    }

    /** Visits all znodes depth-first, a parent before its children. */
    final void forEachZnode(Visitor visitor) {
        Directory root = directory(ROOT_PATH, 0);
        if (root != null) {
            walk(root, visitor);
        }
    }

    /** Visits a directory and what is below it, a parent before its children. */
    final void walk(Directory top, Visitor visitor) {
        // a stack of its own: paths may be deeper than a thread's stack
        List<Directory> open = new ArrayList<>(List.of(top));
        while (!open.isEmpty()) {
            Directory next = open.remove(open.size() - 1);
            visitor.visit(next.path(), next.self, next);
            // children without children come at once; the others wait on the stack, above what waits there already
            Consumer<Znode> visit = child -> {
                byte[] path = childPath(next.path(), child);
                Directory own = directory(path, path.length);
                if (own != null && own.childCount > 0) {
                    open.add(own);
                } else {
                    visitor.visit(path, child, own);
                }
            };
            layout.znodes.forEach(next.children, visit);
        }
    }

    static byte[] childPath(byte[] parent, Znode child) {
        int nameLength = child.keyTo();
        byte[] path = new byte[parent.length + 1 + nameLength];
        System.arraycopy(parent, 0, path, 0, parent.length);
        path[parent.length] = '/';
        System.arraycopy(child.keyBytes(), 0, path, parent.length + 1, nameLength);
        return path;
    }
}
