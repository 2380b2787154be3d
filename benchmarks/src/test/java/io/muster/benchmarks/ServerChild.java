package io.muster.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A server in a JVM of its own, with the same settings whoever wrote it. */
final class ServerChild implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(120);

    /** Who wrote it. */
    enum Kind {
        MUSTER(List.of("io.muster.cli.Main", "server")),
        // starts a server that is alone as well
        ZOOKEEPER(List.of("org.apache.zookeeper.server.quorum.QuorumPeerMain"));

        private final List<String> command;

        Kind(List<String> command) {
            this.command = command;
        }
    }

    private final Kind kind;
    private final List<String> jvmOptions;
    private final Path directory;
    private final int port;
    private Process process;

    private ServerChild(Kind kind, List<String> jvmOptions, Path directory, int port) throws IOException {
        this.kind = kind;
        this.jvmOptions = jvmOptions;
        this.directory = directory;
        this.port = port;
        this.process = launch();
    }

    static ServerChild start(Kind kind) throws IOException {
        // threads that stay: the CPU of one that ended would be missing in the sum
        return start(
                kind,
                List.of(
                        "-Xms1g",
                        "-Xmx1g",
                        "-XX:-UseDynamicNumberOfCompilerThreads",
                        "-XX:-UseDynamicNumberOfGCThreads"));
    }

    /** @param jvmOptions of the server's JVM */
    static ServerChild start(Kind kind, List<String> jvmOptions) throws IOException {
        Path directory =
                Files.createTempDirectory("muster-benchmark-" + kind.name().toLowerCase(java.util.Locale.ROOT));
        ServerChild child = launch(kind, jvmOptions, directory, freePort(), List.of());
        child.awaitServing();
        return child;
    }

    private static ServerChild launch(
            Kind kind, List<String> jvmOptions, Path directory, int port, List<String> moreLines) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "dataDir=" + directory.resolve("data"),
                "clientPort=" + port,
                "clientPortAddress=127.0.0.1",
                "tickTime=2000",
                "maxClientCnxns=0",
                "admin.enableServer=false",
                "4lw.commands.whitelist=srvr"));
        lines.addAll(moreLines);
        Files.write(directory.resolve("zoo.cfg"), lines);
        return new ServerChild(kind, jvmOptions, directory, port);
    }

    /**
     * The members of an ensemble, which serve when this returns. The last one leads.
     *
     * @param jvmOptions of each server's JVM
     */
    static List<ServerChild> startEnsemble(Kind kind, int count, List<String> jvmOptions) throws IOException {
        List<String> lines = new ArrayList<>(List.of("initLimit=10", "syncLimit=5"));
        for (int id = 1; id <= count; id++) {
            lines.add("server." + id + "=127.0.0.1:" + freePort() + ":" + freePort());
        }
        List<ServerChild> all = new ArrayList<>();
        // with the last one first and half of the others there is a majority, which the largest number leads
        for (int place :
                IntStream.concat(IntStream.of(count), IntStream.range(1, count)).toArray()) {
            Path directory =
                    Files.createTempDirectory("muster-benchmark-" + kind.name().toLowerCase(java.util.Locale.ROOT));
            Files.createDirectories(directory.resolve("data"));
            Files.writeString(directory.resolve("data").resolve("myid"), place + "\n");
            ServerChild child = launch(kind, jvmOptions, directory, freePort(), lines);
            all.add(place == count ? 0 : all.size() - 1, child);
            if (all.size() == count / 2 + 1) {
                for (ServerChild each : all) {
                    each.awaitServing();
                }
            }
        }
        for (ServerChild each : all) {
            each.awaitServing();
        }
        return all;
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(kind.command);
        command.add(directory.resolve("zoo.cfg").toString());
        Process launched = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("console").toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(launched::destroyForcibly));
        return launched;
    }

    /** With SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again on what is on its disk; nanoseconds from the start of the process until it serves. */
    long restart() throws IOException {
        long began = System.nanoTime();
        process = launch();
        awaitServing();
        return System.nanoTime() - began;
    }

    /** Bytes of all objects that are reachable, after a full collection. */
    long liveHeapBytes() throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String out = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String total = out.substring(out.lastIndexOf("Total"));
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }

    /** Resident memory of the process, in bytes. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS of process " + process.pid());
    }

    Path console() {
        return directory.resolve("console");
    }

    /** {@code dataDir}. */
    Path data() {
        return directory.resolve("data");
    }

    String connectString() {
        return "127.0.0.1:" + port;
    }

    /**
     * CPU that the process has used so far, in nanoseconds. Of its threads where the kernel says so to the nanosecond, what
     * threads used that have ended is missing then; else in steps of 10 ms.
     */
    long cpuNanos() throws IOException {
        Path tasks = Path.of("/proc/" + process.pid() + "/task");
        if (!Files.exists(tasks.resolve(process.pid() + "/schedstat"))) {
            return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
        }
        long nanos = 0;
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                try {
                    String line = Files.readString(thread.resolve("schedstat"));
                    nanos += Long.parseLong(line.substring(0, line.indexOf(' ')));
                } catch (NoSuchFileException e) {
                    continue; // it has ended since it was listed
                }
            }
        }
        return nanos;
    }

    private void awaitServing() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!serves()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IllegalStateException("the server does not serve; its console is in " + directory);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private boolean serves() {
        return !mode().isEmpty();
    }

    /** What the server says that it is; empty if it does not serve. */
    String mode() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith("Mode: "))
                    .map(line -> line.substring("Mode: ".length()))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return ""; // not yet
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
