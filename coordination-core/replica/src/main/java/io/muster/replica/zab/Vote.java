package io.muster.replica.zab;

import io.muster.replica.peer.Notification;

/**
 * Whom a server wants to lead, and why.
 *
 * @param leader a server id
 * @param zxid the last transaction in the candidate's log
 * @param peerEpoch the candidate's current epoch; once it leads, the epoch that it leads
 */
record Vote(long leader, long zxid, long peerEpoch) {
    /** Of a server that may not vote. It loses against every other. */
    static final Vote NOBODY = new Vote(Notification.NOBODY, Notification.NOBODY, Notification.NOBODY);

    static Vote in(Notification notification) {
        return new Vote(notification.leader(), notification.zxid(), notification.peerEpoch());
    }

    /**
     * The order of votes is total: by epoch, then by zxid, then by server id. So whoever has the best of a quorum's votes has
     * every transaction that a quorum has acknowledged.
     */
    boolean isBetterThan(Vote other) {
        if (peerEpoch != other.peerEpoch) {
            return peerEpoch > other.peerEpoch;
        }
        return zxid != other.zxid ? zxid > other.zxid : leader > other.leader;
    }
}
