package io.muster.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.samples.shop.DemoCommand;
import io.muster.server.config.ServerConfig;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    private final Typed typed = new Typed();
    private final StringWriter out = typed.out;
    private final StringWriter err = typed.err;

    @TempDir
    Path directory;

    private int run(String... arguments) {
        return typed.run(arguments);
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
    void everyCommandExplainsItself() {
        assertEquals(0, run("--help"));
        assertEquals(0, run("server", "--help"));
        assertTrue(out.toString().contains("Usage: muster server"), out.toString());
        assertEquals(0, run("--version"));
        assertTrue(out.toString().contains("speaks ZooKeeper 3.9.5"), out.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void commandsThatTheDemoNamesAreRight(boolean naive) {
        List<String> commands = DemoCommand.nextCommandLines(naive).stream()
                .filter(line -> line.startsWith("  bin/muster "))
                .map(line -> line.substring("  bin/muster ".length()).replaceFirst(" {2,}.*", ""))
                .toList();
        assertEquals(4, commands.size());
        for (String command : commands) {
            CommandLine.ParseResult parsed = Main.commandLine().parseArgs(command.split(" "));
            assertTrue(parsed.hasSubcommand() || parsed.isUsageHelpRequested(), command);
        }
        Path root = Path.of("").toAbsolutePath().getParent().getParent();
        ServerConfig config = ServerConfig.read(root.resolve("config/zoo.cfg"));
        assertTrue(commands.contains("server config/zoo.cfg"), commands.toString());
        assertTrue(config.transport().address().getAddress().isLoopbackAddress());
        assertEquals(List.of(), config.warnings());
    }

    @Test
    void directoryThatCannotBeIsAWrongConfiguration() throws Exception {
        Path notADirectory = Files.writeString(directory.resolve("file"), "");
        Path file = Files.writeString(directory.resolve("zoo.cfg"), "dataDir=" + notADirectory + "/x\nclientPort=0\n");
        assertEquals(2, run("server", file.toString()));
        assertEquals(
                file + ": dataDir=" + notADirectory + "/x is not allowed; it must be a directory, and " + notADirectory
                        + " is none",
                err.toString().strip());
    }

    @Test
    void addressOfAnotherMachineIsAWrongConfiguration() throws Exception {
        Path file = Files.writeString(
                directory.resolve("zoo.cfg"),
                "dataDir=" + directory + "/data\nclientPort=0\nclientPortAddress=192.0.2.1\n");
        assertEquals(2, run("server", file.toString()));
        assertEquals(
                file
                        + ": clientPortAddress=192.0.2.1 is not allowed; it must be an address of this machine, which this is"
                        + " not",
                err.toString().strip());
    }

    @Test
    void portInUseIsOneLineAndExitCodeOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path file = Files.writeString(
                    directory.resolve("zoo.cfg"),
                    "dataDir=" + directory + "/data\nclientPort=" + taken.getLocalPort()
                            + "\nclientPortAddress=127.0.0.1\n");
            assertEquals(1, run("server", file.toString()));
            assertEquals(
                    "clientPort=" + taken.getLocalPort()
                            + " at 127.0.0.1 is in use; stop who uses it, or choose another clientPort",
                    err.toString().strip());
        }
    }
}
