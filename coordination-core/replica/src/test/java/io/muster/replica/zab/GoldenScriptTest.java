package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dialogues that read like one: a command of {@link ScriptedPeer}, and behind {@code ->} what it puts out. {@code #} begins a
 * remark. To write what is put out now into the files in a directory, to be read with care, run {@link #main} with its name.
 */
class GoldenScriptTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "election",
                "fresh-start-leader",
                "fresh-start-follower",
                "rejoin-in-the-epoch",
                "new-epoch",
                "diff",
                "trunc",
                "snap",
                "late-joiner",
                "leader-syncs-by-every-plan",
                "leader-persistence",
                "follower-persistence",
                "observer",
                "rounds",
                "rollover-and-hand-over"
            })
    void thePeerAnswersAsWritten(String name) throws IOException {
        try (InputStream in = GoldenScriptTest.class.getResourceAsStream(name + ".txt")) {
            assertTrue(in != null, name);
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(script, played(script));
        }
    }

    /** The script, with what is put out now. */
    private static String played(String script) {
        StringBuilder text = new StringBuilder();
        ScriptedPeer[] peer = {new ScriptedPeer()};
        script.lines().filter(line -> !line.startsWith("  -> ")).forEach(line -> {
            text.append(line).append('\n');
            if (!line.isBlank() && !line.startsWith("#")) {
                if (line.startsWith("server ")) {
                    peer[0] = new ScriptedPeer();
                }
                peer[0].run(line)
                        .forEach(out -> text.append("  -> ").append(out).append('\n'));
            }
        });
        return text.toString();
    }

    public static void main(String[] arguments) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            for (Path file : files.sorted().toList()) {
                Files.writeString(file, played(Files.readString(file)));
            }
        }
    }
}
