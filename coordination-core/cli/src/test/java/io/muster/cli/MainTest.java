package io.muster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int run(String... arguments) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }

    @Test
    void versionNamesMusterAndTheProtocol() {
        assertEquals(0, run("version"));
        assertTrue(out.toString().matches("muster \\d.* \\(speaks ZooKeeper 3\\.9\\.5\\), Java .*\\R"), out.toString());
    }

    @Test
    void helpListsTheCommands() {
        assertEquals(0, run("help"));
        assertTrue(out.toString().contains("server"), out.toString());
    }

    @Test
    void withoutACommandItSaysHowItIsUsed() {
        assertEquals(2, run());
        assertTrue(err.toString().contains("Usage: muster"), err.toString());
    }

    @Test
    void wrongConfigurationIsOneLineAndExitCodeTwo() throws Exception {
        Path file = Files.writeString(directory.resolve("zoo.cfg"), "dataDir=/d\nclientPort=nowhere\n");
        assertEquals(2, run("server", file.toString()));
        assertEquals(
                file + ": clientPort=nowhere is not allowed; it must be a whole number from 0 to 65535",
                err.toString().strip());
    }

    @Test
    void serverThatCannotStartIsOneLineAndExitCodeOne() throws Exception {
        Path notADirectory = Files.writeString(directory.resolve("file"), "");
        Path file = Files.writeString(directory.resolve("zoo.cfg"), "dataDir=" + notADirectory + "/x\nclientPort=0\n");
        assertEquals(1, run("server", file.toString()));
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
        assertTrue(err.toString().contains(notADirectory.toString()), err.toString());
    }
}
