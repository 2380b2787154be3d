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

/**
 * Looks values up and checks them; knows where each came from, for the message when one is wrong.
 *
 * <p>What ZooKeeper takes from system properties it takes leniently: it starts with a value that it cannot read, and uses
 * another one. So does this, and says in a warning which. What ZooKeeper refuses, and what is ours alone, is refused.
 */
final class Settings {
    private static final String PREFIX = "zookeeper.";
    /** Of settings that ZooKeeper does not have. */
    private static final String OURS = "muster.";
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
    private final List<String> warnings;
    private final Set<String> used = new HashSet<>();
    private final Set<String> usedProperties = new HashSet<>();

    /** @param warnings gets a line for each value that is not taken as it stands */
    Settings(String file, Map<String, String> entries, SystemSettings system, List<String> warnings) {
        this.file = file;
        this.entries = entries;
        this.system = system;
        this.warnings = warnings;
    }

    /**
     * A value and the name under which it was found.
     *
     * @param tolerance gets a line if the value is not taken as it stands; null to refuse it then
     */
    record Found(String where, String value, @Nullable List<String> tolerance) {
        /** Says what holds in the place of a value that is not allowed, or refuses it. */
        private void replacedBy(Object other, String allowed) {
            if (tolerance == null) {
                throw wrong(this, allowed);
            }
            tolerance.add(where + "=" + value + " should be " + allowed + "; " + other + " holds");
        }

        private Found tolerant(List<String> warnings) {
            return new Found(where, value, warnings);
        }
    }

    /** A key that only the file has. */
    @Nullable
    Found inFile(String key) {
        used.add(key);
        String value = entries.get(key);
        return value == null || value.isBlank() ? null : new Found(file + ": " + key, value.trim(), null);
    }

    /** A key of the file; without it, the system property {@code zookeeper.} and the key. */
    @Nullable
    Found anywhere(String key) {
        Found found = inFile(key);
        if (found == null) {
            return inSystem(PREFIX + key);
        }
        return key.startsWith(OURS) ? found : found.tolerant(warnings);
    }

    /** A system property, which the file cannot set. */
    @Nullable
    Found inSystem(String property) {
        usedProperties.add(property);
        String value = system.get(property);
        return value == null || value.isBlank()
                ? null
                : new Found(
                        "system property " + property,
                        value.trim(),
                        property.startsWith(PREFIX + OURS) ? null : warnings);
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

    /** A number that is usually written as 0xfffff. */
    static int bytes(@Nullable Found found, int otherwise, int min) {
        return (int) number(found, (long) otherwise, min, Integer.MAX_VALUE);
    }

    /** Hands a flag on, if it is set. */
    static void flag(@Nullable Found found, Consumer<Boolean> set) {
        if (found != null) {
            set.accept(flag(found, false));
        }
    }

    /** Hands a number on, if it is set to one. */
    static void number(@Nullable Found found, int min, int max, IntConsumer set) {
        longNumber(found, min, max, value -> set.accept((int) value));
    }

    /** Hands a number on, if it is set to one. */
    static void longNumber(@Nullable Found found, long min, long max, LongConsumer set) {
        if (found == null) {
            return;
        }
        Long parsed = parse(found.value);
        if (parsed == null) {
            found.replacedBy("the default", allowed(min, max));
        } else {
            set.accept(within(found, parsed, min, max));
        }
    }

    static int number(@Nullable Found found, int otherwise, int min, int max) {
        return (int) number(found, (long) otherwise, min, max);
    }

    static long number(@Nullable Found found, long otherwise, long min, long max) {
        if (found == null) {
            return otherwise;
        }
        Long parsed = parse(found.value);
        if (parsed == null) {
            found.replacedBy(otherwise, allowed(min, max));
            return otherwise;
        }
        return within(found, parsed, min, max);
    }

    private static long within(Found found, long value, long min, long max) {
        long nearest = Math.max(min, Math.min(max, value));
        if (nearest != value) {
            found.replacedBy(nearest, allowed(min, max));
        }
        return nearest;
    }

    private static String allowed(long min, long max) {
        boolean open = max == Integer.MAX_VALUE || max == Long.MAX_VALUE;
        return open ? "a whole number, at least " + min : "a whole number from " + min + " to " + max;
    }

    /** Decimal, or hexadecimal with 0x, as Java's system properties may be; null if it is neither. */
    private static @Nullable Long parse(String text) {
        try {
            return text.regionMatches(true, 0, "0x", 0, 2) ? Long.decode(text) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** A number from 0 to 1. */
    static double share(@Nullable Found found, double otherwise) {
        if (found == null) {
            return otherwise;
        }
        double value;
        try {
            value = Double.parseDouble(found.value);
        } catch (NumberFormatException e) {
            value = -1;
        }
        if (value >= 0 && value <= 1) {
            return value;
        }
        found.replacedBy(otherwise, "a number from 0 to 1");
        return otherwise;
    }

    static boolean flag(@Nullable Found found, boolean otherwise) {
        if (found == null) {
            return otherwise;
        }
        return switch (found.value.toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> {
                found.replacedBy(false, "true or false");
                yield false;
            }
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
