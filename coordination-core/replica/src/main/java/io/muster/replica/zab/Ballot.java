package io.muster.replica.zab;

import io.muster.replica.peer.Notification;
import io.muster.replica.peer.ServerState;

/**
 * A vote as it was cast.
 *
 * @param round of the election, as its caster counts
 * @param state of the caster
 * @param version of the notification that brought it
 */
record Ballot(Vote vote, long round, ServerState state, int version) {
    static Ballot in(Notification notification) {
        return new Ballot(Vote.in(notification), notification.round(), notification.state(), notification.version());
    }

    /**
     * Whether both are for the same leader. Of servers that have a leader only the leader and its epoch count: the zxid and
     * the round that they report are those of different elections, and of a caster that names no version not even the epoch.
     */
    boolean agreesWith(Ballot other) {
        if (state == ServerState.LOOKING || other.state == ServerState.LOOKING) {
            return vote.equals(other.vote) && round == other.round;
        }
        boolean sameFormat = version > 0 == other.version > 0;
        return vote.leader() == other.vote.leader() && (!sameFormat || vote.peerEpoch() == other.vote.peerEpoch());
    }
}
