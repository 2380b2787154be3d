package io.muster.replica;

import io.muster.replica.state.State;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    /** @param connection whose it is; null for events, which are anybody's */
    private record Waiting(long zxid, @Nullable Connection connection, Effect effect) {}

    private final ArrayDeque<Waiting> effects = new ArrayDeque<>();
    private final ArrayDeque<State> states = new ArrayDeque<>();
    private long preparedZxid;
    private long reachedZxid;
    private State committed;

    Pipeline(State committed) {
        this.committed = committed;
        preparedZxid = committed.zxid();
        reachedZxid = committed.zxid();
    }

    long preparedZxid() {
        return preparedZxid;
    }

    long committedZxid() {
        return committed.zxid();
    }

    /** At the end of the last batch that is committed as a whole. */
    State committed() {
        return committed;
    }

    /** What waits will not be committed by us: the connections whose it is, each perhaps several times. */
    void abandon(Consumer<Connection> whose) {
        for (Waiting each : effects) {
            if (each.connection != null) {
                whose.accept(each.connection);
            }
        }
        effects.clear();
        states.clear();
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
    void afterPrepared(@Nullable Connection connection, Effect effect, Outputs out) {
        if (effects.isEmpty() && preparedZxid == committed.zxid()) {
            effect.run(out);
        } else {
            effects.add(new Waiting(preparedZxid, connection, effect));
        }
    }

    /** Nothing more is taken from the connection; it is closed after what is on its way to it. */
    void close(Connection connection, String reason, Outputs out) {
        connection.closed = true;
        afterPrepared(connection, o -> Clients.end(connection, reason, o), out);
    }

    /** The state after the last transaction of a batch. */
    void endOfBatch(State state, Outputs out) {
        states.add(state);
        commit(out);
    }

    /** All up to this transaction is committed. */
    void committed(long zxid, Outputs out) {
        if (zxid > preparedZxid) {
            throw new IllegalStateException("committed up to " + zxid + ", but prepared only up to " + preparedZxid);
        }
        reachedZxid = Math.max(reachedZxid, zxid);
        commit(out);
    }

    /** Runs what waited for the batches that are committed, then publishes the state after the last of them. */
    private void commit(Outputs out) {
        State newest = null;
        while (!states.isEmpty() && states.peek().zxid() <= reachedZxid) {
            newest = states.remove();
        }
        if (newest == null) {
            return;
        }
        committed = newest;
        while (!effects.isEmpty() && effects.peek().zxid <= newest.zxid()) {
            effects.remove().effect.run(out);
        }
        out.publish(newest);
    }
}
