package io.muster.server.admin;

import java.util.Locale;

/** What a server is among others, in ZooKeeper's words. */
public enum ServerMode {
    /** It has no others. */
    STANDALONE,
    LEADER,
    FOLLOWER,
    OBSERVER,
    /** It has no leader at present, and serves no client. */
    LOOKING;

    public boolean isServing() {
        return this != LOOKING;
    }

    /** As the four-letter words write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
