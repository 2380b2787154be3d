package io.muster.replica;

import io.muster.replica.Pipeline.Effect;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a quorum to say that this server led when it was asked: only then it is certain that no other server had
 * ended a session, or had committed what a client is to see. Owned by the replica's thread.
 */
final class Confirmations {
    /**
     * @param round which must be confirmed
     * @param zxid which must be committed
     * @param connection who asked; null for another server's clients
     * @param asked what was asked, for whoever decides next; null for another server's clients
     */
    private record Waiting(
            long round, long zxid, @Nullable Connection connection, Turn.@Nullable Asked asked, Effect effect) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long confirmed;

    /** Runs the effect behind those that came before, once the round is confirmed and the transaction committed. */
    void await(long round, long zxid, @Nullable Connection connection, Turn.@Nullable Asked asked, Effect effect) {
        waiting.add(new Waiting(round, zxid, connection, asked, effect));
    }

    int count() {
        return waiting.size();
    }

    /** This round is confirmed, and all before it. */
    void confirmed(long round) {
        confirmed = Math.max(confirmed, round);
    }

    /** Runs what waits for nothing any more. */
    void run(long committedZxid, Outputs out) {
        for (Waiting next = waiting.peek();
                next != null && next.round <= confirmed && next.zxid <= committedZxid;
                next = waiting.peek()) {
            waiting.remove();
            next.effect.run(out);
        }
    }

    /** Nobody will confirm anything: what this server's clients asked is their connections' first turn again. */
    void abandon() {
        for (Waiting last = waiting.pollLast(); last != null; last = waiting.pollLast()) {
            if (last.connection != null && last.asked != null && !last.connection.closed) {
                last.connection.turns.addFirst(last.asked);
            }
        }
    }
}
