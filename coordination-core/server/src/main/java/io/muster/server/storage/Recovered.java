package io.muster.server.storage;

import io.muster.protocol.Zxid;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.List;

/**
 * What a start found on the disk.
 *
 * @param state at the last transaction
 * @param fresh whether there was nothing
 * @param snapshotZxid of the snapshot that was loaded
 * @param damagedSnapshots newer ones that could not be read
 * @param logFiles read
 * @param replayed transactions
 * @param repeated transactions that the log has twice, skipped the second time
 * @param cutBytes cut from the log's end, where a write had not been finished
 * @param digestsCompared transactions after which the tree's digest was compared with the one in the log
 * @param digestMismatches of these; not 0 means that this server's state differs from its writer's
 * @param recentAfter the transaction before the first of the recent ones
 * @param recent the last transactions of the log, as many as were wanted and there are behind the snapshot
 */
public record Recovered(
        State state,
        boolean fresh,
        long snapshotZxid,
        int damagedSnapshots,
        int logFiles,
        int replayed,
        int repeated,
        long cutBytes,
        int digestsCompared,
        int digestMismatches,
        long recentAfter,
        List<Transaction> recent) {
    public Recovered {
        recent = List.copyOf(recent);
    }

    public long lastZxid() {
        return state.zxid();
    }

    /** For the line that a server logs when it starts. */
    public String summary() {
        return "lastZxid=" + Zxid.toString(lastZxid()) + " fresh=" + fresh + " snapshot=" + Zxid.toString(snapshotZxid)
                + " damagedSnapshots=" + damagedSnapshots + " logFiles=" + logFiles + " replayed=" + replayed
                + " repeated=" + repeated + " cutBytes=" + cutBytes + " digestsCompared=" + digestsCompared
                + " digestMismatches=" + digestMismatches + " znodes=" + state.znodeCount() + " sessions="
                + state.sessionCount();
    }
}
