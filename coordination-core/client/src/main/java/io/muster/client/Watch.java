package io.muster.client;

import io.muster.protocol.AddWatchMode;

/**
 * A persistent watch. It lives through connections and sessions until it is closed: its listener gets {@link
 * WatchEvent.Type#RESYNC} whenever it may have missed something.
 */
public interface Watch extends Subscription {
    /** As the caller gave it. */
    String path();

    AddWatchMode mode();

    /**
     * No further event reaches the listener, except one that it is at. The server's watch is removed, unless another
     * {@code Watch} of this client shares it; does not wait for that.
     */
    @Override
    void close();
}
