package io.muster.recipes.lock;

import org.jspecify.annotations.Nullable;

/** What is done while a lock is held. */
@FunctionalInterface
public interface LockBody<T extends @Nullable Object, X extends Exception> {
    T run(LockLease lease) throws X;
}
