package io.muster.replica;

/**
 * How much clients may have; 0 for no limit.
 *
 * @param watchesPerConnection as {@link io.muster.replica.watch.WatchTable#count()} counts them
 * @param watchesPerAddress of all connections from one address together
 * @param watchBytesPerConnection of the paths that one connection watches, each once for the data, once for the children and
 *     once for all below it
 * @param watchBytes of the paths that are watched by anybody, each once
 * @param sessions that have not ended
 * @param sessionsPerAddress of those, opened from one address while this server ran
 */
public record Limits(
        int watchesPerConnection,
        int watchesPerAddress,
        long watchBytesPerConnection,
        long watchBytes,
        int sessions,
        int sessionsPerAddress) {
    public static final Limits NONE = new Limits(0, 0, 0, 0, 0, 0);
    /** A million watches for a connection, on paths of 134 bytes each, and no more limits. */
    public static final Limits DEFAULT = new Limits(1_000_000, 0, 128L << 20, 0, 0, 0);

    public Limits {
        if (watchBytesPerConnection < 0 || watchBytes < 0) {
            throw new IllegalArgumentException(
                    "limits must be at least 0, not " + watchBytesPerConnection + " and " + watchBytes);
        }
        if (watchesPerConnection < 0 || watchesPerAddress < 0 || sessions < 0 || sessionsPerAddress < 0) {
            throw new IllegalArgumentException("limits must be at least 0, not " + watchesPerConnection + ", "
                    + watchesPerAddress + ", " + sessions + ", " + sessionsPerAddress);
        }
    }

    public Limits withWatchBytes(long ofConnection, long ofAll) {
        return new Limits(watchesPerConnection, watchesPerAddress, ofConnection, ofAll, sessions, sessionsPerAddress);
    }

    /** The number that belongs to a limit. */
    public long of(Limit limit) {
        return switch (limit) {
            case WATCHES_PER_CONNECTION -> watchesPerConnection;
            case WATCHES_PER_ADDRESS -> watchesPerAddress;
            case WATCH_BYTES_PER_CONNECTION -> watchBytesPerConnection;
            case WATCH_BYTES -> watchBytes;
            case SESSIONS -> sessions;
            case SESSIONS_PER_ADDRESS -> sessionsPerAddress;
        };
    }
}
