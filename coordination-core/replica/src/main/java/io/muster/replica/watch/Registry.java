package io.muster.replica.watch;

import io.muster.replica.state.SeededHash;
import java.util.function.LongFunction;

/**
 * All watches. A watch is a record of seven ints, of a path, a connection and a {@link Kind}: it is in a hash table by these
 * three, in its path's list of its kind, and in its connection's list. So an event walks over those whom it concerns and
 * no others, and to end a connection costs its own watches.
 *
 * <p>A path's list is in the order in which the watches were set.
 */
final class Registry {
    /** Modes of a watch of kind DATA or CHILD; one watch may have both. */
    static final int STANDARD = 1;

    static final int PERSISTENT = 2;
    /** The only mode of a watch of kind RECURSIVE. */
    static final int RECURSIVE = 1;

    static final int ALL = STANDARD | PERSISTENT;

    private static final int NEXT_IN_TABLE = 0;
    private static final int PATH = 1;
    /** The connection's slot, the kind and the modes. */
    private static final int OWNER = 2;

    private static final int NEXT_OF_PATH = 3;
    /** Of the first in a list: the last. */
    private static final int PREVIOUS_OF_PATH = 4;

    private static final int NEXT_OF_CONNECTION = 5;
    private static final int PREVIOUS_OF_CONNECTION = 6;
    private static final int WIDTH = 7;

    private static final int MODE_BITS = 2;
    private static final int KIND_BITS = 2;

    private final long seed;
    private final WatchedPaths paths;
    private final Watchers watchers;
    private final Cells watches = new Cells(WIDTH);
    private final Buckets table = new Buckets(watches, NEXT_IN_TABLE, this::hash);
    private int size;
    private int count;
    /** While it is 0, no event has to look at ancestors. */
    private int recursiveCount;

    private long event;

    Registry(long seed, LongFunction<Tally> tallies) {
        this.seed = seed;
        this.watchers = new Watchers(tallies);
        this.paths = new WatchedPaths(seed);
    }

    /** Called with each connection that is to be told; it must not change the registry. */
    interface Told {
        void accept(long connection);
    }

    void add(byte[] path, long connection, int kind, int mode) {
        int slot = watchers.findOrAdd(connection);
        int pathCell = paths.findOrAdd(path);
        int key = slot << KIND_BITS | kind;
        int present = find(pathCell, key);
        if (present != Cells.NONE) {
            watches.set(present, OWNER, watches.get(present, OWNER) | mode);
            return;
        }
        if (isCountedFor(kind, pathCell, slot)) {
            count++;
            watchers.addToCount(slot, 1);
        }
        int watch = watches.allocate();
        watches.set(watch, PATH, pathCell);
        watches.set(watch, OWNER, key << MODE_BITS | mode);
        table.add(watch, hash(pathCell, key));
        linkToPath(watch, pathCell, kind);
        linkToConnection(watch, slot);
        watchers.addBytes(slot, paths.length(pathCell));
        size++;
        if (kind == Kind.RECURSIVE) {
            recursiveCount++;
        }
    }

    /** A connection that watches a path for its data and recursively too is counted once, as ZooKeeper does it. */
    private boolean isCountedFor(int kind, int pathCell, int slot) {
        if (kind == Kind.CHILD || kind == Kind.DATA && recursiveCount == 0) {
            return true;
        }
        int other = kind == Kind.DATA ? Kind.RECURSIVE : Kind.DATA;
        return find(pathCell, slot << KIND_BITS | other) == Cells.NONE;
    }

    /** Removes these modes; says whether there was any of them. */
    boolean remove(byte[] path, long connection, int kind, int modes) {
        int watch = find(path, connection, kind);
        if (watch == Cells.NONE) {
            return false;
        }
        int owner = watches.get(watch, OWNER);
        if ((owner & modes) == 0) {
            return false;
        }
        if ((owner & ALL & ~modes) != 0) {
            watches.set(watch, OWNER, owner & ~modes);
            return true;
        }
        int pathCell = watches.get(watch, PATH);
        removeWatch(watch);
        paths.releaseIfUnused(pathCell);
        return true;
    }

    /** The modes in which a connection watches, 0 for not at all. */
    int modes(byte[] path, long connection, int kind) {
        int watch = find(path, connection, kind);
        return watch == Cells.NONE ? 0 : watches.get(watch, OWNER) & ALL;
    }

    /** Whether such a watch would be one more in {@link #count(long)}. */
    boolean wouldCount(byte[] path, long connection, int kind) {
        if (modes(path, connection, kind) != 0) {
            return false;
        }
        int other = kind == Kind.DATA ? Kind.RECURSIVE : Kind.DATA;
        return kind == Kind.CHILD || modes(path, connection, other) == 0;
    }

    void removeConnection(long connection) {
        int slot = watchers.find(connection);
        if (slot == Cells.NONE) {
            return;
        }
        int watch = watchers.firstWatch(slot);
        while (watch != Cells.NONE) {
            int next = watches.get(watch, NEXT_OF_CONNECTION);
            int pathCell = watches.get(watch, PATH);
            removeWatch(watch);
            paths.releaseIfUnused(pathCell);
            watch = next;
        }
    }

    /**
     * Walks over the pairs of a path and a connection that watches the znode itself or all below; a pair that does both comes
     * once. It ends with the path at which so many have come, so that others may be served in between; what is set or removed
     * meanwhile comes or does not.
     *
     * @param from 0, or what an earlier call returned
     * @return where to go on, or -1 if there are no more
     */
    int forEachOfData(int from, int atMost, WatchTable.Visitor visitor) {
        int[] looked = {0};
        int next = paths.forEach(
                from,
                (pathCell, path) -> {
                    looked[0]++;
                    for (int kind : new int[] {Kind.DATA, Kind.RECURSIVE}) {
                        for (int watch = paths.list(pathCell, kind); watch != Cells.NONE; ) {
                            int slot = watches.get(watch, OWNER) >>> MODE_BITS + KIND_BITS;
                            looked[0]++;
                            if (kind == Kind.DATA || find(pathCell, slot << KIND_BITS | Kind.DATA) == Cells.NONE) {
                                visitor.watch(path, watchers.connection(slot));
                            }
                            watch = watches.get(watch, NEXT_OF_PATH);
                        }
                    }
                },
                () -> looked[0] < atMost);
        return next == Cells.NONE ? -1 : next;
    }

    /** Pairs of a path and a connection, those for children counted apart. */
    int count() {
        return count;
    }

    /** Of one connection. */
    int count(long connection) {
        int slot = watchers.find(connection);
        return slot == Cells.NONE ? 0 : watchers.count(slot);
    }

    /** Of the paths of one connection's watches. */
    long bytes(long connection) {
        int slot = watchers.find(connection);
        return slot == Cells.NONE ? 0 : watchers.bytes(slot);
    }

    /** Of all paths, each once. */
    long pathBytes() {
        return paths.bytes();
    }

    boolean isWatched(byte[] path) {
        return paths.find(path, path.length) != Cells.NONE;
    }

    /** The count that it shares with others. */
    Tally tally(long connection) {
        return watchers.tally(connection);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** An event begins: a connection is told of it once. */
    void beginEvent() {
        event++;
    }

    /** Tells those who watch this very path; their one-shot watches are used up. */
    void trigger(byte[] path, int length, int kind, Told told) {
        int pathCell = paths.find(path, length);
        if (pathCell == Cells.NONE) {
            return;
        }
        int watch = paths.list(pathCell, kind);
        while (watch != Cells.NONE) {
            int next = watches.get(watch, NEXT_OF_PATH);
            int owner = watches.get(watch, OWNER);
            int slot = owner >>> MODE_BITS + KIND_BITS;
            long connection = watchers.connection(slot);
            boolean first = watchers.tellOnce(slot, event);
            if (kind != Kind.RECURSIVE && (owner & STANDARD) != 0) {
                if ((owner & PERSISTENT) != 0) {
                    watches.set(watch, OWNER, owner & ~STANDARD);
                } else {
                    removeWatch(watch);
                }
            }
            if (first) {
                told.accept(connection);
            }
            watch = next;
        }
        paths.releaseIfUnused(pathCell);
    }

    /** Tells those who watch all below this path or one of its ancestors, nearest first. */
    void triggerRecursive(byte[] path, Told told) {
        if (recursiveCount == 0) {
            return;
        }
        int length = path.length;
        trigger(path, length, Kind.RECURSIVE, told);
        while (length > 1) {
            length = parentLength(path, length);
            trigger(path, length, Kind.RECURSIVE, told);
        }
    }

    /** The length of the parent's path; the root's is 1. */
    static int parentLength(byte[] path, int length) {
        int slash = length - 1;
        while (slash > 0 && path[slash] != '/') {
            slash--;
        }
        return Math.max(1, slash);
    }

    private int find(byte[] path, long connection, int kind) {
        int slot = watchers.find(connection);
        int pathCell = slot == Cells.NONE ? Cells.NONE : paths.find(path, path.length);
        return pathCell == Cells.NONE ? Cells.NONE : find(pathCell, slot << KIND_BITS | kind);
    }

    private int find(int pathCell, int key) {
        int watch = table.first(hash(pathCell, key));
        while (watch != Cells.NONE
                && (watches.get(watch, PATH) != pathCell || watches.get(watch, OWNER) >>> MODE_BITS != key)) {
            watch = table.next(watch);
        }
        return watch;
    }

    private int hash(int watch) {
        return hash(watches.get(watch, PATH), watches.get(watch, OWNER) >>> MODE_BITS);
    }

    private int hash(int pathCell, int key) {
        return SeededHash.of(seed, (long) pathCell << Integer.SIZE | key);
    }

    private void linkToPath(int watch, int pathCell, int kind) {
        int first = paths.list(pathCell, kind);
        watches.set(watch, NEXT_OF_PATH, Cells.NONE);
        if (first == Cells.NONE) {
            watches.set(watch, PREVIOUS_OF_PATH, watch);
            paths.setList(pathCell, kind, watch);
            return;
        }
        int last = watches.get(first, PREVIOUS_OF_PATH);
        watches.set(last, NEXT_OF_PATH, watch);
        watches.set(watch, PREVIOUS_OF_PATH, last);
        watches.set(first, PREVIOUS_OF_PATH, watch);
    }

    private void unlinkFromPath(int watch, int pathCell, int kind) {
        int first = paths.list(pathCell, kind);
        int next = watches.get(watch, NEXT_OF_PATH);
        int previous = watches.get(watch, PREVIOUS_OF_PATH);
        if (watch == first) {
            paths.setList(pathCell, kind, next);
        } else {
            watches.set(previous, NEXT_OF_PATH, next);
        }
        if (next != Cells.NONE) {
            watches.set(next, PREVIOUS_OF_PATH, previous);
        } else if (watch != first) {
            watches.set(first, PREVIOUS_OF_PATH, previous);
        }
    }

    private void linkToConnection(int watch, int slot) {
        int first = watchers.firstWatch(slot);
        watches.set(watch, NEXT_OF_CONNECTION, first);
        watches.set(watch, PREVIOUS_OF_CONNECTION, Cells.NONE);
        if (first != Cells.NONE) {
            watches.set(first, PREVIOUS_OF_CONNECTION, watch);
        }
        watchers.setFirstWatch(slot, watch);
    }

    private void unlinkFromConnection(int watch, int slot) {
        int next = watches.get(watch, NEXT_OF_CONNECTION);
        int previous = watches.get(watch, PREVIOUS_OF_CONNECTION);
        if (previous == Cells.NONE) {
            watchers.setFirstWatch(slot, next);
        } else {
            watches.set(previous, NEXT_OF_CONNECTION, next);
        }
        if (next != Cells.NONE) {
            watches.set(next, PREVIOUS_OF_CONNECTION, previous);
        }
    }

    /** Leaves the path's number to the caller, who may still walk over its lists. */
    private void removeWatch(int watch) {
        int pathCell = watches.get(watch, PATH);
        int key = watches.get(watch, OWNER) >>> MODE_BITS;
        int kind = key & (1 << KIND_BITS) - 1;
        int slot = key >>> KIND_BITS;
        table.remove(watch, hash(pathCell, key));
        unlinkFromPath(watch, pathCell, kind);
        unlinkFromConnection(watch, slot);
        watchers.addBytes(slot, -paths.length(pathCell));
        watches.release(watch);
        size--;
        if (kind == Kind.RECURSIVE) {
            recursiveCount--;
        }
        if (isCountedFor(kind, pathCell, slot)) {
            count--;
            watchers.addToCount(slot, -1);
        }
        watchers.releaseIfUnused(slot);
        if (size == 0) {
            table.clear();
            watches.clear();
        }
    }
}
