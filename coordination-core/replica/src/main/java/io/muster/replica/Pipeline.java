package io.muster.replica;

import io.muster.replica.state.State;
import java.util.ArrayDeque;

/**
 * What was prepared and waits for its transactions to be committed: effects in the order of the requests, and the states
 * at the ends of batches.
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
    private long committedZxid;

    Pipeline(long zxid) {
        preparedZxid = zxid;
        committedZxid = zxid;
    }

    long preparedZxid() {
        return preparedZxid;
    }

    long committedZxid() {
        return committedZxid;
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
    void endOfBatch(State state) {
        states.add(state);
    }

    /** Runs what waited for these transactions, then publishes the newest state that holds no later one. */
    void commit(long zxid, Outputs out) {
        if (zxid > preparedZxid) {
            throw new IllegalStateException("persisted up to " + zxid + ", but prepared only up to " + preparedZxid);
        }
        committedZxid = Math.max(committedZxid, zxid);
        while (!effects.isEmpty() && effects.peek().zxid <= committedZxid) {
            effects.remove().effect.run(out);
        }
        State newest = null;
        while (!states.isEmpty() && states.peek().zxid() <= committedZxid) {
            newest = states.remove();
        }
        if (newest != null) {
            out.publish(newest);
        }
    }
}
