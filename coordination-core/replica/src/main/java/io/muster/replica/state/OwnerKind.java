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

    static OwnerKind of(long owner, TimesToLive timesToLive) {
        if (owner == 0) {
            return PERSISTENT;
        }
        if (owner == CONTAINER_OWNER) {
            return CONTAINER;
        }
        return switch (timesToLive) {
            case OFF -> EPHEMERAL;
            case ON -> (owner & TTL_MARK) == TTL_MARK ? TTL : EPHEMERAL;
            case ON_WITH_3_5_3 -> owner < 0 ? TTL : EPHEMERAL;
        };
    }

    static long ttlOwner(long ttlMs) {
        return TTL_MARK | ttlMs;
    }

    static long ttlMs(long owner) {
        return owner & MAX_TTL_MS;
    }
}
