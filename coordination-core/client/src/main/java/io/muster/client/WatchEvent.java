package io.muster.client;

/**
 * What a watch tells.
 *
 * @param path the znode that changed, without the client's chroot; for {@link Type#RESYNC} and {@link Type#ENDED} the
 *     watched path
 * @param zxid the transaction that changed it; {@link #UNKNOWN_ZXID} where the server does not say (it found the change
 *     when the client came back to it) or where there is none
 */
public record WatchEvent(Type type, String path, long zxid) {
    public static final long UNKNOWN_ZXID = -1;

    /** A kind of event; the first four come from the server, the last two from the client. */
    public enum Type {
        CREATED,
        DELETED,
        DATA_CHANGED,
        /** A child was created or deleted. */
        CHILDREN_CHANGED,
        /**
         * Of persistent watches: from now on every change is told again, but some before this moment may have been
         * missed, so read anew. Comes when the client re-attached its session to a server, when it opened a new session,
         * and when the listener was so slow that its events had to be dropped.
         */
        RESYNC,
        /**
         * The last event of a watch that did not end by itself: the session of a one-shot watch expired, or the client
         * was closed.
         */
        ENDED
    }
}
