package io.muster.client;

import io.muster.client.runtime.ClientRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link MusterClient}. Not for several threads. */
public final class MusterClientBuilder {
    List<ServerAddress> servers = List.of();
    String chroot = "";
    Duration sessionTimeout = Duration.ofSeconds(30);

    @Nullable
    Duration connectTimeout;

    Duration requestTimeout = Duration.ofSeconds(15);
    final List<Auth> auths = new ArrayList<>();
    int maxRequestsInFlight = 10_000;
    int maxFrameBytes = 0xF_FFFF;
    int maxReplyBytes = 64 << 20;
    int maxQueuedEvents = 10_000;
    boolean canBeReadOnly;
    boolean renewSession = true;

    @Nullable
    Executor callbackExecutor;

    @Nullable
    ClientRuntime runtime;

    String name = "muster";

    /** An identity; its bytes are a secret. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Auth(String scheme, byte[] auth) {
        @Override
        public String toString() {
            return "Auth[" + scheme + "]";
        }
    }

    MusterClientBuilder() {}

    /** {@code host[:port],...[/chroot]}: sets servers and chroot. */
    public MusterClientBuilder connectString(String connectString) {
        ConnectString parsed = ConnectString.parse(connectString);
        servers = parsed.servers();
        chroot = parsed.chroot();
        return this;
    }

    /** At least one. They are tried in random order. */
    public MusterClientBuilder servers(List<ServerAddress> newServers) {
        if (newServers.isEmpty()) {
            throw new IllegalArgumentException("no servers");
        }
        servers = List.copyOf(newServers);
        return this;
    }

    /** The znode that is {@code /} to this client; it must exist. {@code /} for none. */
    public MusterClientBuilder chroot(String newChroot) {
        chroot = ConnectString.normalChroot(newChroot);
        return this;
    }

    /** What the client asks for; the server may grant more or less. 30 seconds by default. */
    public MusterClientBuilder sessionTimeout(Duration timeout) {
        if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a session timeout of " + timeout + " does not fit");
        }
        sessionTimeout = timeout;
        return this;
    }

    /**
     * How long one attempt to reach one server may take, handshake included. By default, and at most, the session timeout
     * divided by the number of servers.
     */
    public MusterClientBuilder connectTimeout(Duration timeout) {
        Calls.positiveNanos(timeout, "connectTimeout");
        connectTimeout = timeout;
        return this;
    }

    /** The deadline of every operation that is not given another one. 15 seconds by default. */
    public MusterClientBuilder requestTimeout(Duration timeout) {
        Calls.positiveNanos(timeout, "requestTimeout");
        requestTimeout = timeout;
        return this;
    }

    /** An identity that is sent first on every connection; may be called several times. */
    public MusterClientBuilder auth(String scheme, byte[] auth) {
        auths.add(new Auth(Objects.requireNonNull(scheme), auth.clone()));
        return this;
    }

    /**
     * How many requests may be without an answer at any time, those that wait for a connection included. One more fails
     * at once with {@link TooManyRequestsException}. 10 000 by default.
     */
    public MusterClientBuilder maxRequestsInFlight(int count) {
        maxRequestsInFlight = positive(count, "maxRequestsInFlight");
        return this;
    }

    /** A longer request is refused here: the server would close the connection. ZooKeeper's 1 048 575 by default. */
    public MusterClientBuilder maxFrameBytes(int bytes) {
        maxFrameBytes = positive(bytes, "maxFrameBytes");
        return this;
    }

    /** A longer reply closes the connection. 64 MiB by default: servers do not limit lists of children. */
    public MusterClientBuilder maxReplyBytes(int bytes) {
        maxReplyBytes = positive(bytes, "maxReplyBytes");
        return this;
    }

    /**
     * How many events may wait for the listener of one persistent watch; beyond that they are dropped, and it is told
     * {@link WatchEvent.Type#RESYNC} instead. 10 000 by default.
     */
    public MusterClientBuilder maxQueuedEvents(int count) {
        maxQueuedEvents = positive(count, "maxQueuedEvents");
        return this;
    }

    /** Whether a read-only server will do when there is no other. False by default. */
    public MusterClientBuilder canBeReadOnly(boolean allowed) {
        canBeReadOnly = allowed;
        return this;
    }

    /** Whether to open a new session when one has expired. True by default; else the client is of no more use then. */
    public MusterClientBuilder renewSession(boolean renew) {
        renewSession = renew;
        return this;
    }

    /** Where callbacks run, one at a time for each registration. By default on daemon threads of the runtime. */
    public MusterClientBuilder callbackExecutor(Executor executor) {
        callbackExecutor = executor;
        return this;
    }

    /** The world that the client lives in; the caller closes it, after the client. By default one of its own. */
    public MusterClientBuilder runtime(ClientRuntime newRuntime) {
        runtime = newRuntime;
        return this;
    }

    /** For logs and thread names. */
    public MusterClientBuilder name(String newName) {
        name = newName;
        return this;
    }

    /**
     * Makes the client, which begins to connect; does not wait.
     *
     * @throws IllegalStateException if no server was given
     */
    public MusterClient connect() {
        if (servers.isEmpty()) {
            throw new IllegalStateException("no servers: call connectString or servers first");
        }
        ClientCore core = new ClientCore(this);
        core.start();
        return new MusterClient(core);
    }

    private static int positive(int value, String what) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be positive, not " + value);
        }
        return value;
    }
}
