package io.muster.client.session;

/** Chance, from outside: so that many clients do not come back in the same moment. */
@FunctionalInterface
public interface Jitter {
    /** From 0 up to but without {@code boundNanos}, which is positive. */
    long next(long boundNanos);
}
