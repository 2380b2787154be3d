package io.muster.replica;

import io.muster.replica.state.State;
import java.util.ArrayDeque;

/**
 * What was prepared and waits for its transactions to be committed: effects in the order of the requests, and the states
 * at the ends of batches.
 *
 * <p>A batch is committed as a whole. If a reply could leave before the state that it speaks of is published, its client's
 * next read could be answered from the state before.
 *
 * <p>Invariant: {@code committed <= prepared}, and an effect runs only when every transaction before it is committed.
 */
final class Pipeline {
    /** Replies, events and watches of one request. */
    interface Effect {
        void run(Outputs out);
    }

    private record Waiting(long zxid, Effect effect) {}

    private final ArrayDeque<Waiting> effects = new ArrayDeque<>();
    private final ArrayDeque<State> states = new ArrayDeque<>();
    private long preparedZxid;
    private long persistedZxid;
    private long committedZxid;

    Pipeline(long zxid) {
        preparedZxid = zxid;
        persistedZxid = zxid;
        committedZxid = zxid;
    }

    long preparedZxid() {
        return preparedZxid;
    }

    long committedZxid() {
        return committedZxid;
    }

    /** Effects that wait for the log. */
    int waitingCount() {
        return effects.size();
    }

    /** The number for the next transaction. */
    long nextZxid() {
        return ++preparedZxid;
    }

    /** Runs the effect once all that has been prepared so far is committed: now, if it is. */
    void afterPrepared(Effect effect, Outputs out) {
        if (effects.isEmpty() && preparedZxid == committedZxid) {
            effect.run(out);
        } else {
            effects.add(new Waiting(preparedZxid, effect));
        }
    }

    /** The state after the last transaction of a batch. */
    void endOfBatch(State state, Outputs out) {
        states.add(state);
        commit(out);
    }

    /** The log has everything up to this transaction. */
    void persisted(long zxid, Outputs out) {
        if (zxid > preparedZxid) {
            throw new IllegalStateException("persisted up to " + zxid + ", but prepared only up to " + preparedZxid);
        }
        persistedZxid = Math.max(persistedZxid, zxid);
        commit(out);
    }

    /** Runs what waited for the batches that are persisted, then publishes the state after the last of them. */
    private void commit(Outputs out) {
        State newest = null;
        while (!states.isEmpty() && states.peek().zxid() <= persistedZxid) {
            newest = states.remove();
        }
        if (newest == null) {
            return;
        }
        committedZxid = newest.zxid();
        while (!effects.isEmpty() && effects.peek().zxid <= committedZxid) {
            effects.remove().effect.run(out);
        }
        out.publish(newest);
    }
}
