package io.muster.replica.state;

import org.jspecify.annotations.Nullable;

/**
 * Paths of all containers of one state, then of all its znodes with a time to live, one at a time. Used once, by one thread.
 */
public final class ReapCandidates {
    private final ByteTrie.Cursor<PathEntry> containers;
    private final ByteTrie.Cursor<PathEntry> ttls;

    public ReapCandidates(State state) {
        containers = new ByteTrie.Cursor<>(state.containers);
        ttls = new ByteTrie.Cursor<>(state.ttls);
    }

    /** In UTF-8 and not to be changed; null after the last. */
    public byte @Nullable [] next() {
        PathEntry next = containers.next();
        if (next == null) {
            next = ttls.next();
        }
        return next == null ? null : next.path();
    }
}
