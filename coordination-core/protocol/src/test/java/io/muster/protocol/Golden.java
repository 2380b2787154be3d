package io.muster.protocol;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads what the test kit recorded from ZooKeeper. */
final class Golden {
    private Golden() {}

    /** Name to bytes: one sample of every record. */
    static Map<String, byte[]> records() {
        Map<String, byte[]> records = new LinkedHashMap<>();
        for (String line : lines("records.txt")) {
            if (!line.startsWith("#")) {
                int equals = line.indexOf(" = ");
                records.put(line.substring(0, equals), HexFormat.of().parseHex(line.substring(equals + 3)));
            }
        }
        return records;
    }

    static List<String> lines(String file) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + file), file),
                StandardCharsets.UTF_8))) {
            return in.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
