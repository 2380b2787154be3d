package io.muster.client.session;

/** Comes with the next commits. */
public sealed interface Input {
    record Tick() implements Input {}
}
