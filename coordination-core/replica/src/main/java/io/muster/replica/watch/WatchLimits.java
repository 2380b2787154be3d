package io.muster.replica.watch;

/**
 * How much may be watched; 0 for no limit.
 *
 * @param perConnection watches of one connection, as {@link WatchTable#count()} counts them
 * @param perAddress the same for all connections that share a {@link Tally}
 * @param bytesPerConnection of the paths that one connection watches, as {@link WatchTable#bytes(long)} counts them
 * @param bytes of the paths that anybody watches, as {@link WatchTable#bytes()} counts them
 */
public record WatchLimits(int perConnection, int perAddress, long bytesPerConnection, long bytes) {
    /** What kept a watch from being set. */
    public enum Reached {
        PER_CONNECTION,
        PER_ADDRESS,
        BYTES_PER_CONNECTION,
        BYTES
    }
}
