package io.muster.testkit.differential;

/** A field of a request's record, in a script and on the wire. */
enum Field {
    /**
     * A path below the script's own root; behind an exclamation mark one that is sent as it is; behind a percent sign one
     * below the znode where the quota of the root belongs.
     */
    PATH,
    TEXT,
    /** Bytes, one a character; null is kept apart. */
    DATA,
    INT,
    LONG,
    BOOL,
    /** A number, or {@code seen-N}: the session's last zxid but N. */
    ZXID,
    ACL,
    PATHS,
    /** What a multi holds. */
    OPS,
    /** Bytes without a length before them. */
    BYTES
}
