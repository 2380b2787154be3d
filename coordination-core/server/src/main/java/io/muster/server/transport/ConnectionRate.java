package io.muster.server.transport;

/**
 * How fast sessions may be opened and taken up again: a bucket of tokens, which ZooKeeper calls the connection throttle. A
 * handshake that finds too few tokens, or bad luck while some are dropped, is closed.
 *
 * @param tokens that the bucket holds; 0 for no limit, below 0 nobody may come
 * @param fillTimeMs so long after the last time, or longer, tokens are added ...
 * @param fillCount ... so many for each {@code fillTimeMs} that has gone by, and of the last one its part
 * @param freezeTimeMs the share that is dropped changes at most so often; -1 for none is ever dropped
 * @param dropIncrease by how much the share grows while the bucket is empty, from 0 to 1
 * @param dropDecrease by how much it shrinks while the bucket is full enough, from 0 to 1
 * @param decreaseRatio the bucket is full enough when at most this share of it is missing, from 0 to 1
 * @param newSessionTokens that a new session takes
 * @param renewSessionTokens that a session takes which comes back
 */
public record ConnectionRate(
        int tokens,
        int fillTimeMs,
        int fillCount,
        int freezeTimeMs,
        double dropIncrease,
        double dropDecrease,
        double decreaseRatio,
        int newSessionTokens,
        int renewSessionTokens) {
    public static final ConnectionRate UNLIMITED = new ConnectionRate(0, 1, 1, -1, 0.02, 0.002, 0, 1, 1);
}
