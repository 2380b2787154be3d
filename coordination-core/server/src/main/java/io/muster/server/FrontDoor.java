package io.muster.server;

import com.google.common.base.Throwables;
import io.muster.replica.Input;
import io.muster.replica.Replica;
import io.muster.replica.state.State;
import io.muster.server.admin.FourLetterWords;
import io.muster.server.admin.ServerMode;
import io.muster.server.admin.ServerView;
import io.muster.server.config.ConfigException;
import io.muster.server.config.ServerConfig;
import io.muster.server.config.SystemSettings;
import io.muster.server.transport.ClientPort;
import io.muster.server.transport.ConnectionReport;
import io.muster.server.transport.Core;
import io.muster.server.transport.Published;
import io.muster.server.transport.Traffic;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The client port from the first moment on, also while there is no server behind it yet because its data is being read: the
 * port then answers four-letter words as one that does not serve, so that whoever watches over the process sees that it
 * lives, and closes handshakes, so that clients try the next server. Any thread.
 */
final class FrontDoor implements ServerView, Core {
    private final ServerConfig config;
    private final Traffic traffic = new Traffic();
    private final ClientPort port;
    private volatile @Nullable Behind behind;

    private record Behind(SerialLoop loop, Journal journal, Supplier<ServerMode> mode, long sinceNanos) {}

    private FrontDoor(ServerConfig config) {
        this.config = config;
        FourLetterWords words = new FourLetterWords(this, config.words(), SystemSettings.ofThisJvm());
        this.port = new ClientPort(config.transport(), config.replica(), words, traffic, this);
    }

    /**
     * Listens, and serves nobody yet. Blocks until the port is bound.
     *
     * @throws ConfigException if the address is none of this machine's
     * @throws ServerFailedException if the port is in use, or may not be listened on
     */
    static FrontDoor open(ServerConfig config) {
        FrontDoor door = new FrontDoor(config);
        try {
            door.port.open();
        } catch (UncheckedIOException e) {
            door.close();
            throw cannotListen(config, e);
        }
        return door;
    }

    private static RuntimeException cannotListen(ServerConfig config, UncheckedIOException e) {
        InetSocketAddress address = config.transport().address();
        String host = address.getAddress().getHostAddress();
        String reason = String.valueOf(Throwables.getRootCause(e).getMessage());
        if (reason.contains("Cannot assign requested address")) {
            return new ConfigException("clientPortAddress=" + host
                    + " is not allowed; it must be an address of this machine, which this is not");
        }
        String advice = reason.contains("already in use")
                ? " is in use; stop who uses it, or choose another clientPort"
                : " cannot be listened on: " + reason;
        return new ServerFailedException("clientPort=" + address.getPort() + " at " + host + advice, e);
    }

    /** Lets clients come to a server whose loop runs. */
    void serve(SerialLoop loop, Journal journal, Supplier<ServerMode> mode) {
        behind = new Behind(loop, journal, mode, System.nanoTime());
        port.letIn();
    }

    ClientPort port() {
        return port;
    }

    /** Closes the port and all connections; twice is fine. */
    void close() {
        port.close();
    }

    private Behind behind() {
        Behind server = behind;
        if (server == null) {
            throw new IllegalStateException("asked for what only a server knows, and there is none yet");
        }
        return server;
    }

    // ---- the loop, as connections see it

    @Override
    public void submit(List<Input> inputs) {
        behind().loop.submit(inputs);
    }

    @Override
    public int waiting() {
        Behind server = behind;
        return server == null ? 0 : server.loop.waiting();
    }

    @Override
    public void handshakeComes() {
        behind().loop.handshakeComes();
    }

    @Override
    public Published published() {
        return behind().loop.published();
    }

    // ---- the server, as words see it

    @Override
    public ServerConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress clientAddress() {
        InetSocketAddress bound = port.address();
        return bound == null ? config.transport().address() : bound;
    }

    @Override
    public ServerMode mode() {
        Behind server = behind;
        return server == null ? ServerMode.LOOKING : server.mode.get();
    }

    @Override
    public State state() {
        return published().state();
    }

    @Override
    public Traffic traffic() {
        return traffic;
    }

    @Override
    public int connectionCount() {
        return port.connectionCount();
    }

    @Override
    public CompletableFuture<List<ConnectionReport>> connections() {
        return port.reports();
    }

    @Override
    public CompletableFuture<Integer> resetConnectionStats() {
        return port.resetConnectionStats();
    }

    @Override
    public double dropShare() {
        return port.dropShare();
    }

    @Override
    public <T> CompletableFuture<T> ask(Function<Replica, T> question) {
        return behind().loop.ask(question);
    }

    @Override
    public int watchCount() {
        return behind().loop.watchCount();
    }

    @Override
    public long slowSyncs() {
        return behind().journal.slowForces();
    }

    @Override
    public long uptimeMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - behind().sinceNanos);
    }
}
