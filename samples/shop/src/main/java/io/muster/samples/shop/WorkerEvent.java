package io.muster.samples.shop;

import io.muster.recipes.lease.FencingToken;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says about itself, one line on its standard output for each: {@code @shop found item=lamp token=0x7}. Other
 * lines are nobody's.
 */
sealed interface WorkerEvent {
    String PREFIX = "@shop ";

    /** It has a session, for the first time or again. */
    record Connected(String session, int timeoutMs) implements WorkerEvent {}

    /** It holds the lock. */
    record Acquired(FencingToken token) implements WorkerEvent {}

    /** It holds the lock, and the store told it what is for sale. It will write the sale after a moment. */
    record Found(String item, FencingToken token) implements WorkerEvent {}

    record Sold(String item, FencingToken token) implements WorkerEvent {}

    /** The store did not take the sale, or did not even let it read: the item is {@code -} then. */
    record Refused(String item, FencingToken token, FencingToken highest) implements WorkerEvent {}

    /** The client noticed that the lock is not held any more. */
    record Lost(FencingToken token, String reason) implements WorkerEvent {}

    /** An operation failed; it tries again. */
    record Trouble(String what) implements WorkerEvent {}

    /** Nothing is left to sell: it goes home. */
    record SoldOut() implements WorkerEvent {}

    /** The line, without its end. */
    default String toLine() {
        return PREFIX + text();
    }

    private String text() {
        if (this instanceof Connected e) {
            return "connected session=" + e.session + " timeoutMs=" + e.timeoutMs;
        } else if (this instanceof Acquired e) {
            return "acquired token=" + e.token;
        } else if (this instanceof Found e) {
            return "found item=" + e.item + " token=" + e.token;
        } else if (this instanceof Sold e) {
            return "sold item=" + e.item + " token=" + e.token;
        } else if (this instanceof Refused e) {
            return "refused item=" + e.item + " token=" + e.token + " highest=" + e.highest;
        } else if (this instanceof Lost e) {
            return "lost token=" + e.token + " reason=" + word(e.reason);
        } else if (this instanceof Trouble e) {
            return "trouble what=" + word(e.what);
        }
        return "sold-out";
    }

    private static String word(String text) {
        return text.strip().replaceAll("\\s+", "_");
    }

    /** Empty if the line is not an event. Texts of several words come back with underscores. */
    static Optional<WorkerEvent> parse(String line) {
        if (!line.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String[] words = line.substring(PREFIX.length()).strip().split(" +");
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals > 0) {
                fields.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
        }
        try {
            return Optional.ofNullable(of(words[0], fields));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static @Nullable WorkerEvent of(String name, Map<String, String> fields) {
        return switch (name) {
            case "connected" -> new Connected(text(fields, "session"), Integer.parseInt(text(fields, "timeoutMs")));
            case "acquired" -> new Acquired(token(fields, "token"));
            case "found" -> new Found(text(fields, "item"), token(fields, "token"));
            case "sold" -> new Sold(text(fields, "item"), token(fields, "token"));
            case "refused" -> new Refused(text(fields, "item"), token(fields, "token"), token(fields, "highest"));
            case "lost" -> new Lost(token(fields, "token"), text(fields, "reason"));
            case "trouble" -> new Trouble(text(fields, "what"));
            case "sold-out" -> new SoldOut();
            default -> null;
        };
    }

    private static String text(Map<String, String> fields, String key) {
        String value = fields.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return value;
    }

    private static FencingToken token(Map<String, String> fields, String key) {
        return FencingToken.parse(text(fields, key));
    }
}
