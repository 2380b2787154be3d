package io.muster.replica.watch;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.EventType;
import io.muster.protocol.Paths;
import io.muster.protocol.WatchKind;
import io.muster.replica.state.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a {@link WatchTable} should do, without a thought about memory and time. */
final class WatchModel {
    private enum Mode {
        STANDARD,
        PERSISTENT,
        RECURSIVE
    }

    /** As ZooKeeper has it: one registry for the znode itself, one for its children. */
    private record Watch(boolean child, String path, long connection, Mode mode) {}

    private final Set<Watch> watches = new LinkedHashSet<>();

    void addData(String path, long connection) {
        watches.add(new Watch(false, path, connection, Mode.STANDARD));
    }

    void addChild(String path, long connection) {
        watches.add(new Watch(true, path, connection, Mode.STANDARD));
    }

    void add(String path, long connection, AddWatchMode mode) {
        if (mode == AddWatchMode.PERSISTENT_RECURSIVE) {
            watches.add(new Watch(false, path, connection, Mode.RECURSIVE));
        } else {
            watches.add(new Watch(false, path, connection, Mode.PERSISTENT));
            watches.add(new Watch(true, path, connection, Mode.PERSISTENT));
        }
    }

    private static boolean isOf(Watch watch, WatchKind kind) {
        return switch (kind) {
            case CHILDREN -> watch.child && watch.mode == Mode.STANDARD;
            case DATA -> !watch.child && watch.mode == Mode.STANDARD;
            case PERSISTENT -> watch.mode == Mode.PERSISTENT;
            case PERSISTENT_RECURSIVE -> watch.mode == Mode.RECURSIVE;
            case ANY -> true;
        };
    }

    boolean has(String path, long connection, WatchKind kind) {
        return watches.stream().anyMatch(w -> w.path.equals(path) && w.connection == connection && isOf(w, kind));
    }

    boolean remove(String path, long connection, WatchKind kind) {
        return watches.removeIf(w -> w.path.equals(path) && w.connection == connection && isOf(w, kind));
    }

    void removeConnection(long connection) {
        watches.removeIf(w -> w.connection == connection);
    }

    int count() {
        return (int) watches.stream()
                .map(w -> w.child + w.path + " " + w.connection)
                .distinct()
                .count();
    }

    int count(long connection) {
        return (int) watches.stream()
                .filter(w -> w.connection == connection)
                .map(w -> w.child + w.path)
                .distinct()
                .count();
    }

    /** The events of each connection, in order. */
    Map<Long, List<String>> trigger(Change change) {
        Map<Long, List<String>> events = new TreeMap<>();
        String path = change.path();
        EventType type = switch (change.kind()) {
            case CREATED -> EventType.NODE_CREATED;
            case DELETED -> EventType.NODE_DELETED;
            case DATA_CHANGED -> EventType.NODE_DATA_CHANGED;
        };
        Map<Long, Boolean> told = new LinkedHashMap<>();
        for (Watch watch : watches) {
            boolean above = watch.mode == Mode.RECURSIVE
                    && (watch.path.equals("/") || watch.path.equals(path) || isBelow(path, watch.path));
            boolean same = watch.path.equals(path) && (!watch.child || change.kind() == Change.Kind.DELETED);
            if (above || same) {
                told.put(watch.connection, true);
            }
        }
        told.keySet().forEach(c -> tell(events, c, type + " " + path));
        watches.removeIf(w ->
                w.path.equals(path) && w.mode == Mode.STANDARD && (!w.child || change.kind() == Change.Kind.DELETED));
        if (change.kind() != Change.Kind.DATA_CHANGED) {
            String parent = Paths.parent(path);
            Set<Long> watchers = new LinkedHashSet<>();
            watches.stream().filter(w -> w.child && w.path.equals(parent)).forEach(w -> watchers.add(w.connection));
            watchers.forEach(c -> tell(events, c, EventType.NODE_CHILDREN_CHANGED + " " + parent));
            watches.removeIf(w -> w.child && w.path.equals(parent) && w.mode == Mode.STANDARD);
        }
        return events;
    }

    /** Clients may watch what is no path; nothing is below it. */
    private static boolean isBelow(String path, String ancestor) {
        return ancestor.startsWith("/") && path.startsWith(ancestor + "/");
    }

    static void tell(Map<Long, List<String>> events, long connection, String event) {
        events.computeIfAbsent(connection, key -> new ArrayList<>()).add(event);
    }
}
