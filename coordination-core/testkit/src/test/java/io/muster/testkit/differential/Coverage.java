package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which operations met which errors, and which kinds of watches which events, how often. Not for several threads. */
final class Coverage {
    /** How a watch was set. */
    enum Watch {
        GET_DATA,
        EXISTS,
        GET_CHILDREN,
        PERSISTENT,
        RECURSIVE,
        RESTORED_DATA,
        RESTORED_EXIST,
        RESTORED_CHILD,
        RESTORED_PERSISTENT,
        RESTORED_RECURSIVE;

        boolean isRecursive() {
            return this == RECURSIVE || this == RESTORED_RECURSIVE;
        }

        boolean firesOnce() {
            return !isRecursive() && this != PERSISTENT && this != RESTORED_PERSISTENT;
        }

        /**
         * Whether a watch of this kind on the event's very path can have caused it. One that was set on a znode that was
         * there cannot see it created, since it is spent by its deletion; one that was restored on a znode that was not
         * there is spent by its creation.
         */
        boolean canCause(Event event) {
            return switch (this) {
                case GET_DATA, RESTORED_DATA -> event == Event.DELETED || event == Event.DATA_CHANGED;
                case RESTORED_EXIST -> event == Event.CREATED;
                case EXISTS, RECURSIVE, RESTORED_RECURSIVE -> event != Event.CHILDREN_CHANGED;
                case GET_CHILDREN, RESTORED_CHILD -> event == Event.DELETED || event == Event.CHILDREN_CHANGED;
                case PERSISTENT, RESTORED_PERSISTENT -> true;
            };
        }
    }

    enum Event {
        CREATED,
        DELETED,
        DATA_CHANGED,
        CHILDREN_CHANGED
    }

    /** By the word of the operation, or {@code multi/} and it; then by error code. */
    private final Map<String, Map<Integer, Integer>> errors = new TreeMap<>();

    private final Map<Watch, Map<Event, Integer>> events = new EnumMap<>(Watch.class);

    void answered(Operation operation, int err, List<Integer> slotErrors) {
        count(operation.kind().word, err);
        List<Operation> parts = operation.parts();
        if (err == 0 && parts.size() == slotErrors.size()) {
            for (int i = 0; i < parts.size(); i++) {
                count(operation.kind().word + "/" + parts.get(i).kind().word, slotErrors.get(i));
            }
        }
    }

    private void count(String operation, int err) {
        errors.computeIfAbsent(operation, o -> new TreeMap<>()).merge(err, 1, Integer::sum);
    }

    void notified(Set<Watch> causes, Event event) {
        for (Watch cause : causes) {
            events.computeIfAbsent(cause, w -> new EnumMap<>(Event.class)).merge(event, 1, Integer::sum);
        }
    }

    /** What the table lacks of what can be met, in words; what it has beyond that too. */
    List<String> gaps(Map<String, Set<Integer>> reachable) {
        List<String> gaps = new ArrayList<>();
        Set<String> operations = new TreeSet<>(reachable.keySet());
        operations.addAll(errors.keySet());
        for (String operation : operations) {
            Set<Integer> met = errors.getOrDefault(operation, Map.of()).keySet();
            Set<Integer> wanted = reachable.getOrDefault(operation, Set.of());
            for (int err : new TreeSet<>(wanted)) {
                if (!met.contains(err)) {
                    gaps.add(operation + " never met " + err);
                }
            }
            for (int err : met) {
                if (!wanted.contains(err)) {
                    gaps.add(operation + " met " + err + ", which the table of what can be met does not know");
                }
            }
        }
        for (Watch watch : Watch.values()) {
            for (Event event : EnumSet.allOf(Event.class)) {
                if (watch.canCause(event)
                        && !events.getOrDefault(watch, Map.of()).containsKey(event)) {
                    gaps.add("a watch of kind " + watch + " never met " + event);
                }
            }
        }
        return gaps;
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        errors.forEach((operation, counts) -> table.append(String.format("%-28s %s%n", operation, counts)));
        events.forEach((watch, counts) -> table.append(String.format("watch %-22s %s%n", watch, counts)));
        return table.toString();
    }
}
