package io.muster.testkit;

import io.muster.replica.peer.Membership;
import io.muster.replica.state.TimesToLive;
import io.muster.server.MusterServer;
import io.muster.server.admin.ServerMode;
import io.muster.server.config.EnsembleConfig;
import io.muster.server.config.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble of Muster servers in the test's own process: on ports of the loopback interface, with ticks of 500 ms, each
 * server on a directory of its own. Servers have the numbers from 1. Any number of ensembles may run at once.
 *
 * <p>{@link #close()} stops the servers and deletes their directories. Not for several threads; clients may use it from any.
 */
public final class TestEnsemble implements AutoCloseable {
    private static final int TICK_MS = 500;
    private static final int MAX_SESSION_TIMEOUT_MS = 60_000;
    private static final Duration LEADER_DEADLINE = Duration.ofSeconds(30);
    private static final long PAUSE_NANOS = 1_000_000;
    private static final int PORTS_EACH = 3;

    private final Consumer<ServerConfig.Builder> configure;
    private final Path directory;
    private final Membership membership;
    private final List<Integer> clientPorts;
    private final List<@Nullable MusterServer> servers = new ArrayList<>();

    private TestEnsemble(int count, Consumer<ServerConfig.Builder> configure, Path directory) {
        this.configure = configure;
        this.directory = directory;
        List<Integer> ports = FreePorts.find(PORTS_EACH * count);
        this.clientPorts = ports.subList(0, count);
        List<Membership.Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Membership.Endpoint endpoint =
                    new Membership.Endpoint("127.0.0.1", ports.get(count + 2 * i), ports.get(count + 2 * i + 1));
            members.add(new Membership.Member(i + 1, Membership.Role.PARTICIPANT, List.of(endpoint), null));
            servers.add(null);
        }
        this.membership = new Membership(members, 0);
    }

    /**
     * Starts an ensemble; it has a leader when this returns, and a majority serves.
     *
     * @param servers how many, at least 1; 3 survive the loss of one, 5 that of two
     */
    public static TestEnsemble start(int servers) {
        return start(servers, config -> {});
    }

    /**
     * The same with a configuration of its own.
     *
     * @param configure changes the defaults of each server; called again at each {@link #restart}
     */
    public static TestEnsemble start(int servers, Consumer<ServerConfig.Builder> configure) {
        if (servers < 1) {
            throw new IllegalArgumentException("an ensemble has at least 1 server, not " + servers);
        }
        TestEnsemble started = new TestEnsemble(servers, configure, Directories.create("muster-test-"));
        try {
            for (int id = 1; id <= servers; id++) {
                started.launch(id);
            }
            started.awaitServing();
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    /** How many servers it has, running or not. */
    public int size() {
        return servers.size();
    }

    /** For a client that may use each of the servers. */
    public String connectString() {
        return IntStream.rangeClosed(1, size()).mapToObj(this::connectString).collect(Collectors.joining(","));
    }

    /** For a client that is to use one server only. */
    public String connectString(int server) {
        return "127.0.0.1:" + clientPorts.get(server - 1);
    }

    public boolean isRunning(int server) {
        return servers.get(server - 1) != null;
    }

    /** What a server is at present; {@link ServerMode#LOOKING} if it does not run. */
    public ServerMode mode(int server) {
        MusterServer running = servers.get(server - 1);
        return running == null ? ServerMode.LOOKING : running.mode();
    }

    /** The number of the server that leads at present. */
    public OptionalInt leader() {
        return IntStream.rangeClosed(1, size())
                .filter(server -> mode(server) == ServerMode.LEADER)
                .findFirst();
    }

    /**
     * Waits until one of the running servers leads and the others follow it.
     *
     * @return the leader's number
     * @throws IllegalStateException if that does not come within 30 seconds
     */
    public int awaitServing() {
        await(() -> leader().isPresent()
                && IntStream.rangeClosed(1, size())
                        .filter(this::isRunning)
                        .allMatch(server -> mode(server).isServing()));
        return leader().orElseThrow(() -> new IllegalStateException("the leader was lost again at once"));
    }

    /**
     * Waits until a server is this.
     *
     * @throws IllegalStateException if that does not come within 30 seconds
     */
    public void awaitMode(int server, ServerMode mode) {
        await(() -> mode(server) == mode);
    }

    private void await(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + LEADER_DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException("waited in vain for " + LEADER_DEADLINE + ": the servers are "
                        + IntStream.rangeClosed(1, size()).mapToObj(this::mode).toList());
            }
            pauseBetweenLooks();
        }
    }

    /** Nothing says when a server's role changes; looking often costs little. */
    private static void pauseBetweenLooks() {
        LockSupport.parkNanos(PAUSE_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted while waiting for an ensemble");
        }
    }

    /** Stops a server as an operator would: a leader hands over first. Nothing if it is not running. */
    public void stop(int server) {
        MusterServer running = servers.set(server - 1, null);
        if (running != null) {
            running.close();
        }
    }

    /** Ends a server as a crash would. Nothing if it is not running. */
    public void kill(int server) {
        MusterServer running = servers.set(server - 1, null);
        if (running != null) {
            running.kill();
        }
    }

    /**
     * Starts a server again, on the same ports and directory; {@link #awaitServing} says when it serves.
     *
     * @throws IllegalStateException if it is running
     */
    public void restart(int server) {
        if (isRunning(server)) {
            throw new IllegalStateException("server " + server + " is running");
        }
        launch(server);
    }

    /** Where a server has its files. */
    public Path dataDirectory(int server) {
        return directory.resolve("server" + server);
    }

    private void launch(int server) {
        ServerConfig.Builder config = ServerConfig.in(dataDirectory(server))
                .clientPort(clientPorts.get(server - 1))
                .ensemble(EnsembleConfig.of(server, membership))
                .replica(r -> r.tickTimeMs(TICK_MS).sessionTimeoutsMs(2 * TICK_MS, MAX_SESSION_TIMEOUT_MS))
                .transport(t -> t.maxConnectionsPerAddress(0))
                .storage(s -> s.timesToLive(TimesToLive.ON))
                .words(Set.of("*"));
        configure.accept(config);
        servers.set(server - 1, MusterServer.start(config.build()));
    }

    @Override
    public void close() {
        // none hands over to one that is about to stop too
        for (int server = 1; server <= size(); server++) {
            kill(server);
        }
        Directories.delete(directory);
    }

    @Override
    public String toString() {
        return "TestEnsemble[" + connectString() + ", " + directory + "]";
    }
}
