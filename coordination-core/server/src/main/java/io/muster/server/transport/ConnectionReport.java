package io.muster.server.transport;

import java.net.InetSocketAddress;

/**
 * What there is to say of one connection at one moment.
 *
 * @param interest 1 while it is read, and 4 while something waits to be written to it, added
 * @param queued requests without a reply
 * @param received frames, since the connection or the last reset
 * @param sent frames, likewise
 * @param sessionId 0 before the handshake
 * @param timeoutMs of the session
 * @param establishedMs milliseconds since 1970
 * @param deadlineMs when its handshake or something of its session should have come at the latest, milliseconds since 1970
 * @param latency of its requests
 */
public record ConnectionReport(
        InetSocketAddress remote,
        int interest,
        int queued,
        long received,
        long sent,
        long sessionId,
        int timeoutMs,
        long establishedMs,
        long deadlineMs,
        Latency latency) {
    /**
     * How long requests took, in milliseconds.
     *
     * @param lastOperation ZooKeeper's short name of the last one, {@code NA} before it
     * @param lastCxid its number, unless it was a ping or the like; -1 before the first
     * @param lastZxid in its reply
     * @param lastResponseMs when the reply was made, of a clock that never goes back
     */
    public record Latency(
            String lastOperation,
            long lastCxid,
            long lastZxid,
            long lastResponseMs,
            long lastMs,
            long minMs,
            long avgMs,
            long maxMs) {}
}
