package io.muster.replica.state;

/** What a znode's stored owner says: nobody, a session, or how the server reaps it. */
enum OwnerKind {
    PERSISTENT,
    EPHEMERAL,
    CONTAINER,
    TTL;

    /** The stored owner of every container. */
    static final long CONTAINER_OWNER = 0x8000_0000_0000_0000L;
    /** The longest time to live, in milliseconds. */
    static final long MAX_TTL_MS = (1L << 40) - 1;

    private static final long TTL_MARK = 0xFF00_0000_0000_0000L;

    /** @param extendedTypes whether times to live are on; without them, the same bits are a session of server 255 */
    static OwnerKind of(long owner, boolean extendedTypes) {
        if (owner == 0) {
            return PERSISTENT;
        }
        if (owner == CONTAINER_OWNER) {
            return CONTAINER;
        }
        return extendedTypes && (owner & TTL_MARK) == TTL_MARK ? TTL : EPHEMERAL;
    }

    static long ttlOwner(long ttlMs) {
        return TTL_MARK | ttlMs;
    }

    static long ttlMs(long owner) {
        return owner & MAX_TTL_MS;
    }
}
