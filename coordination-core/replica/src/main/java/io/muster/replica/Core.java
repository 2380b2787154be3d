package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.replica.state.Change;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.StateEditor;
import io.muster.replica.watch.WatchLimits;
import io.muster.replica.watch.WatchTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a replica has whatever it is to its clients at present: the state, who is connected, and who watches. Owned by the
 * replica's thread.
 */
final class Core {
    final ReplicaSettings settings;
    /** As of the last transaction that was prepared here, committed or not; without a {@link Primary}, the last committed. */
    final StateEditor state;

    final Clients clients;
    final WatchTable watches;
    final WrongGuesses wrongGuesses;
    /** Of the present batch: topic to message. */
    private final Map<String, String> warnings = new LinkedHashMap<>();

    Clocks now;
    /** Since the start, while this was the one that decides. */
    long expiredSessions;

    Core(ReplicaSettings settings, StateEditor state, Clocks now) {
        this.settings = settings;
        this.state = state;
        this.now = now;
        this.clients = new Clients(this);
        Limits limits = settings.limits();
        this.watches = new WatchTable(
                state.seed(),
                new WatchLimits(
                        limits.watchesPerConnection(),
                        limits.watchesPerAddress(),
                        limits.watchBytesPerConnection(),
                        limits.watchBytes()),
                clients::watchesOfAddress);
        this.wrongGuesses = new WrongGuesses(settings.access().settings().maxWrongPerMinute());
    }

    /** Whether a znode is there and these may read it. */
    boolean mayRead(String path, List<Id> ids) {
        NodeView node = state.find(path);
        return node != null && settings.access().permits(node.acl(), Acl.READ, ids);
    }

    /** Tells those who watch of a transaction's changes. */
    void trigger(long zxid, List<Change> changes, Outputs out) {
        for (Change change : changes) {
            watches.trigger(change, (number, type, path, acl) -> clients.event(number, zxid, type, path, acl, out));
        }
    }

    /** At the end of the batch, the last one of each topic. */
    void warn(String topic, String message) {
        warnings.put(topic, message);
    }

    void putOutWarnings(Outputs out) {
        warnings.forEach(out::warn);
        warnings.clear();
    }
}
