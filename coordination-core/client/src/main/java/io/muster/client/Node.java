package io.muster.client;

import io.muster.protocol.Stat;

/**
 * A znode as it was read.
 *
 * @param path as the caller gave it
 * @param data its data, an array of the caller's own; empty when the znode has none
 */
@SuppressWarnings("ArrayRecordComponent") // the array is a fresh copy for each reader
public record Node(String path, byte[] data, Stat stat) {
    @Override
    public String toString() {
        return "Node[" + path + ", " + data.length + " bytes, version " + stat.version() + "]";
    }
}
