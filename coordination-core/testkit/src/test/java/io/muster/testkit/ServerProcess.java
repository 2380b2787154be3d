package io.muster.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server in a JVM of its own, started from a {@code zoo.cfg}. It listens on the loopback interface, keeps its data
 * in a directory of its own, and serves when it has been started.
 *
 * <p>{@link #close()} ends the process and deletes the directory. Not for several threads.
 */
public abstract class ServerProcess implements AutoCloseable {
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final Duration END_DEADLINE = Duration.ofSeconds(20);
    private static final int PORT_ATTEMPTS = 5;

    private final String name;
    private final String mainClass;
    private final Map<String, String> config;
    private final Map<String, String> properties;
    private final Path directory;
    /** 0 for a server that is alone. */
    private final int serverId;

    private int port;
    private @Nullable Process process;
    private boolean paused;

    ServerProcess(String name, String mainClass, Builder<?> settings) {
        this.name = name;
        this.mainClass = mainClass;
        this.config = new LinkedHashMap<>(settings.config);
        this.properties = new LinkedHashMap<>(settings.properties);
        this.port = settings.port;
        this.serverId = settings.serverId;
        this.directory = Directories.create("muster-" + name.toLowerCase(Locale.ROOT) + "-");
    }

    /**
     * What differs from the defaults.
     *
     * @param <S> the server that it starts
     */
    public static final class Builder<S extends ServerProcess> {
        private final Function<Builder<S>, S> process;
        private final Map<String, String> config = new LinkedHashMap<>();
        private final Map<String, String> properties = new LinkedHashMap<>();
        private int port;
        private int serverId;

        Builder(Function<Builder<S>, S> process) {
            this.process = process;
            config("tickTime", "500");
            config("maxSessionTimeout", "60000");
            config("maxClientCnxns", "0");
            config("4lw.commands.whitelist", "*");
            property("zookeeper.extendedTypesEnabled", "true");
            // A killed process loses nothing that it had written; only a machine would.
            property("zookeeper.forceSync", "no");
        }

        /** A line of {@code zoo.cfg}. */
        public Builder<S> config(String key, String value) {
            config.put(key, value);
            return this;
        }

        /** A system property of the server's JVM. */
        public Builder<S> property(String key, String value) {
            properties.put(key, value);
            return this;
        }

        /** A member of an ensemble, which is not started yet: {@link ProcessEnsemble} does that. */
        S member(int id, int clientPort) {
            serverId = id;
            port = clientPort;
            return process.apply(this);
        }

        /** Starts a server and waits until it serves. */
        public S start() {
            S server = process.apply(this);
            server.launchOnAFreePort();
            return server;
        }
    }

    /** Starts the server and waits until it serves; deletes everything if that fails. */
    final void launchOnAFreePort() {
        try {
            startOnAFreePort();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public int port() {
        return port;
    }

    public String connectString() {
        return "127.0.0.1:" + port;
    }

    /** {@code dataDir}. */
    public Path dataDirectory() {
        return directory.resolve("data");
    }

    /** What the server wrote to its console. */
    public Path log() {
        return directory.resolve("console.log");
    }

    /** Of the running server. */
    public long pid() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running.pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** As an operator would, with SIGTERM. */
    public void stop() {
        resume();
        endWith(Process::destroy);
    }

    /** With SIGKILL: nothing is finished, nothing is flushed. */
    public void kill() {
        endWith(Process::destroyForcibly);
    }

    /** Starts it again, on the same port and directory, and waits until it serves. */
    public void restart() {
        if (isRunning()) {
            throw new IllegalStateException("the server is running");
        }
        launch();
        awaitServing();
    }

    /** Stops the whole process in its tracks, with SIGSTOP: connections stay open and nothing is answered. */
    public void pause() {
        signal("-STOP");
        paused = true;
    }

    /** Lets a paused process go on; nothing if it is not paused. */
    public void resume() {
        if (paused) {
            paused = false;
            signal("-CONT");
        }
    }

    /** The answer to a command like {@code srvr}; empty if there is none in two seconds. */
    public String fourLetterWord(String word) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(2_000);
            OutputStream out = socket.getOutputStream();
            out.write(word.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
        Directories.delete(directory);
    }

    @Override
    public String toString() {
        return name + "[" + connectString() + ", " + directory + "]";
    }

    /** As ZooKeeper says it, or Muster. */
    private boolean isPortTaken() {
        String console = console();
        return console.contains("BindException") || console.contains("is in use; stop who uses it");
    }

    /** The port is free when we look, and perhaps not when the server binds it: then it dies, and we look again. */
    private void startOnAFreePort() {
        for (int attempt = 1; ; attempt++) {
            port = FreePorts.find(1).get(0);
            launch();
            try {
                awaitServing();
                return;
            } catch (IllegalStateException e) {
                if (attempt == PORT_ATTEMPTS || !isPortTaken()) {
                    throw e;
                }
            }
        }
    }

    /** Starts it, and waits for nothing. */
    final void launch() {
        try {
            Files.createDirectories(dataDirectory());
            if (serverId != 0) {
                Files.writeString(dataDirectory().resolve("myid"), serverId + "\n");
            }
            Path file = directory.resolve("zoo.cfg");
            List<String> lines = new ArrayList<>();
            config.forEach((key, value) -> lines.add(key + "=" + value));
            lines.add("dataDir=" + dataDirectory());
            lines.add("clientPort=" + port);
            lines.add("clientPortAddress=127.0.0.1");
            Files.write(file, lines);

            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
            properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
            command.addAll(List.of("-cp", classPath(), mainClass));
            command.add(file.toString());
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Entries may be relative to our directory, which is not the child's. */
    private static String classPath() {
        StringBuilder path = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.append(path.isEmpty() ? "" : File.pathSeparator)
                    .append(Path.of(entry).toAbsolutePath());
        }
        return path.toString();
    }

    final void awaitServing() {
        long deadlineNanos = System.nanoTime() + START_DEADLINE.toNanos();
        while (!fourLetterWord("srvr").contains("Mode:")) {
            // Between two looks we wait for what would make looking useless.
            if (awaitEnd(Duration.ofMillis(20))) {
                throw new IllegalStateException(name + " ended while it started:\n" + console());
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException(name + " does not serve after " + START_DEADLINE + ":\n" + console());
            }
        }
    }

    private void endWith(Consumer<Process> how) {
        Process running = process;
        if (running == null) {
            return;
        }
        how.accept(running);
        if (!awaitEnd(END_DEADLINE)) {
            throw new IllegalStateException(name + ", process " + running.pid() + ", does not end");
        }
        process = null;
        paused = false;
    }

    private boolean awaitEnd(Duration atMost) {
        Process running = process;
        if (running == null) {
            return true;
        }
        try {
            return running.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void signal(String signal) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        try {
            int result = new ProcessBuilder("kill", signal, Long.toString(running.pid()))
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            if (result != 0) {
                throw new IllegalStateException("kill " + signal + " ended with " + result);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** What the server wrote to its console, as text. */
    public String console() {
        try {
            return Files.exists(log()) ? Files.readString(log(), StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
