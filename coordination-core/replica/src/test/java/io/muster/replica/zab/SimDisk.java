package io.muster.replica.zab;

import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A server's disk, and the thread that serves it: what is asked for is done in its order, each after a while. What was
 * appended without a force is lost in a crash, or a beginning of it is not. All else is there or not.
 */
final class SimDisk {
    /** Something to do; the answer, if there is one, goes to the server. */
    record Op(Runnable effect, @Nullable PeerInput answer, Kind kind) {
        boolean isAppend() {
            return kind == Kind.APPEND;
        }

        boolean isEpoch() {
            return kind == Kind.EPOCH;
        }

        boolean waitsForForce() {
            return kind == Kind.OTHER;
        }
    }

    enum Kind {
        APPEND,
        EPOCH,
        OTHER
    }

    final Deque<Op> asked = new ArrayDeque<>();
    /** Everything that the disk holds, in the snapshot or in the log. */
    final List<Transaction> history = new ArrayList<>();
    /** How many of those are forced. */
    int forced;
    /** How many of those are in the snapshot. */
    int inSnapshot;

    State snapshot;
    long acceptedEpoch;
    long currentEpoch;

    SimDisk(State initial) {
        snapshot = initial;
    }

    void append(Transaction transaction) {
        asked.add(new Op(() -> history.add(transaction), null, Kind.APPEND));
    }

    /** Forces all that was appended. */
    void force() {
        forced = history.size();
    }

    void truncate(long zxid, boolean reload) {
        asked.add(new Op(
                () -> {
                    cut(zxid);
                    force();
                },
                new PeerInput.Truncated(zxid, 0, reload ? snapshot : null),
                Kind.OTHER));
    }

    private void cut(long zxid) {
        while (!history.isEmpty() && history.get(history.size() - 1).zxid() > zxid) {
            history.remove(history.size() - 1);
        }
        if (history.size() < inSnapshot) {
            throw new IllegalStateException("a snapshot was cut");
        }
    }

    void install(State state, List<Transaction> content, long zxid) {
        asked.add(new Op(
                () -> {
                    history.clear();
                    history.addAll(content);
                    inSnapshot = history.size();
                    snapshot = state;
                    force();
                },
                new PeerInput.Installed(zxid),
                Kind.OTHER));
    }

    void saveAccepted(long epoch) {
        asked.add(new Op(() -> acceptedEpoch = epoch, new PeerInput.AcceptedEpochSaved(epoch), Kind.EPOCH));
    }

    void saveCurrent(long epoch) {
        asked.add(new Op(() -> currentEpoch = epoch, new PeerInput.CurrentEpochSaved(epoch), Kind.EPOCH));
    }

    /** A snapshot of committed state; what it covers leaves the log. */
    void snapshot(State state, int count) {
        snapshot = state;
        inSnapshot = count;
    }

    long last() {
        return inSnapshot == history.size()
                ? snapshot.zxid()
                : history.get(history.size() - 1).zxid();
    }

    /** Whether a transaction is where it should be, and forced. */
    boolean holds(int index, Transaction transaction) {
        return forced > index && history.get(index).equals(transaction);
    }

    /** The machine dies: what was asked for is not done, or just the first of it, and what was not forced is lost in part. */
    void crash(Random random) {
        if (!asked.isEmpty() && random.nextInt(3) == 0) {
            asked.remove().effect.run();
        }
        asked.clear();
        int keep = forced + (history.size() > forced ? random.nextInt(history.size() - forced + 1) : 0);
        history.subList(keep, history.size()).clear();
        force();
    }

    State load() {
        StateEditor editor = snapshot.edit();
        history.subList(inSnapshot, history.size()).forEach(editor::replay);
        return editor.freeze();
    }

    Recovered recover(int recentCount) {
        int from = Math.max(inSnapshot, history.size() - recentCount);
        long after =
                from == inSnapshot ? snapshot.zxid() : history.get(from - 1).zxid();
        return new Recovered(
                acceptedEpoch, currentEpoch, snapshot.zxid(), after, history.subList(from, history.size()));
    }

    /** What is in the log from the last transaction on that is not after this one. */
    @Nullable
    List<Transaction> read(long after, long upTo) {
        List<Transaction> found = new ArrayList<>();
        for (Transaction each : history.subList(inSnapshot, history.size())) {
            if (each.zxid() <= after) {
                found.clear();
            }
            if (each.zxid() <= upTo) {
                found.add(each);
            }
        }
        return found.isEmpty() || found.get(0).zxid() > after ? null : found;
    }
}
