package io.muster.replica.zab;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Numbered questions of a leader to its followers, whether they still follow it. A round is confirmed when a quorum has
 * answered something that was sent after the round was asked for: a ping with its number, or a proposal. A leader that was
 * deposed without knowing cannot have one confirmed. Owned by one thread.
 */
final class Rounds {
    /** Where nobody answers rounds and nothing is proposed, they stay open; between the oldest and the newest some are left out. */
    private static final int MAX_OPEN = 64;

    private long requested;
    private long sent;
    private long confirmed;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<Long, Long> answered = new TreeMap<>();

    /** A round that is not confirmed, and the last proposal before it was asked for. */
    private record Open(long round, long proposedBefore) {}

    /** @param last the last number of an earlier leadership; 0 for none */
    Rounds(long last) {
        requested = last;
        sent = last;
        confirmed = last;
    }

    /** Asks for a round; all who ask before it is sent share it. @param proposed the last proposal so far */
    long request(long proposed) {
        boolean isNew = requested == sent;
        if (isNew) {
            requested++;
        }
        if (!isNew || open.size() == MAX_OPEN) {
            open.removeLast();
        }
        open.addLast(new Open(requested, proposed));
        return requested;
    }

    /** Whether the newest open round was asked for after everything that is proposed, so that no acknowledgement can confirm it. */
    boolean awaitsProposal(long last) {
        Open newest = open.peekLast();
        return newest != null && newest.proposedBefore >= last;
    }

    /** Whether a round should be sent now: one was asked for and none is on its way. */
    boolean isDue() {
        return requested > sent && sent == confirmed;
    }

    /** The round that a ping which is sent now carries. */
    long send() {
        sent = requested;
        return sent;
    }

    long confirmed() {
        return confirmed;
    }

    /** @return whether the round was ever sent */
    boolean answer(long server, long round) {
        answered.merge(server, round, Math::max);
        return round <= sent;
    }

    /** A server has acknowledged everything up to a proposal. */
    void acked(long server, long zxid) {
        for (Open each : open) {
            if (each.proposedBefore < zxid) {
                answered.merge(server, each.round, Math::max);
            }
        }
    }

    /** @return whether a round is confirmed that was not; then {@link #confirmed()} is the last one */
    boolean advance(long self, Quorums quorums) {
        long reached = quorums.reached(server -> server == self ? requested : answered.getOrDefault(server, 0L));
        if (reached <= confirmed) {
            return false;
        }
        confirmed = reached;
        sent = Math.max(sent, reached);
        while (!open.isEmpty() && open.peekFirst().round <= confirmed) {
            open.removeFirst();
        }
        return true;
    }
}
