package io.muster.replica.peer;

/**
 * Who a learner is.
 *
 * @param serverId its id, a member's or not; {@link #UNNAMED} if it said none
 * @param protocolVersion {@link #PROTOCOL}, or anything above; {@link PeerExtensions} says what Muster puts there
 * @param membershipVersion of its committed membership; 0 without reconfiguration
 */
public record LearnerInfo(long serverId, int protocolVersion, long membershipVersion) {
    /** What ZooKeeper says since 3.4. */
    public static final int PROTOCOL = 0x10000;

    /** In the place of the id, of a learner that said none. */
    public static final long UNNAMED = -1;
}
