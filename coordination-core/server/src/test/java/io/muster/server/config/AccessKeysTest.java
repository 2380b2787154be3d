package io.muster.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.replica.Reaping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessKeysTest {
    private static final String SMALLEST = "dataDir=/d\nclientPort=2181\n";

    @TempDir
    Path directory;

    private ServerConfig read(String text, Map<String, String> system) throws IOException {
        return ZooCfg.read(Files.writeString(directory.resolve("zoo.cfg"), SMALLEST + text), SystemSettings.of(system));
    }

    @Test
    void reapingIsZooKeepersUnlessSystemPropertiesSayOtherwise() throws Exception {
        assertEquals(new Reaping(60_000, 10_000, 0), read("", Map.of()).reaping());
        Map<String, String> system = Map.of(
                "znode.container.checkIntervalMs", "500",
                "znode.container.maxPerMinute", "7",
                "znode.container.maxNeverUsedIntervalMs", "300000");
        assertEquals(new Reaping(500, 7, 300_000), read("", system).reaping());
    }

    @Test
    void reapingCannotBeSetInTheFileAsInZooKeeper() throws Exception {
        assertEquals(
                Reaping.DEFAULT,
                read("znode.container.checkIntervalMs=500\n", Map.of()).reaping());
    }

    @Test
    void anIntervalOfNothingIsRefused() {
        assertThrows(ConfigException.class, () -> read("", Map.of("znode.container.checkIntervalMs", "0")));
    }
}
