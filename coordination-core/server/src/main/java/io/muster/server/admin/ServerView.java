package io.muster.server.admin;

import io.muster.replica.Replica;
import io.muster.replica.state.State;
import io.muster.server.config.ServerConfig;
import io.muster.server.transport.ConnectionReport;
import io.muster.server.transport.Traffic;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What the words say of a server. Any thread, at any time after the start; never blocks. */
public interface ServerView {
    ServerConfig config();

    InetSocketAddress clientAddress();

    ServerMode mode();

    /** The last state that was published. */
    State state();

    Traffic traffic();

    int connectionCount();

    /** Every connection, in no order. */
    CompletableFuture<List<ConnectionReport>> connections();

    /** Lets every connection count anew; completes with how many there are. */
    CompletableFuture<Integer> resetConnectionStats();

    /** The share of handshakes that is dropped now because sessions come too fast, from 0 to 1. */
    double dropShare();

    /** Asks on the serial loop's thread, between two batches: the question must be short, and change nothing. */
    <T> CompletableFuture<T> ask(Function<Replica, T> question);

    int watchCount();

    /** How often the log's sync took longer than it should. */
    long slowSyncs();

    long uptimeMs();

    /** Where snapshots are. */
    default Path snapshotDirectory() {
        return config().dataDir().resolve("version-2");
    }

    /** Where the log is. */
    default Path logDirectory() {
        return config().dataLogDir().resolve("version-2");
    }
}
