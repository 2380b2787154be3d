package io.muster.testkit.differential;

/** A field of a reply's record. */
enum Shape {
    TEXT,
    DATA,
    INT,
    STAT,
    ACL,
    /** Names whose order is nobody's promise: ZooKeeper's is that of a hash set. */
    SET,
    IDENTITIES,
    RESULTS
}
