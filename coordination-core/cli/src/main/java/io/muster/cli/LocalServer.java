package io.muster.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One server of an ensemble on this machine: its configuration and data in a directory, and its process. */
final class LocalServer {
    private static final int STOP_SECONDS = 15;

    private final int id;
    private final int clientPort;
    private final Path directory;
    private final Process process;

    private LocalServer(int id, int clientPort, Path directory, Process process) {
        this.id = id;
        this.clientPort = clientPort;
        this.directory = directory;
        this.process = process;
    }

    /** @param members the {@code server.N} lines */
    static LocalServer start(int id, int clientPort, Path directory, List<String> members) {
        try {
            Path data = Files.createDirectories(directory.resolve("data"));
            Files.writeString(data.resolve("myid"), id + "\n");
            List<String> lines = new ArrayList<>(List.of(
                    "# Server " + id + " of an ensemble on one machine, for trying things out.",
                    "dataDir=" + data,
                    "clientPort=" + clientPort,
                    "clientPortAddress=127.0.0.1",
                    "tickTime=500",
                    "initLimit=20",
                    "syncLimit=10",
                    "4lw.commands.whitelist=srvr,mntr"));
            lines.addAll(members);
            Path configuration = Files.write(configuration(directory), lines);
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    absoluteClassPath(),
                    Main.class.getName(),
                    "server",
                    configuration.toString());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(console(directory).toFile()))
                    .start();
            return new LocalServer(id, clientPort, directory, process);
        } catch (IOException e) {
            throw new UncheckedIOException("server " + id + " cannot be started in " + directory, e);
        }
    }

    /** Entries may be relative to our directory. */
    private static String absoluteClassPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static Path configuration(Path directory) {
        return directory.resolve("zoo.cfg");
    }

    private static Path console(Path directory) {
        return directory.resolve("console.log");
    }

    int id() {
        return id;
    }

    long pid() {
        return process.pid();
    }

    Path configuration() {
        return configuration(directory);
    }

    Path console() {
        return console(directory);
    }

    Process process() {
        return process;
    }

    InetSocketAddress address() {
        return InetSocketAddress.createUnresolved("127.0.0.1", clientPort);
    }

    String connectString() {
        return "127.0.0.1:" + clientPort;
    }

    boolean serves() {
        return FourLetterWord.mode(address()).isPresent();
    }

    /** As SIGTERM does; by force if that takes too long. */
    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
