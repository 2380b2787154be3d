package io.muster.replica.peer;

/**
 * What Muster servers may agree on beyond ZooKeeper's protocol.
 *
 * <p>A learner offers its features in {@link LearnerInfo#protocolVersion}, which ZooKeeper takes for its own version if it
 * is at least {@link LearnerInfo#PROTOCOL}. A Muster leader answers in {@link LeaderPacket.LeaderInfo#protocolVersion}
 * with those that both have. Whoever does not know of features offers and answers {@link LearnerInfo#PROTOCOL}.
 */
public final class PeerExtensions {
    /**
     * {@link LeaderPacket.Ping} carries the number of a round, and its reply carries it back. So the leader can have a quorum
     * confirm that it leads, and does so before each {@link LeaderPacket.SyncDone}.
     */
    public static final int ROUNDS = 1;

    /** An {@link LearnerPacket.Ack} stands for all proposals up to its zxid. */
    public static final int CUMULATIVE_ACKS = 2;

    private static final int MARK = 0x4D53_0000;
    private static final int MARK_MASK = 0xFFFF_0000;
    private static final int FEATURES_MASK = 0x0000_FFFF;

    private PeerExtensions() {}

    /** The field's value for a sum of features. */
    public static int encode(int features) {
        return features == 0 ? LearnerInfo.PROTOCOL : MARK | features & FEATURES_MASK;
    }

    /** The features that a field's value offers; 0 for anything that Muster did not write. */
    public static int decode(int protocolVersion) {
        return (protocolVersion & MARK_MASK) == MARK ? protocolVersion & FEATURES_MASK : 0;
    }
}
