package io.muster.client;

import io.muster.protocol.Stat;

/** What one operation of a successful {@code multi} gave; in the same order as the operations. */
public sealed interface OpResult {
    /** @param path with its sequence number, if the mode is sequential */
    record Created(String path, Stat stat) implements OpResult {}

    record Deleted(String path) implements OpResult {}

    record Set(String path, Stat stat) implements OpResult {}

    record Checked(String path) implements OpResult {}
}
