package io.muster.replica.zab;

import java.util.List;

/**
 * What an operator may want to know of a peer.
 *
 * @param acceptedEpoch the last epoch that it promised to
 * @param currentEpoch of the last leader whose history it took over
 * @param lastZxid of its log
 * @param committedZxid the last that it knows to be committed; 0 if it knows of none since it started
 * @param learners of a leader, in the order in which they came
 */
public record PeerStatus(
        Role role,
        long acceptedEpoch,
        long currentEpoch,
        long lastZxid,
        long committedZxid,
        List<LearnerStatus> learners) {
    public PeerStatus {
        learners = List.copyOf(learners);
    }

    /**
     * A follower or an observer that has said who it is.
     *
     * @param votes whether its acknowledgements count
     * @param observes whether it is an observer
     * @param isUpToDate whether it has the leader's history and is sent what comes
     * @param ackedZxid the last that it has acknowledged; 0 before it is synchronized
     */
    public record LearnerStatus(long serverId, boolean votes, boolean observes, boolean isUpToDate, long ackedZxid) {}
}
