package io.muster.replica.state;

import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The data of a quota's two znodes: numbers by name. What is no number counts as not there, since any client may have
 * written it.
 */
final class QuotaText {
    static final long NONE = -1;
    private static final String COUNT = "count";
    private static final String BYTES = "bytes";
    private static final String COUNT_HARD = "countHardLimit";
    private static final String BYTES_HARD = "byteHardLimit";

    private final TreeMap<String, Long> numbers = new TreeMap<>();

    private QuotaText() {}

    static QuotaText of(long count, long bytes) {
        QuotaText text = new QuotaText();
        text.numbers.put(COUNT, count);
        text.numbers.put(BYTES, bytes);
        return text;
    }

    static QuotaText parse(byte @Nullable [] data) {
        QuotaText text = new QuotaText();
        if (data == null) {
            return text;
        }
        for (String part : new String(data, StandardCharsets.UTF_8).split("[,;]+")) {
            String[] keyAndValue = part.split("=");
            if (keyAndValue.length > 0) {
                text.put(keyAndValue[0], keyAndValue.length < 2 ? "" : keyAndValue[1]);
            }
        }
        return text;
    }

    private void put(String key, String value) {
        try {
            numbers.put(key, value.isEmpty() ? NONE : Long.parseLong(value));
        } catch (NumberFormatException e) {
            numbers.remove(key);
        }
    }

    private long get(String key) {
        return numbers.getOrDefault(key, NONE);
    }

    long count() {
        return get(COUNT);
    }

    long bytes() {
        return get(BYTES);
    }

    long countHard() {
        return get(COUNT_HARD);
    }

    long bytesHard() {
        return get(BYTES_HARD);
    }

    void add(long countDiff, long bytesDiff) {
        numbers.put(COUNT, count() + countDiff);
        numbers.put(BYTES, bytes() + bytesDiff);
    }

    /** As ZooKeeper writes it: what older versions know first, and an equals sign that hides the rest from them. */
    byte[] toBytes() {
        StringBuilder out = new StringBuilder();
        out.append(COUNT).append('=').append(count());
        out.append(',').append(BYTES).append('=').append(bytes());
        boolean more = false;
        for (var entry : numbers.entrySet()) {
            if (!entry.getKey().equals(COUNT) && !entry.getKey().equals(BYTES)) {
                out.append(more ? "" : "=")
                        .append(';')
                        .append(entry.getKey())
                        .append('=')
                        .append(entry.getValue());
                more = true;
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
