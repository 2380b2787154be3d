package io.muster.replica.state;

/** Whether znodes may have a time to live, and so how the owners of some are read. All servers of one tree must agree. */
public enum TimesToLive {
    /** They may not; what could be one is an ephemeral znode of a session of server 255. */
    OFF,
    /** They may; no server is 255. */
    ON,
    /** They may, and those that ZooKeeper 3.5.3 wrote are read too: no server is above 127. */
    ON_WITH_3_5_3
}
