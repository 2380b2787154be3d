package io.muster.replica;

/** What a client may have no more of. */
public enum Limit {
    WATCHES_PER_CONNECTION,
    /** Of all connections from one address together. */
    WATCHES_PER_ADDRESS,
    /** Of the paths that a connection watches. */
    WATCH_BYTES_PER_CONNECTION,
    /** Of the paths that anybody watches. */
    WATCH_BYTES,
    SESSIONS,
    /** Of the sessions that were opened from one address while this server ran. */
    SESSIONS_PER_ADDRESS
}
