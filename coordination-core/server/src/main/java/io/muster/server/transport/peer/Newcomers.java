package io.muster.server.transport.peer;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Connections whose other end has not said who or what it is. Whoever means it says so at once, so where there are too many, the
 * oldest is the one that does not. Used by one thread.
 *
 * @param <C> a connection
 */
final class Newcomers<C> {
    private static final int MAX = 64;

    private final Set<C> all = new LinkedHashSet<>();
    private final Consumer<C> close;

    Newcomers(Consumer<C> close) {
        this.close = close;
    }

    /** In the place of the oldest, if there are too many. */
    void add(C connection) {
        all.add(connection);
        if (all.size() > MAX) {
            C oldest = all.iterator().next();
            all.remove(oldest);
            close.accept(oldest);
        }
    }

    /** It has said it, or is gone; returns whether it was one. */
    boolean remove(C connection) {
        return all.remove(connection);
    }

    void closeAll() {
        List.copyOf(all).forEach(close);
    }
}
