package io.muster.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A recorded file in another module's test resources. To record it anew after a deliberate change, run the comparing test
 * with {@code -Dmuster.golden.record=true} and look at the difference in version control.
 */
final class GoldenFile {
    private GoldenFile() {}

    /**
     * @param path from the directory {@code coordination-core}
     * @param recorded the lines that the real thing gives now
     */
    static void compareOrRecord(String path, List<String> recorded) {
        Path file = Path.of("..").resolve(path);
        try {
            if (Boolean.getBoolean("muster.golden.record")) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, String.join("\n", recorded) + "\n");
            }
            List<String> golden = Files.readAllLines(file);
            for (int i = 0; i < Math.min(golden.size(), recorded.size()); i++) {
                assertEquals(golden.get(i), recorded.get(i), path + ", line " + (i + 1));
            }
            assertEquals(golden.size(), recorded.size(), path + ": lines");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
