package io.muster.server.config;

import com.google.common.base.Splitter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Looks values up and checks them; knows where each came from, for the message when one is wrong. */
final class Settings {
    private static final String PREFIX = "zookeeper.";
    /** How the names of ZooKeeper's other properties begin. */
    private static final List<String> WITHOUT_PREFIX = List.of(
            "jute.",
            "readonlymode.",
            "znode.container.",
            "follower.nodelay",
            "leader.nodelay",
            "fsync.",
            "java.security.auth.login.config");

    private final String file;
    private final Map<String, String> entries;
    private final SystemSettings system;
    private final Set<String> used = new HashSet<>();
    private final Set<String> usedProperties = new HashSet<>();

    Settings(String file, Map<String, String> entries, SystemSettings system) {
        this.file = file;
        this.entries = entries;
        this.system = system;
    }

    /** A value and the name under which it was found. */
    record Found(String where, String value) {}

    /** A key that only the file has. */
    @Nullable
    Found inFile(String key) {
        used.add(key);
        String value = entries.get(key);
        return value == null || value.isBlank() ? null : new Found(file + ": " + key, value.trim());
    }

    /** A key of the file; without it, the system property {@code zookeeper.} and the key. */
    @Nullable
    Found anywhere(String key) {
        Found found = inFile(key);
        return found != null ? found : inSystem(PREFIX + key);
    }

    /** A system property, which the file cannot set. */
    @Nullable
    Found inSystem(String property) {
        usedProperties.add(property);
        String value = system.get(property);
        return value == null || value.isBlank() ? null : new Found("system property " + property, value.trim());
    }

    /** Keys of the file that start so, sorted. */
    List<String> keysLike(String prefix) {
        return entries.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .sorted()
                .toList();
    }

    /** Keys of the file that nobody asked for, sorted. */
    List<String> unusedInFile() {
        return entries.keySet().stream()
                .filter(key -> !used.contains(key))
                .sorted()
                .toList();
    }

    /** Of the system properties that are ZooKeeper's those that nobody asked for, without their prefix, sorted. */
    List<String> unusedInSystem() {
        return system.names().stream()
                .filter(name ->
                        name.startsWith(PREFIX) || WITHOUT_PREFIX.stream().anyMatch(name::startsWith))
                .filter(name -> !usedProperties.contains(name))
                .map(name -> name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name)
                .filter(name -> !used.contains(name))
                .sorted()
                .toList();
    }

    /** A number that is usually written as 0xfffff, which the others do not allow. */
    static int bytes(@Nullable Found found, int otherwise, int min) {
        if (found == null) {
            return otherwise;
        }
        String allowed = "a whole number of bytes, at least " + min;
        try {
            int value = Integer.decode(found.value);
            if (value >= min) {
                return value;
            }
            throw wrong(found, allowed);
        } catch (NumberFormatException e) {
            throw wrong(found, allowed);
        }
    }

    /** Hands a flag on, if it is set. */
    static void flag(@Nullable Found found, Consumer<Boolean> set) {
        if (found != null) {
            set.accept(flag(found, false));
        }
    }

    /** Hands a number on, if it is set. */
    static void number(@Nullable Found found, int min, int max, IntConsumer set) {
        if (found != null) {
            set.accept(number(found, 0, min, max));
        }
    }

    /** Hands a number on, if it is set. */
    static void longNumber(@Nullable Found found, long min, long max, LongConsumer set) {
        if (found != null) {
            set.accept(number(found, 0L, min, max));
        }
    }

    static int number(@Nullable Found found, int otherwise, int min, int max) {
        return (int) number(found, (long) otherwise, min, max);
    }

    static long number(@Nullable Found found, long otherwise, long min, long max) {
        if (found == null) {
            return otherwise;
        }
        boolean open = max == Integer.MAX_VALUE || max == Long.MAX_VALUE;
        String allowed = open ? "a whole number, at least " + min : "a whole number from " + min + " to " + max;
        try {
            long value = Long.parseLong(found.value);
            if (value >= min && value <= max) {
                return value;
            }
            throw wrong(found, allowed);
        } catch (NumberFormatException e) {
            throw wrong(found, allowed);
        }
    }

    /** A number from 0 to 1. */
    static double share(@Nullable Found found, double otherwise) {
        if (found == null) {
            return otherwise;
        }
        try {
            double value = Double.parseDouble(found.value);
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(found, "a number from 0 to 1");
        }
        throw wrong(found, "a number from 0 to 1");
    }

    static boolean flag(@Nullable Found found, boolean otherwise) {
        if (found == null) {
            return otherwise;
        }
        return switch (found.value.toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw wrong(found, "true or false");
        };
    }

    static List<String> list(@Nullable Found found) {
        return found == null
                ? List.of()
                : Splitter.on(',').trimResults().omitEmptyStrings().splitToList(found.value);
    }

    static ConfigException wrong(Found found, String allowed) {
        return new ConfigException(found.where + "=" + found.value + " is not allowed; it must be " + allowed);
    }
}
