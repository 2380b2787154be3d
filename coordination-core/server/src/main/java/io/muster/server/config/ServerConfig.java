package io.muster.server.config;

import io.muster.replica.Limits;
import io.muster.replica.ReplicaSettings;
import io.muster.server.storage.StorageSettings;
import io.muster.server.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that a server is told: where its files are, and the settings of its parts. Immutable; made by {@link #read} from a file,
 * or by {@link #in} in a program.
 */
public final class ServerConfig {
    private static final int MAX_TOUCH_INTERVAL_MS = 200;
    private static final int MIN_UNSYNCED_BYTES = 4 << 20;
    private static final int MAX_UNSYNCED_BYTES = 1 << 30;
    private static final int MIN_EXTRA_BYTES = 1_024;
    /** Of the heap, for transactions that other members may miss. */
    private static final int RECENT_SHARE = 16;

    private final Path dataDir;
    private final Path dataLogDir;
    private final Set<String> words;
    private final List<String> warnings;
    private final boolean zooKeepersPasswords;
    private final StorageSettings storage;
    private final TransportSettings transport;
    private final ReplicaSettings replica;
    private final @Nullable EnsembleConfig ensemble;

    /** Some settings of one part follow from those of another. */
    private ServerConfig(Builder values) {
        this.dataDir = values.dataDir;
        this.dataLogDir = values.dataLogDir == null ? dataDir : values.dataLogDir;
        this.words = values.words;
        this.warnings = values.warnings;
        this.zooKeepersPasswords = values.zooKeepersPasswords;
        this.ensemble = values.ensemble;
        if (ensemble != null) {
            values.replica.serverId((int) ensemble.serverId());
        }
        ReplicaSettings asked = values.replica.build();
        int maxFrameBytes = values.transport.build().maxFrameBytes();
        this.replica = asked.toBuilder()
                .form(asked.form().withMaxBytes(maxTransactionBytes(maxFrameBytes, values.extraTxnBytes)))
                .build();
        this.storage = values.storage.build().toBuilder()
                .digestInSnapshots(asked.form().digest())
                .recentTxns(ensemble == null ? 0 : ensemble.commitLogCount())
                .recentBytes(Runtime.getRuntime().maxMemory() / RECENT_SHARE)
                .maxUnsyncedBytes((int) Math.max(MIN_UNSYNCED_BYTES, Math.min(MAX_UNSYNCED_BYTES, 4L * maxFrameBytes)))
                .build();
        this.transport = values.transport.build().toBuilder()
                .touchIntervalMs(Math.max(1, Math.min(MAX_TOUCH_INTERVAL_MS, asked.tickTimeMs() / 4)))
                .build();
    }

    /**
     * A request that would grow into a longer transaction, as by what its client has proven to be, fails: neither ZooKeeper
     * nor we would read it from the log again.
     */
    private static int maxTransactionBytes(int maxFrameBytes, int extraTxnBytes) {
        int extra = extraTxnBytes == 0 ? maxFrameBytes : extraTxnBytes;
        return (int) Math.min(Integer.MAX_VALUE, (long) maxFrameBytes + Math.max(MIN_EXTRA_BYTES, extra));
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
        return dataDir;
    }

    /** The data directory, unless the log has one of its own. */
    public Path dataLogDir() {
        return dataLogDir;
    }

    /** Four-letter words that are answered; {@code *} for all. */
    public Set<String> words() {
        return words;
    }

    /** What somebody should know of the configuration though a server starts from it; one line each. */
    public List<String> warnings() {
        return warnings;
    }

    /** Whether new sessions get passwords that a ZooKeeper server accepts, and that anybody can compute. */
    public boolean zooKeepersPasswords() {
        return zooKeepersPasswords;
    }

    /** How the server keeps its files. */
    public StorageSettings storage() {
        return storage;
    }

    /** Where and how clients connect. */
    public TransportSettings transport() {
        return transport;
    }

    /** Sessions, and what clients may do and have; without a secret for the passwords. */
    public ReplicaSettings replica() {
        return replica;
    }

    /** What it is told as a member of an ensemble; null for a server that is alone. */
    public @Nullable EnsembleConfig ensemble() {
        return ensemble;
    }

    /**
     * Looks whether the directories can be used, without creating them.
     *
     * @throws ConfigException if one cannot
     */
    public void checkDirectories() {
        checkDirectory("dataDir", dataDir);
        checkDirectory("dataLogDir", dataLogDir);
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

    /** Collects a configuration. Used by one thread. */
    public static final class Builder {
        private final Path dataDir;
        private @Nullable Path dataLogDir;
        private Set<String> words = Set.of("srvr");
        private List<String> warnings = List.of();
        private boolean zooKeepersPasswords;
        private int extraTxnBytes;
        private @Nullable EnsembleConfig ensemble;
        private final StorageSettings.Builder storage = StorageSettings.builder();
        private final TransportSettings.Builder transport = TransportSettings.builder();
        private final ReplicaSettings.Builder replica = ReplicaSettings.builder()
                .limits(Limits.DEFAULT.withWatchBytes(
                        Limits.DEFAULT.watchBytesPerConnection(),
                        Runtime.getRuntime().maxMemory() / 4));

        private Builder(Path dataDir) {
            this.dataDir = dataDir;
        }

        public Builder dataLogDir(Path directory) {
            dataLogDir = directory;
            return this;
        }

        /** A port of the loopback address; 0 for any free one. */
        public Builder clientPort(int port) {
            transport.address(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
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

        /** Whether new sessions get passwords that a ZooKeeper server accepts, and that anybody can compute. */
        public Builder zooKeepersPasswords(boolean value) {
            zooKeepersPasswords = value;
            return this;
        }

        /** How much longer than a request a transaction may be; 0 for as much again. */
        public Builder extraTxnBytes(int value) {
            extraTxnBytes = value;
            return this;
        }

        /** Makes the server a member of an ensemble. */
        public Builder ensemble(EnsembleConfig value) {
            ensemble = value;
            return this;
        }

        /** How the server keeps its files. */
        public Builder storage(Consumer<StorageSettings.Builder> change) {
            change.accept(storage);
            return this;
        }

        /** Where and how clients connect. */
        public Builder transport(Consumer<TransportSettings.Builder> change) {
            change.accept(transport);
            return this;
        }

        /** Sessions, and what clients may do and have. */
        public Builder replica(Consumer<ReplicaSettings.Builder> change) {
            change.accept(replica);
            return this;
        }

        public ServerConfig build() {
            return new ServerConfig(this);
        }
    }
}
