package io.muster.client.session;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.EventType;
import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import io.muster.protocol.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Who of this client watches what, as the server does not remember it across connections. Many registrations on one path
 * share one watch of the server.
 *
 * <p>Invariant: no list in the maps is empty.
 */
final class WatchRegistry {
    /** The server refuses frames that are too long, so watches are set again in several requests. */
    static final int MAX_RESTORE_CHARS = 128 * 1024;

    /** A kind of registration: the server has two registries, the client tells what the watch was set by. */
    enum Kind {
        /** By getData, or by exists while there was a znode. */
        DATA,
        /** By exists while there was none. */
        EXIST,
        CHILD,
        PERSISTENT,
        RECURSIVE;

        static Kind of(AddWatchMode mode) {
            return mode == AddWatchMode.PERSISTENT ? PERSISTENT : RECURSIVE;
        }
    }

    private final List<Map<String, List<WatchSink>>> byKind = new ArrayList<>();

    WatchRegistry() {
        for (int i = 0; i < Kind.values().length; i++) {
            byKind.add(new LinkedHashMap<>());
        }
    }

    void add(Kind kind, String path, WatchSink sink) {
        of(kind).computeIfAbsent(path, p -> new ArrayList<>(1)).add(sink);
    }

    boolean has(Kind kind, String path) {
        return of(kind).containsKey(path);
    }

    boolean isEmpty() {
        return byKind.stream().allMatch(Map::isEmpty);
    }

    /** Takes out one registration; whether it was there. */
    boolean remove(Kind kind, String path, WatchSink sink) {
        List<WatchSink> sinks = of(kind).get(path);
        if (sinks == null || !sinks.removeIf(each -> each == sink)) {
            return false;
        }
        dropIfEmpty(kind, path, sinks);
        return true;
    }

    /** Takes out an owner's registrations of one kind; whether there were any. */
    boolean removeOwner(Kind kind, String path, Object owner) {
        List<WatchSink> sinks = of(kind).get(path);
        if (sinks == null || !sinks.removeIf(each -> each.owner() == owner)) {
            return false;
        }
        dropIfEmpty(kind, path, sinks);
        return true;
    }

    /** Who is to be told of an event; one-shot registrations that it uses up are gone afterwards. */
    void trigger(EventType type, String path, Consumer<WatchSink> told) {
        switch (type) {
            case NODE_CREATED, NODE_DATA_CHANGED -> {
                takeAll(Kind.DATA, path, told);
                takeAll(Kind.EXIST, path, told);
            }
            case NODE_CHILDREN_CHANGED -> takeAll(Kind.CHILD, path, told);
            case NODE_DELETED -> {
                takeAll(Kind.DATA, path, told);
                takeAll(Kind.EXIST, path, told);
                takeAll(Kind.CHILD, path, told);
            }
        }
        of(Kind.PERSISTENT).getOrDefault(path, List.of()).forEach(told);
        if (type != EventType.NODE_CHILDREN_CHANGED && !of(Kind.RECURSIVE).isEmpty()) {
            String at = path;
            while (true) {
                of(Kind.RECURSIVE).getOrDefault(at, List.of()).forEach(told);
                if (at.equals("/")) {
                    break;
                }
                at = Paths.parent(at);
            }
        }
    }

    /** The session is over: one-shot registrations end, persistent ones wait for the next. */
    void takeOneShots(Consumer<WatchSink> ended) {
        for (Kind kind : List.of(Kind.DATA, Kind.EXIST, Kind.CHILD)) {
            of(kind).values().forEach(sinks -> sinks.forEach(ended));
            of(kind).clear();
        }
    }

    void takePersistent(Consumer<WatchSink> ended) {
        forEachPersistent(ended);
        of(Kind.PERSISTENT).clear();
        of(Kind.RECURSIVE).clear();
    }

    void forEachPersistent(Consumer<WatchSink> each) {
        of(Kind.PERSISTENT).values().forEach(sinks -> sinks.forEach(each));
        of(Kind.RECURSIVE).values().forEach(sinks -> sinks.forEach(each));
    }

    /** The requests that set all of it again on a new connection. */
    List<Request.SetWatches> restore(long relativeZxid) {
        boolean persistent =
                !of(Kind.PERSISTENT).isEmpty() || !of(Kind.RECURSIVE).isEmpty();
        OpCode op = persistent ? OpCode.SET_WATCHES2 : OpCode.SET_WATCHES;
        List<Request.SetWatches> requests = new ArrayList<>();
        List<List<String>> batch = newBatch();
        int chars = 0;
        for (Kind kind : Kind.values()) {
            for (String path : of(kind).keySet()) {
                if (chars > 0 && chars + path.length() > MAX_RESTORE_CHARS) {
                    requests.add(request(op, relativeZxid, batch));
                    batch = newBatch();
                    chars = 0;
                }
                batch.get(kind.ordinal()).add(path);
                chars += path.length();
            }
        }
        if (chars > 0) {
            requests.add(request(op, relativeZxid, batch));
        }
        return requests;
    }

    private static Request.SetWatches request(OpCode op, long relativeZxid, List<List<String>> batch) {
        return new Request.SetWatches(
                op, relativeZxid, batch.get(0), batch.get(1), batch.get(2), batch.get(3), batch.get(4));
    }

    private static List<List<String>> newBatch() {
        List<List<String>> batch = new ArrayList<>();
        for (int i = 0; i < Kind.values().length; i++) {
            batch.add(new ArrayList<>());
        }
        return batch;
    }

    private void takeAll(Kind kind, String path, Consumer<WatchSink> told) {
        List<WatchSink> sinks = of(kind).remove(path);
        if (sinks != null) {
            sinks.forEach(told);
        }
    }

    private void dropIfEmpty(Kind kind, String path, List<WatchSink> sinks) {
        if (sinks.isEmpty()) {
            of(kind).remove(path);
        }
    }

    private Map<String, List<WatchSink>> of(Kind kind) {
        return byKind.get(kind.ordinal());
    }
}
