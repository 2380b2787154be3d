package io.muster.testkit.differential;

import io.muster.testkit.differential.Coverage.Event;
import io.muster.testkit.differential.Coverage.Watch;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What watches a connection holds, as far as its requests tell: for the table of what was met. Not for several threads. */
final class HeldWatches {
    private static final int NO_NODE = -101;

    private final Map<String, Set<Watch>> byPath = new HashMap<>();

    void clear() {
        byPath.clear();
    }

    /** Before the request is sent: what it restores may be told of before its reply. */
    void asked(Operation operation) {
        if (operation.kind() == Kind.SET_WATCHES || operation.kind() == Kind.SET_WATCHES2) {
            Watch[] restored = {
                Watch.RESTORED_DATA,
                Watch.RESTORED_EXIST,
                Watch.RESTORED_CHILD,
                Watch.RESTORED_PERSISTENT,
                Watch.RESTORED_RECURSIVE
            };
            for (int i = 1; i < operation.arguments().size(); i++) {
                if (operation.arguments().get(i) instanceof List<?> paths) {
                    for (Object path : paths) {
                        add((String) path, restored[i - 1]);
                    }
                }
            }
        }
    }

    void answered(Operation operation, int err) {
        boolean watch = operation.kind().fields.contains(Field.BOOL) && (Boolean) operation.argument(1);
        switch (operation.kind()) {
            case EXISTS -> {
                if (watch && (err == 0 || err == NO_NODE)) {
                    add(String.valueOf(operation.arguments().get(0)), Watch.EXISTS);
                }
            }
            case GET_DATA -> {
                if (watch && err == 0) {
                    add(String.valueOf(operation.arguments().get(0)), Watch.GET_DATA);
                }
            }
            case GET_CHILDREN, GET_CHILDREN2 -> {
                if (watch && err == 0) {
                    add(String.valueOf(operation.arguments().get(0)), Watch.GET_CHILDREN);
                }
            }
            case ADD_WATCH -> {
                if (err == 0) {
                    boolean persistent = operation.argument(1).equals(0);
                    add(String.valueOf(operation.arguments().get(0)), persistent ? Watch.PERSISTENT : Watch.RECURSIVE);
                }
            }
            case REMOVE_WATCHES -> {
                if (err == 0) {
                    byPath.remove(String.valueOf(operation.arguments().get(0)));
                }
            }
            default -> {
                // sets none
            }
        }
    }

    private void add(String path, Watch watch) {
        byPath.computeIfAbsent(path, p -> EnumSet.noneOf(Watch.class)).add(watch);
    }

    /** Which of them can have caused an event; those that fire once are gone then. */
    Set<Watch> causes(Event event, String path) {
        Set<Watch> causes = EnumSet.noneOf(Watch.class);
        Set<Watch> here = byPath.getOrDefault(path, EnumSet.noneOf(Watch.class));
        for (Watch watch : here) {
            if (watch.canCause(event)) {
                causes.add(watch);
            }
        }
        here.removeIf(watch -> watch.firesOnce() && causes.contains(watch));
        byPath.forEach((above, watches) -> {
            if (path.startsWith(above.equals("/") ? "/" : above + "/") && event != Event.CHILDREN_CHANGED) {
                watches.stream().filter(Watch::isRecursive).forEach(causes::add);
            }
        });
        return causes;
    }
}
