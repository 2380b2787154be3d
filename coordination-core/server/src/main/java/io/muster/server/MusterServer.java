package io.muster.server;

import com.google.common.base.Throwables;
import io.muster.protocol.Zxid;
import io.muster.replica.Input;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.SecretZnode;
import io.muster.replica.state.State;
import io.muster.server.admin.Build;
import io.muster.server.admin.ServerMode;
import io.muster.server.config.EnsembleConfig;
import io.muster.server.config.ServerConfig;
import io.muster.server.storage.StorageException;
import io.muster.server.transport.ClientPort;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server, in this process. Any number may live in one JVM. It never ends the process: a fatal error stops it and
 * completes {@link #terminated} with the reason.
 *
 * <p>Its threads are daemons, so a program that is only a server waits for {@link #terminated}. All methods may be called
 * by any thread.
 */
public final class MusterServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MusterServer.class);
    private static final int STOP_TIMEOUT_MS = 10_000;
    private static final int HAND_OVER_TIMEOUT_MS = 2_000;

    private final int serverId;
    private final String name;
    private final Journal journal;
    private final LogThread logThread;
    private final SerialLoop loop;
    private final ClientPort port;
    /** Null for a server that is alone. */
    private final @Nullable EnsembleMember member;

    private final InetSocketAddress address;
    private volatile boolean killed;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();

    /**
     * Starts a server: listens, and recovers what is on the disk. Blocks until clients can connect; before, their handshakes are
     * closed, and four-letter words are answered with what there is to say already.
     *
     * @throws io.muster.server.config.ConfigException if the configuration is wrong for this machine
     * @throws ServerFailedException if it cannot start; the message says why and what to do
     */
    public static MusterServer start(ServerConfig config) {
        long startedNanos = System.nanoTime();
        config.warnings().forEach(log::warn);
        config.checkDirectories();
        FrontDoor door = FrontDoor.open(config);
        DiskJournal journal;
        try {
            journal = DiskJournal.open(config);
        } catch (StorageException e) {
            door.close();
            throw new ServerFailedException(describe(e), e);
        } catch (RuntimeException | Error e) {
            door.close();
            throw e;
        }
        return start(config, door, journal, journal.takeRecovered(), startedNanos);
    }

    /** Starts a server on a journal; closes it if that fails. */
    static MusterServer start(ServerConfig config, Journal journal, State recovered, long startedNanos) {
        return start(config, FrontDoor.open(config), journal, recovered, startedNanos);
    }

    /** Starts a server behind a door that is open; closes both if that fails. */
    static MusterServer start(
            ServerConfig config, FrontDoor door, Journal journal, State recovered, long startedNanos) {
        try {
            return new MusterServer(config, door, journal, recovered, startedNanos);
        } catch (RuntimeException | Error e) {
            door.close();
            try {
                journal.close();
            } catch (Exception suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private MusterServer(ServerConfig config, FrontDoor door, Journal journal, State recovered, long startedNanos) {
        this.journal = journal;
        this.port = door.port();
        this.address = door.clientAddress();
        ReplicaSettings settings = config.replica();
        this.serverId = settings.serverId();
        this.name = "muster-" + serverId;
        if (!config.zooKeepersPasswords()) {
            settings = settings.toBuilder().newSecret(newSecret()).build();
        }
        Inbox<Input> inbox = new Inbox<>();
        DiskTasks disk = new DiskTasks();
        member = member(config, settings, journal, recovered, disk, inbox);
        Ensemble ensemble = member == null ? Ensemble.none(settings, recovered) : member;
        loop = new SerialLoop(
                name, settings.tickTimeMs(), ensemble, disk, inbox, recovered, journal::published, this::failed);
        logThread = new LogThread(journal, name + "-log", done -> inbox.add(List.of(done)), this::failed);
        journal.onFailure(this::failed);
        logThread.start();
        openToMembers();
        loop.start(logThread, port);
        door.serve(loop, journal, this::mode);
        log.info(
                "server={} started version={} clientAddress={} dataDir={} dataLogDir={} transport={} zxid={} znodes={} sessions={} ms={}",
                serverId,
                new Build().version(),
                address,
                config.dataDir(),
                config.dataLogDir(),
                port.transport(),
                Zxid.toString(recovered.zxid()),
                recovered.znodeCount(),
                recovered.sessionCount(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
        if (member == null) {
            log.info("server={} role=standalone", serverId);
        }
    }

    private static @Nullable EnsembleMember member(
            ServerConfig config,
            ReplicaSettings settings,
            Journal journal,
            State recovered,
            DiskTasks disk,
            Inbox<Input> inbox) {
        EnsembleConfig ensemble = config.ensemble();
        if (ensemble == null) {
            return null;
        }
        return new EnsembleMember(config, ensemble, settings, recovered, journal.history(), disk, inbox::add);
    }

    private void openToMembers() {
        if (member != null) {
            try {
                member.open();
            } catch (UncheckedIOException e) {
                shutDown();
                throw new ServerFailedException(
                        "the election port of server." + serverId + " cannot be listened on: "
                                + Throwables.getRootCause(e).getMessage()
                                + "; stop who uses it, or choose another in all members' configurations",
                        e);
            }
        }
    }

    private static SessionSecret newSecret() {
        byte[] bytes = new byte[SecretZnode.BYTES];
        new SecureRandom().nextBytes(bytes);
        return new SessionSecret(bytes);
    }

    /** The port that clients connect to, also when the configuration said 0. */
    public int clientPort() {
        return address.getPort();
    }

    public InetSocketAddress clientAddress() {
        return address;
    }

    /** Which of Netty's transports serves the clients: {@code nio} or {@code epoll}. */
    public String transport() {
        return port.transport();
    }

    /** What it is among others, at present. */
    public ServerMode mode() {
        return member == null ? ServerMode.STANDALONE : Roles.mode(member.role());
    }

    /** Completes when the server has stopped: normally after {@link #close}, with the reason after a fatal error. */
    public CompletableFuture<Void> terminated() {
        return terminated.copy();
    }

    /** Stops the server: what it has acknowledged stays, sessions too. Blocks until it has stopped; twice is fine. */
    @Override
    public void close() {
        if (stopping.compareAndSet(false, true)) {
            log.info("server={} stopping", serverId);
            handOver();
            Exception failure = shutDown();
            if (failure == null) {
                terminated.complete(null);
            } else {
                terminated.completeExceptionally(failure);
            }
        }
        try {
            terminated.join();
        } catch (CompletionException e) {
            log.debug("server={} had failed", serverId, e);
        }
    }

    /** A leader has what it proposed safe before, and says goodbye, so that the others need not wait for it. */
    private void handOver() {
        if (member == null || killed) {
            return;
        }
        loop.submit(List.of(new Input.HandOver()));
        try {
            member.retired().get(HAND_OVER_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("server={} stops without having handed over: no quorum has answered", serverId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Ends the server as a crash would: without a word to its clients, and without writing what it has not begun to write. What
     * it has acknowledged is on the disk. Blocks until it has stopped; nothing if it has stopped already.
     */
    public void kill() {
        killed = true;
        logThread.abandon();
        close();
    }

    /** Called by the thread that cannot go on. */
    private void failed(Throwable cause) {
        String message = "the server has stopped: " + describe(cause);
        log.error("server={} {}", serverId, message, cause);
        if (stopping.compareAndSet(false, true)) {
            ServerFailedException failure = new ServerFailedException(message, cause);
            Thread stopper = new Thread(
                    () -> {
                        try {
                            shutDown();
                        } finally {
                            terminated.completeExceptionally(failure);
                        }
                    },
                    name + "-stop");
            stopper.setDaemon(true);
            stopper.start();
        }
    }

    private static String describe(Throwable cause) {
        String message = cause.getMessage();
        if (message == null) {
            return cause.toString();
        }
        return cause instanceof StorageException ? message : cause.getClass().getSimpleName() + ": " + message;
    }

    /** Ends the threads in the order in which nothing more can come from one to the next. */
    private @Nullable Exception shutDown() {
        try {
            boolean ended = loop.stop(STOP_TIMEOUT_MS);
            journal.stopWaiting();
            port.close();
            if (member != null) {
                member.close();
            }
            ended &= logThread.stop(STOP_TIMEOUT_MS);
            if (!ended) {
                return new ServerFailedException("the server has not stopped within " + STOP_TIMEOUT_MS
                        + " ms: the disk does not answer, it seems");
            }
            journal.close();
            log.info("server={} stopped", serverId);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ServerFailedException("interrupted while stopping", e);
        } catch (Exception e) {
            log.error("server={} stopping failed", serverId, e);
            return new ServerFailedException("the server could not be stopped cleanly: " + describe(e), e);
        }
    }
}
