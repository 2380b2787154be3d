package io.muster.replica;

/**
 * How much clients may have; 0 for no limit.
 *
 * @param watchesPerConnection as {@link io.muster.replica.watch.WatchTable#count()} counts them
 * @param watchesPerAddress of all connections from one address together
 * @param sessions that have not ended
 * @param sessionsPerAddress of those, opened from one address while this server ran
 */
public record Limits(int watchesPerConnection, int watchesPerAddress, int sessions, int sessionsPerAddress) {
    public static final Limits NONE = new Limits(0, 0, 0, 0);
    /** A million watches for a connection, and no more limits. */
    public static final Limits DEFAULT = new Limits(1_000_000, 0, 0, 0);

    public Limits {
        if (watchesPerConnection < 0 || watchesPerAddress < 0 || sessions < 0 || sessionsPerAddress < 0) {
            throw new IllegalArgumentException("limits must be at least 0, not " + watchesPerConnection + ", "
                    + watchesPerAddress + ", " + sessions + ", " + sessionsPerAddress);
        }
    }

    /** The number that belongs to a limit. */
    public int of(Limit limit) {
        return switch (limit) {
            case WATCHES_PER_CONNECTION -> watchesPerConnection;
            case WATCHES_PER_ADDRESS -> watchesPerAddress;
            case SESSIONS -> sessions;
            case SESSIONS_PER_ADDRESS -> sessionsPerAddress;
        };
    }
}
