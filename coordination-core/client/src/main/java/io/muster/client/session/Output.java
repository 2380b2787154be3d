package io.muster.client.session;

/** Comes with the next commits. */
public sealed interface Output {
    record SetTimer(long atNanos) implements Output {}
}
