package io.muster.replica.zab;

import io.muster.replica.state.Transaction;
import java.util.List;

/**
 * What was found on the disk at the start, all of it forced since. The state above holds all of it; the end of it may never
 * have been committed.
 *
 * @param acceptedEpoch the last that the server promised to
 * @param currentEpoch of the last leader whose history the server took over, at most the accepted one
 * @param snapshotZxid of the newest snapshot: a log can be cut down to this, and not below
 * @param recentAfter the transaction before the first of the recent ones
 * @param recent the last transactions of the log
 */
public record Recovered(
        long acceptedEpoch, long currentEpoch, long snapshotZxid, long recentAfter, List<Transaction> recent) {
    /** Of a server that starts for the first time. */
    public static final Recovered NOTHING = new Recovered(0, 0, 0, 0, List.of());

    public Recovered {
        recent = List.copyOf(recent);
    }

    /** The last transaction. */
    public long lastZxid() {
        return recent.isEmpty() ? recentAfter : recent.get(recent.size() - 1).zxid();
    }
}
