package io.muster.testkit.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ZooKeeper's client of the 3.5 line, unmodified, on a Muster server; in a process of its own, without the 3.9 jars. */
@Timeout(240)
class OlderZooKeeperClientOnMusterTest {
    /** Where the build puts its jars. */
    private static final Path JARS = Path.of("target", "zookeeper-3.5").toAbsolutePath();

    @Test
    void seesOnMusterWhatItSeesOnZooKeeper() throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath(),
                // what the client has to say for itself is not asked for
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
                OlderZooKeeperScenario.class.getName());
        ScenarioProcess.compare(
                command,
                45,
                "disconnected -> Disconnected",
                "connected -> SyncConnected",
                "the same session -> true",
                "its ephemeral -> v0 c0 a0 bytes=0 children=0 ephemeral unchanged barren",
                "its watch -> NodeDataChanged SyncConnected /kept");
    }

    /** Ours, with the older jars in the newer ones' place. */
    private static String classPath() throws IOException {
        List<String> entries = new ArrayList<>();
        try (Stream<Path> jars = Files.list(JARS)) {
            jars.map(Path::toString).sorted().forEach(entries::add);
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!Path.of(entry).getFileName().toString().startsWith("zookeeper")) {
                entries.add(Path.of(entry).toAbsolutePath().toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }
}
