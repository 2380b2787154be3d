package io.muster.server.admin;

import io.muster.replica.state.State;
import io.muster.server.config.ServerConfig;
import io.muster.server.transport.ClientConnection;
import io.muster.server.transport.Traffic;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collection;

/** What the words say of a server. Any thread, at any time after the start; never blocks. */
public interface ServerView {
    ServerConfig config();

    InetSocketAddress clientAddress();

    /** The last state that was published. */
    State state();

    Traffic traffic();

    Collection<ClientConnection> connections();

    int watchCount();

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
