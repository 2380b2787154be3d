package io.muster.server.config;

import io.muster.replica.Limits;
import io.muster.replica.Reaping;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.TimesToLive;
import io.muster.server.storage.Compression;
import io.muster.server.transport.ConnectionRate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that a server is told. Immutable; made by {@link #read} from a file, or by {@link #in} in a program. */
public final class ServerConfig {
    public static final int DEFAULT_TICK_TIME_MS = 3_000;
    /** ZooKeeper's {@code jute.maxbuffer}. */
    public static final int DEFAULT_MAX_FRAME_BYTES = 0xfffff;

    public static final long DEFAULT_MAX_QUEUED_BYTES = 64L << 20;

    static long defaultMaxQueuedBytesOfAll() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    public static final int DEFAULT_MAX_WATCHES = 1_000_000;

    private static final int MAX_IO_THREADS = 8;

    private final Builder values;

    private ServerConfig(Builder values) {
        this.values = values;
    }

    /**
     * Reads a {@code zoo.cfg}, and the system properties that ZooKeeper reads.
     *
     * @throws ConfigException in one line, if no server can start from it
     */
    public static ServerConfig read(Path zooCfg) {
        return ZooCfg.read(zooCfg, SystemSettings.ofThisJvm());
    }

    /** Begins a configuration for a program: ZooKeeper's defaults, on any free port of the loopback address. */
    public static Builder in(Path dataDir) {
        return new Builder(dataDir);
    }

    public Path dataDir() {
        return values.dataDir;
    }

    /** The data directory, unless the log has one of its own. */
    public Path dataLogDir() {
        return values.dataLogDir == null ? values.dataDir : values.dataLogDir;
    }

    public InetSocketAddress clientAddress() {
        return values.clientAddress;
    }

    public int minSessionTimeoutMs() {
        return values.minSessionTimeoutMs > 0 ? values.minSessionTimeoutMs : 2 * values.tickTimeMs;
    }

    public int maxSessionTimeoutMs() {
        return values.maxSessionTimeoutMs > 0 ? values.maxSessionTimeoutMs : 20 * values.tickTimeMs;
    }

    /** At least 3; 0 for all. */
    public int keepSnapshots() {
        return values.keepSnapshots;
    }

    /** How often old snapshots and logs go; 0 to purge after each snapshot. */
    public long purgeEveryMs() {
        return values.purgeEveryMs;
    }

    /** Of snapshots that are written; all kinds are read. */
    public Compression snapshotCompression() {
        return values.snapshotCompression;
    }

    /** Whether a snapshot says its last transaction. */
    public boolean lastZxidInSnapshots() {
        return values.lastZxidInSnapshots;
    }

    /** A log file that is longer ends; 0 or less for no such limit. */
    public long maxLogFileKb() {
        return values.maxLogFileKb;
    }

    /** A sync of the log that takes longer is logged. */
    public long slowSyncMs() {
        return values.slowSyncMs;
    }

    /** Whether the log lists the ephemeral znodes that go with a session. */
    public boolean closeSessionPaths() {
        return values.closeSessionPaths;
    }

    /** Whether directories that are missing are created, or refused. */
    public boolean createDirectories() {
        return values.createDirectories;
    }

    /** Four-letter words that are answered; {@code *} for all. */
    public Set<String> words() {
        return values.words;
    }

    /** What somebody should know of the configuration though a server starts from it; one line each. */
    public List<String> warnings() {
        return values.warnings;
    }

    /** -1 for the system's default. */
    public int backlog() {
        return values.backlog;
    }

    /** The grain of session expiry. */
    public int tickTimeMs() {
        return values.tickTimeMs;
    }

    /** 0 for no limit. */
    public int maxConnectionsPerAddress() {
        return values.maxConnectionsPerAddress;
    }

    /** 0 for no limit. */
    public int maxConnections() {
        return values.maxConnections;
    }

    /** While more requests wait for the log, connections that have one of them are not read. */
    public int maxOutstandingRequests() {
        return values.maxOutstandingRequests;
    }

    /** A request of more bytes than this counts as large; -1 for none does. */
    public int largeRequestBytes() {
        return values.largeRequestBytes;
    }

    /** A large request that would make the large ones that have no reply yet exceed this closes its connection. */
    public long maxLargeRequestsBytes() {
        return values.maxLargeRequestsBytes;
    }

    /** How fast sessions may come. */
    public ConnectionRate connectionRate() {
        return values.connectionRate;
    }

    /**
     * Looks whether the directories can be used, without creating them.
     *
     * @throws ConfigException if one cannot
     */
    public void checkDirectories() {
        checkDirectory("dataDir", dataDir());
        checkDirectory("dataLogDir", dataLogDir());
    }

    private static void checkDirectory(String key, Path directory) {
        Path existing = directory.toAbsolutePath().normalize();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            throw new ConfigException(
                    key + "=" + directory + " is not allowed; it must be a directory, and " + existing + " is none");
        }
        if (!Files.isWritable(existing)) {
            throw new ConfigException(key + "=" + directory
                    + " is not allowed; it must be a directory that this user may write to, and may not write to "
                    + existing);
        }
    }

    /** Whether connections use the operating system's own way to sockets, where the class path has it. */
    public boolean nativeTransport() {
        return values.nativeTransport;
    }

    /** Whether TCP asks silent clients whether they are there. */
    public boolean tcpKeepAlive() {
        return values.tcpKeepAlive;
    }

    /** A longer handshake closes its connection. That of ZooKeeper's clients has 45 bytes. */
    public int maxHandshakeBytes() {
        return values.maxHandshakeBytes;
    }

    /** Memory for requests whose end has not come yet, of all connections: what would exceed it is closed. */
    public long maxUnreadBytes() {
        return values.maxUnreadBytes;
    }

    /** A longer request closes its connection. */
    public int maxFrameBytes() {
        return values.maxFrameBytes;
    }

    /**
     * A request that would grow into a longer transaction, as by what its client has proven to be, fails: neither ZooKeeper
     * nor we would read it from the log again.
     */
    public int maxTransactionBytes() {
        int extra = values.extraTxnBytes == 0 ? values.maxFrameBytes : values.extraTxnBytes;
        return (int) Math.min(Integer.MAX_VALUE, (long) values.maxFrameBytes + Math.max(1_024, extra));
    }

    /** A client that lets more replies wait is closed. */
    public long maxQueuedBytes() {
        return values.maxQueuedBytes;
    }

    /**
     * While more than this waits for all clients together, one that more than a little waits for is closed. A quarter of the
     * heap unless it is set.
     */
    public long maxQueuedBytesOfAll() {
        return values.maxQueuedBytesOfAll;
    }

    /** How many sessions and watches clients may have. */
    public Limits limits() {
        return values.limits;
    }

    /** A connection that has said nothing by then is closed. */
    public int handshakeTimeoutMs() {
        return values.handshakeTimeoutMs;
    }

    /** Threads that serve connections, at least 1. */
    public int ioThreads() {
        return values.ioThreads;
    }

    /** At least 2. */
    public int snapshotEveryTxns() {
        return values.snapshotEveryTxns;
    }

    /** Of log; 0 or less for never. */
    public long snapshotEveryKb() {
        return values.snapshotEveryKb;
    }

    /** The log grows by so much at a time. */
    public int preallocationKb() {
        return values.preallocationKb;
    }

    /** Whether an acknowledged write survives a loss of power. */
    public boolean forceSync() {
        return values.forceSync;
    }

    /** Whether to start from logs alone. */
    public boolean trustEmptySnapshot() {
        return values.trustEmptySnapshot;
    }

    /** Whether znodes may have a time to live. */
    public TimesToLive timesToLive() {
        return values.timesToLive;
    }

    /** When containers and znodes with a time to live go. */
    public Reaping reaping() {
        return values.reaping;
    }

    /** Whether new sessions get passwords that a ZooKeeper server accepts, and that anybody can compute. */
    public boolean zooKeepersPasswords() {
        return values.zooKeepersPasswords;
    }

    /** Whether nobody's permissions are checked. */
    public boolean skipAcl() {
        return values.access.skipAcl();
    }

    /** Who is let in, and how they prove who they are. */
    public AccessSettings access() {
        return values.access;
    }

    /** Whether a hard quota refuses what would exceed it, and a soft one warns of it. */
    public boolean enforceQuota() {
        return values.enforceQuota;
    }

    /** Whether the membership may be changed by a request, on a server that has members. */
    public boolean reconfigEnabled() {
        return values.reconfigEnabled;
    }

    /** Whether the log holds the tree's digest with each transaction. */
    public boolean digestEnabled() {
        return values.digestEnabled;
    }

    /** Collects a configuration. Used by one thread. */
    public static final class Builder implements Cloneable {
        private final Path dataDir;
        private @Nullable Path dataLogDir;
        private InetSocketAddress clientAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        private int minSessionTimeoutMs;
        private int maxSessionTimeoutMs;
        private int keepSnapshots = 3;
        private long purgeEveryMs;
        private Compression snapshotCompression = Compression.NONE;
        private boolean lastZxidInSnapshots = true;
        private long maxLogFileKb;
        private long slowSyncMs = 1_000;
        private boolean closeSessionPaths = true;
        private boolean createDirectories = true;
        private int extraTxnBytes;
        private Set<String> words = Set.of("srvr");
        private List<String> warnings = List.of();
        private int backlog = -1;
        private int tickTimeMs = DEFAULT_TICK_TIME_MS;
        private int maxConnectionsPerAddress = 60;
        private int maxConnections;
        private int maxOutstandingRequests = 1_000;
        private int largeRequestBytes = -1;
        private long maxLargeRequestsBytes = 100L << 20;
        private ConnectionRate connectionRate = ConnectionRate.UNLIMITED;
        private boolean tcpKeepAlive;
        private boolean nativeTransport = true;
        private int maxHandshakeBytes = 1_024;
        private long maxUnreadBytes = Runtime.getRuntime().maxMemory() / 4;
        private int maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
        private long maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES;
        private long maxQueuedBytesOfAll = defaultMaxQueuedBytesOfAll();
        private Limits limits = Limits.NONE.withWatchesPerConnection(DEFAULT_MAX_WATCHES);
        private int handshakeTimeoutMs = 10_000;
        private int ioThreads = Math.min(MAX_IO_THREADS, Runtime.getRuntime().availableProcessors());
        private int snapshotEveryTxns = 100_000;
        private long snapshotEveryKb = 4_194_304;
        private int preallocationKb = 4_096;
        private boolean forceSync = true;
        private boolean trustEmptySnapshot;
        private TimesToLive timesToLive = TimesToLive.OFF;
        private Reaping reaping = Reaping.DEFAULT;
        private boolean zooKeepersPasswords;
        private AccessSettings access = AccessSettings.DEFAULT;
        private boolean enforceQuota;
        private boolean reconfigEnabled;
        private boolean digestEnabled = true;

        private Builder(Path dataDir) {
            this.dataDir = dataDir;
        }

        public Builder dataLogDir(Path directory) {
            dataLogDir = directory;
            return this;
        }

        /** Where to listen; port 0 for any free one. */
        public Builder clientAddress(InetSocketAddress address) {
            clientAddress = address;
            return this;
        }

        /** A port of the loopback address; 0 for any free one. */
        public Builder clientPort(int port) {
            return clientAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }

        /** Without this 2 and 20 ticks. */
        public Builder sessionTimeoutsMs(int min, int max) {
            minSessionTimeoutMs = min;
            maxSessionTimeoutMs = max;
            return this;
        }

        /** Older ones go, and the logs that only they need; at least 3, or 0 to keep all. */
        public Builder keepSnapshots(int count) {
            keepSnapshots = count;
            return this;
        }

        /** How often that happens, from the start on; 0 for after each snapshot. */
        public Builder purgeEveryMs(long value) {
            purgeEveryMs = value;
            return this;
        }

        /** Of snapshots that are written; all kinds are read. */
        public Builder snapshotCompression(Compression value) {
            snapshotCompression = value;
            return this;
        }

        /** Whether a snapshot says its last transaction. */
        public Builder lastZxidInSnapshots(boolean value) {
            lastZxidInSnapshots = value;
            return this;
        }

        /** A log file that is longer ends; 0 or less for no such limit. */
        public Builder maxLogFileKb(long value) {
            maxLogFileKb = value;
            return this;
        }

        /** A sync of the log that takes longer is logged. */
        public Builder slowSyncMs(long value) {
            slowSyncMs = value;
            return this;
        }

        /** Whether the log lists the ephemeral znodes that go with a session. */
        public Builder closeSessionPaths(boolean value) {
            closeSessionPaths = value;
            return this;
        }

        /** Whether directories that are missing are created, or refused. */
        public Builder createDirectories(boolean value) {
            createDirectories = value;
            return this;
        }

        /** How much longer than a request a transaction may be; 0 for as much again. */
        public Builder extraTxnBytes(int value) {
            extraTxnBytes = value;
            return this;
        }

        /** Four-letter words that are answered; {@code *} for all. */
        public Builder words(Set<String> allowed) {
            words = Set.copyOf(allowed);
            return this;
        }

        Builder warnings(List<String> lines) {
            warnings = List.copyOf(lines);
            return this;
        }

        /** -1 for the system's default. */
        public Builder backlog(int value) {
            backlog = value;
            return this;
        }

        /** The grain of session expiry. */
        public Builder tickTimeMs(int value) {
            tickTimeMs = value;
            return this;
        }

        /** 0 for no limit. */
        public Builder maxConnectionsPerAddress(int value) {
            maxConnectionsPerAddress = value;
            return this;
        }

        /** 0 for no limit. */
        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        /** While more requests wait for the log, connections that have one of them are not read. */
        public Builder maxOutstandingRequests(int value) {
            maxOutstandingRequests = value;
            return this;
        }

        /**
         * A request of more than {@code largeBytes} (-1 for none) that would make such requests which have no reply yet
         * exceed {@code maxSumBytes} closes its connection.
         */
        public Builder largeRequests(int largeBytes, long maxSumBytes) {
            largeRequestBytes = largeBytes;
            maxLargeRequestsBytes = maxSumBytes;
            return this;
        }

        /** How fast sessions may come. */
        public Builder connectionRate(ConnectionRate rate) {
            connectionRate = rate;
            return this;
        }

        /** Whether connections use the operating system's own way to sockets, where the class path has it. */
        public Builder nativeTransport(boolean value) {
            nativeTransport = value;
            return this;
        }

        /** Whether TCP asks silent clients whether they are there. */
        public Builder tcpKeepAlive(boolean value) {
            tcpKeepAlive = value;
            return this;
        }

        /** A longer handshake closes its connection. */
        public Builder maxHandshakeBytes(int value) {
            maxHandshakeBytes = value;
            return this;
        }

        /** Memory for requests whose end has not come yet; without this a quarter of the heap's limit. */
        public Builder maxUnreadBytes(long value) {
            maxUnreadBytes = value;
            return this;
        }

        /** A longer request closes its connection. */
        public Builder maxFrameBytes(int value) {
            maxFrameBytes = value;
            return this;
        }

        /** A client that lets more replies wait is closed. */
        public Builder maxQueuedBytes(long value) {
            maxQueuedBytes = value;
            return this;
        }

        /** While more than this waits for all clients together, one that more than a little waits for is closed. */
        public Builder maxQueuedBytesOfAll(long value) {
            maxQueuedBytesOfAll = value;
            return this;
        }

        /**
         * How many sessions and watches clients may have. A request for one watch more is refused with the error QuotaExceeded,
         * and a handshake for one session more is closed.
         */
        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        /** A connection that has said nothing by then is closed. */
        public Builder handshakeTimeoutMs(int value) {
            handshakeTimeoutMs = value;
            return this;
        }

        /** Threads that serve connections, at least 1. */
        public Builder ioThreads(int value) {
            ioThreads = value;
            return this;
        }

        /** At least 2. */
        public Builder snapshotEveryTxns(int value) {
            snapshotEveryTxns = value;
            return this;
        }

        /** Of log; 0 or less for never. */
        public Builder snapshotEveryKb(long value) {
            snapshotEveryKb = value;
            return this;
        }

        /** The log grows by so much at a time. */
        public Builder preallocationKb(int value) {
            preallocationKb = value;
            return this;
        }

        /** Whether an acknowledged write survives a loss of power. */
        public Builder forceSync(boolean value) {
            forceSync = value;
            return this;
        }

        /** Whether to start from logs alone. */
        public Builder trustEmptySnapshot(boolean value) {
            trustEmptySnapshot = value;
            return this;
        }

        /** Whether znodes may have a time to live. */
        public Builder extendedTypes(boolean value) {
            return timesToLive(value ? TimesToLive.ON : TimesToLive.OFF);
        }

        /** Whether znodes may have a time to live, and whether those that ZooKeeper 3.5.3 wrote are read too. */
        public Builder timesToLive(TimesToLive value) {
            timesToLive = value;
            return this;
        }

        /** When containers and znodes with a time to live go. */
        public Builder reaping(Reaping value) {
            reaping = value;
            return this;
        }

        /** Whether new sessions get passwords that a ZooKeeper server accepts, and that anybody can compute. */
        public Builder zooKeepersPasswords(boolean value) {
            zooKeepersPasswords = value;
            return this;
        }

        /** Whether nobody's permissions are checked. */
        public Builder skipAcl(boolean value) {
            access = access.withSkipAcl(value);
            return this;
        }

        /** Who is let in, and how they prove who they are. */
        public Builder access(AccessSettings value) {
            access = value;
            return this;
        }

        /** Whether a hard quota refuses what would exceed it, and a soft one warns of it. */
        public Builder enforceQuota(boolean value) {
            enforceQuota = value;
            return this;
        }

        /** Whether the membership may be changed by a request, on a server that has members. */
        public Builder reconfigEnabled(boolean value) {
            reconfigEnabled = value;
            return this;
        }

        /** Whether the log holds the tree's digest with each transaction. */
        public Builder digestEnabled(boolean value) {
            digestEnabled = value;
            return this;
        }

        public ServerConfig build() {
            try {
                return new ServerConfig((Builder) clone());
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
