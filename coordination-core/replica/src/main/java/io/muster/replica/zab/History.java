package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this server has of the common history: its log as it was told to be, how much of that is known to be on the disk, and
 * how much the state above has seen. Owned by one thread.
 *
 * <p>The disk is told at once and answers later. Between a cut or a snapshot and its answer nothing is known to be on the disk:
 * what the answers before it say is about what was cut off.
 *
 * <p>Invariant: {@code delivered <= last}; but for what was recovered after a restart, {@code delivered <= committed}.
 */
final class History {
    private final PeerOutputs out;
    private final Window window;
    private long persisted;
    private int resets;
    private long delivered;
    /** The lowest transaction to which the log can be cut. */
    private long oldest;
    /** The state from the disk or from a snapshot, until it can be handed up with what was committed since. */
    private @Nullable State replacement;
    /** Up to here transactions may be in the state already, in part. */
    private long fuzzyUpTo;

    private boolean cutTooFar;

    History(Recovered recovered, PeerSettings.Bounds bounds, PeerOutputs out) {
        this.out = out;
        this.window =
                new Window(recovered.recentAfter(), recovered.recent(), bounds.recentCount(), bounds.recentBytes());
        this.persisted = window.last();
        this.delivered = window.last();
        this.oldest = recovered.snapshotZxid();
    }

    Window window() {
        return window;
    }

    long last() {
        return window.last();
    }

    long committed() {
        return window.committed();
    }

    /** Up to where everything is on the disk. */
    long persisted() {
        return persisted;
    }

    boolean isPersisted() {
        return resets == 0 && persisted == last();
    }

    /** Whether the disk is about to cut the log or to write a snapshot. */
    boolean isResetting() {
        return resets > 0;
    }

    /** Whether the last cut has found less than it was to leave: the log was another one than the leader thought. */
    boolean wasCutTooFar() {
        return cutTooFar;
    }

    void append(Transaction transaction) {
        window.append(transaction);
        out.append(transaction);
    }

    /** Whether the log can be cut there. */
    boolean canTruncate(long zxid) {
        return zxid >= oldest;
    }

    void truncate(long zxid) {
        boolean reload = zxid < delivered;
        window.truncate(zxid);
        resets++;
        persisted = Math.min(persisted, zxid);
        out.truncate(zxid, reload);
    }

    void truncated(long zxid, long last, @Nullable State reloaded) {
        if (last > zxid) {
            throw new IllegalStateException(
                    "the log was cut after " + Zxid.toString(zxid) + ", but its last is " + Zxid.toString(last));
        }
        resets--;
        cutTooFar = last < zxid && Zxid.counter(zxid) != 0;
        persisted = zxid;
        if (cutTooFar) {
            window.restart(last);
            persisted = last;
        }
        if (reloaded != null) {
            replacement = reloaded;
            delivered = last;
        }
    }

    /** @throws IllegalStateException if something that is committed is neither in the snapshot nor to come after it */
    void install(State state, long zxid, List<Transaction> then) {
        long last = then.isEmpty() ? zxid : then.get(then.size() - 1).zxid();
        if (last < committed()) {
            throw new IllegalStateException("told to take a history up to " + Zxid.toString(last) + ", but "
                    + Zxid.toString(committed()) + " is committed");
        }
        window.restart(zxid);
        resets++;
        persisted = 0;
        oldest = zxid;
        fuzzyUpTo = last;
        replacement = state;
        delivered = zxid;
        out.install(state, zxid);
    }

    void installed(long zxid) {
        resets--;
        cutTooFar = false;
        persisted = zxid;
    }

    /** @throws IllegalStateException if it was never appended */
    void persisted(long zxid) {
        if (resets > 0) {
            return;
        }
        if (zxid > last()) {
            throw new IllegalStateException(
                    "persisted up to " + Zxid.toString(zxid) + ", but the last is " + Zxid.toString(last()));
        }
        persisted = Math.max(persisted, zxid);
    }

    /** Everything up to a transaction is committed: hands it up. */
    void commit(long zxid) {
        window.commit(zxid);
        if (replacement != null) {
            State state = replacement;
            replacement = null;
            out.stateReplaced(state);
        }
        for (Transaction transaction : window.between(delivered, zxid)) {
            out.deliver(transaction, transaction.zxid() <= fuzzyUpTo);
        }
        delivered = Math.max(delivered, zxid);
        window.trim(Math.min(delivered, persisted));
    }

    /** The state that a learner's snapshot is to be of; null for the one above. */
    @Nullable
    State replacement() {
        return replacement;
    }

    /** The last transaction in the state that a learner's snapshot is of. */
    long delivered() {
        return delivered;
    }
}
