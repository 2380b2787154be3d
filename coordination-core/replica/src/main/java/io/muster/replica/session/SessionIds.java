package io.muster.replica.session;

import org.jspecify.annotations.Nullable;

/**
 * Makes sessions' ids: the server's id in the top byte, a number that follows the wall clock at 16 per millisecond, and a
 * mark in the low bits. Owned by one thread.
 */
public final class SessionIds {
    private static final int SERVER_SHIFT = 56;
    private static final long SEQUENCE = (1L << SERVER_SHIFT - SessionSecret.MARK_BITS) - 1;
    private static final int PER_MS = 16;

    private final long server;
    private long last;

    /**
     * @param serverId 1 to 254
     * @param wallMs milliseconds since 1970, by the clock or as of the latest thing that happened, whichever is later
     */
    public SessionIds(int serverId, long wallMs) {
        server = (long) serverId << SERVER_SHIFT;
        last = wallMs * PER_MS & SEQUENCE;
    }

    /** There is such a session: new ids come behind it, also when the clock was set back. */
    public void taken(long sessionId) {
        if ((sessionId & 0xFFL << SERVER_SHIFT) == server) {
            last = Math.max(last, sessionId >>> SessionSecret.MARK_BITS & SEQUENCE);
        }
    }

    /** An id that no session of {@link #taken} has, and that this has not made before; with the secret's mark. */
    public long next(SessionSecret secret) {
        return secret.marked(unmarked());
    }

    /** The same without a mark, for a session whose password is to be ZooKeeper's. */
    public long nextOfZooKeepers(@Nullable SessionSecret secret) {
        long id = unmarked();
        return secret != null && secret.made(id) ? id + 1 : id;
    }

    private long unmarked() {
        last = last + 1 & SEQUENCE;
        return server | last << SessionSecret.MARK_BITS;
    }
}
