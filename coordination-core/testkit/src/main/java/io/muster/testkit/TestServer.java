package io.muster.testkit;

import io.muster.replica.state.TimesToLive;
import io.muster.server.MusterServer;
import io.muster.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Muster server in the test's own process: on a free port of the loopback interface, with ticks of 500 ms (so sessions of
 * 1 to 60 s), on a directory of its own. Any number of them may run at once.
 *
 * <p>{@link #close()} stops the server and deletes the directory. Not for several threads; clients may use it from any.
 */
public final class TestServer implements AutoCloseable {
    private static final int TICK_MS = 500;
    private static final int MAX_SESSION_TIMEOUT_MS = 60_000;

    private final Consumer<ServerConfig.Builder> configure;
    private final Path directory;
    private int port;
    private @Nullable MusterServer server;

    private TestServer(Consumer<ServerConfig.Builder> configure, Path directory) {
        this.configure = configure;
        this.directory = directory;
    }

    /** Starts a server; it serves when this returns. */
    public static TestServer start() {
        return start(config -> {});
    }

    /**
     * Starts a server with a configuration of its own; it serves when this returns.
     *
     * @param configure changes the defaults; called again at each {@link #restart()}
     */
    public static TestServer start(Consumer<ServerConfig.Builder> configure) {
        TestServer started = new TestServer(configure, Directories.create("muster-test-"));
        try {
            started.launch();
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    /** The same through all restarts. */
    public int port() {
        return port;
    }

    public String connectString() {
        return "127.0.0.1:" + port;
    }

    /**
     * Which of Netty's transports it uses: {@code nio} or {@code epoll}.
     *
     * @throws IllegalStateException if it is not running
     */
    public String transport() {
        MusterServer running = server;
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running.transport();
    }

    public Path dataDirectory() {
        return directory.resolve("data");
    }

    public boolean isRunning() {
        return server != null;
    }

    /** Stops the server as an operator would; nothing if it is not running. Sessions live on in its directory. */
    public void stop() {
        MusterServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    /**
     * Ends the server as a crash would: without a word to its clients, and without writing what it had not begun to write. What
     * it has acknowledged is there after {@link #restart()}. Nothing if it is not running.
     */
    public void kill() {
        MusterServer running = server;
        server = null;
        if (running != null) {
            running.kill();
        }
    }

    /**
     * Starts the server again, on the same port and directory; it serves when this returns.
     *
     * @throws IllegalStateException if it is running
     */
    public void restart() {
        if (isRunning()) {
            throw new IllegalStateException("the server is running");
        }
        launch();
    }

    private void launch() {
        ServerConfig.Builder config = ServerConfig.in(dataDirectory())
                .replica(r -> r.tickTimeMs(TICK_MS).sessionTimeoutsMs(2 * TICK_MS, MAX_SESSION_TIMEOUT_MS))
                .transport(t -> t.maxConnectionsPerAddress(0))
                .storage(s -> s.timesToLive(TimesToLive.ON))
                .words(Set.of("*"));
        configure.accept(config);
        if (port != 0) {
            config.clientPort(port);
        }
        MusterServer started = MusterServer.start(config.build());
        server = started;
        port = started.clientPort();
    }

    @Override
    public void close() {
        stop();
        Directories.delete(directory);
    }

    @Override
    public String toString() {
        return "TestServer[" + connectString() + ", " + directory + "]";
    }
}
