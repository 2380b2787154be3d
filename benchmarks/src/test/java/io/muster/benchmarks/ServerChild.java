package io.muster.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A server in a JVM of its own, with the same settings whoever wrote it. */
final class ServerChild implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** Who wrote it. */
    enum Kind {
        MUSTER(List.of("io.muster.cli.Main", "server")),
        ZOOKEEPER(List.of("org.apache.zookeeper.server.ZooKeeperServerMain"));

        private final List<String> command;

        Kind(List<String> command) {
            this.command = command;
        }
    }

    private final Process process;
    private final Path directory;
    private final int port;

    private ServerChild(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    static ServerChild start(Kind kind) throws IOException {
        Path directory =
                Files.createTempDirectory("muster-benchmark-" + kind.name().toLowerCase(java.util.Locale.ROOT));
        int port = freePort();
        Path config = Files.writeString(
                directory.resolve("zoo.cfg"),
                String.join(
                        "\n",
                        "dataDir=" + directory.resolve("data"),
                        "clientPort=" + port,
                        "clientPortAddress=127.0.0.1",
                        "tickTime=2000",
                        "maxClientCnxns=0",
                        "admin.enableServer=false",
                        "4lw.commands.whitelist=srvr",
                        ""));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms1g",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(kind.command);
        command.add(config.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("console").toFile())
                .start();
        ServerChild child = new ServerChild(process, directory, port);
        child.awaitServing();
        return child;
    }

    String connectString() {
        return "127.0.0.1:" + port;
    }

    /** CPU that the process has used so far, in nanoseconds. */
    long cpuNanos() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private void awaitServing() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!serves()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IllegalStateException("the server does not serve; its console is in " + directory);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private boolean serves() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).contains("Mode: standalone");
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
