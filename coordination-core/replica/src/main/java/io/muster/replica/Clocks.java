package io.muster.replica;

/**
 * The two times that a replica knows.
 *
 * @param monotonicMs of a clock that never goes back; its origin means nothing
 * @param wallMs milliseconds since 1970
 */
public record Clocks(long monotonicMs, long wallMs) {}
