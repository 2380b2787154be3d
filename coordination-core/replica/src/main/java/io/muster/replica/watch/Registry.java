package io.muster.replica.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Watches of one kind of trigger: for each path its connections, each with the set of modes in which it watches. */
final class Registry {
    static final int STANDARD = 1;
    static final int PERSISTENT = 2;
    static final int RECURSIVE = 4;
    static final int ALL = STANDARD | PERSISTENT | RECURSIVE;

    /** Path to connection to modes; insertion order is the order of events. */
    private final Map<String, Map<Long, Integer>> byPath = new HashMap<>();

    private final Map<Long, Set<String>> byConnection = new HashMap<>();
    /** While it is 0, no trigger has to look at ancestors. */
    private int recursiveCount;

    private int count;

    void add(String path, long connection, int mode) {
        Map<Long, Integer> watchers = byPath.computeIfAbsent(path, key -> new LinkedHashMap<>(2));
        int before = watchers.getOrDefault(connection, 0);
        if ((before & mode) != 0) {
            return;
        }
        watchers.put(connection, before | mode);
        if (before == 0) {
            count++;
            byConnection
                    .computeIfAbsent(connection, key -> new LinkedHashSet<>())
                    .add(path);
        }
        if (mode == RECURSIVE) {
            recursiveCount++;
        }
    }

    /** Removes these modes; says whether there was any of them. */
    boolean remove(String path, long connection, int modes) {
        Map<Long, Integer> watchers = byPath.get(path);
        Integer before = watchers == null ? null : watchers.get(connection);
        if (watchers == null || before == null || (before & modes) == 0) {
            return false;
        }
        int after = before & ~modes;
        if ((before & ~after & RECURSIVE) != 0) {
            recursiveCount--;
        }
        if (after != 0) {
            watchers.put(connection, after);
            return true;
        }
        watchers.remove(connection);
        if (watchers.isEmpty()) {
            byPath.remove(path);
        }
        forgetPath(connection, path);
        return true;
    }

    boolean has(String path, long connection, int modes) {
        Map<Long, Integer> watchers = byPath.get(path);
        return watchers != null && (watchers.getOrDefault(connection, 0) & modes) != 0;
    }

    /** Connections to be told of something at this very path; their one-shot watches are used up by it. */
    List<Long> trigger(String path, boolean withRecursive) {
        Map<Long, Integer> watchers = byPath.get(path);
        if (watchers == null) {
            return List.of();
        }
        List<Long> told = new ArrayList<>(watchers.size());
        for (Map.Entry<Long, Integer> watcher : new ArrayList<>(watchers.entrySet())) {
            int modes = watcher.getValue();
            if ((modes & (withRecursive ? ALL : STANDARD | PERSISTENT)) != 0) {
                told.add(watcher.getKey());
            }
            if ((modes & STANDARD) != 0) {
                remove(path, watcher.getKey(), STANDARD);
            }
        }
        return told;
    }

    /** Adds the connections that watch everything below one of the path's ancestors, nearest first. */
    void addRecursive(String path, Set<Long> told) {
        if (recursiveCount == 0 || path.equals("/")) {
            return;
        }
        String ancestor = path;
        while (!ancestor.equals("/")) {
            int slash = ancestor.lastIndexOf('/');
            ancestor = slash <= 0 ? "/" : ancestor.substring(0, slash);
            Map<Long, Integer> watchers = byPath.get(ancestor);
            if (watchers != null) {
                watchers.forEach((connection, modes) -> {
                    if ((modes & RECURSIVE) != 0) {
                        told.add(connection);
                    }
                });
            }
        }
    }

    void removeConnection(long connection) {
        Set<String> paths = byConnection.get(connection);
        if (paths != null) {
            for (String path : new ArrayList<>(paths)) {
                remove(path, connection, ALL);
            }
        }
    }

    /** Pairs of a path and a connection. */
    int count() {
        return count;
    }

    private void forgetPath(long connection, String path) {
        count--;
        Set<String> paths = byConnection.get(connection);
        if (paths != null && paths.remove(path) && paths.isEmpty()) {
            byConnection.remove(connection);
        }
    }
}
