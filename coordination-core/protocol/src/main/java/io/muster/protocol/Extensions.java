package io.muster.protocol;

/**
 * What Muster clients and Muster servers may agree on beyond ZooKeeper's protocol.
 *
 * <p>A client offers its features in {@link ConnectRequest#protocolVersion}, a field that ZooKeeper servers read and
 * ignore; a Muster server answers in {@link ConnectResponse#protocolVersion} with those that both have. To a client that
 * offers nothing the server answers 0, and a server that answers 0 is one that promises nothing beyond ZooKeeper.
 */
public final class Extensions {
    /**
     * A reply to a ping, to a sync, or to a write that succeeded says that the session's leader had heard of the session
     * after the request was sent, and that a quorum knew that leader then; so a client may count its session's deadline
     * from the sending of the request.
     *
     * <p>Without it nothing may be counted from its own sending but the opening of the session: a ZooKeeper follower
     * forwards writes without extending the session by them, and tells the leader only each half tick which sessions it
     * heard of.
     */
    public static final int CONFIRMED_PINGS = 1;

    private static final int MARK = 0x4D53_0000;
    private static final int MARK_MASK = 0xFFFF_0000;
    private static final int FEATURES_MASK = 0x0000_FFFF;

    private Extensions() {}

    /** The field's value for a sum of features. */
    public static int encode(int features) {
        return features == 0 ? 0 : MARK | features & FEATURES_MASK;
    }

    /** The features that a field's value offers; 0 for anything that Muster did not write. */
    public static int decode(int protocolVersion) {
        return (protocolVersion & MARK_MASK) == MARK ? protocolVersion & FEATURES_MASK : 0;
    }
}
