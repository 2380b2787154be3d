package io.muster.server.transport;

import java.net.InetSocketAddress;

/**
 * The client port's limits.
 *
 * @param address where to listen; port 0 for any free one
 * @param backlog connections that wait to be accepted; -1 for the system's default
 * @param maxHandshakeBytes a longer first request closes its connection
 * @param maxFrameBytes a longer request closes its connection
 * @param maxUnreadBytes a connection with which the unfinished requests of all take more memory is closed
 * @param maxConnectionsPerAddress 0 for no limit
 * @param maxConnections 0 for no limit
 * @param maxOutstandingRequests while more requests are in the serial loop, connections that have one there are not read
 * @param handshakeTimeoutMs a connection that has said nothing by then is closed
 * @param maxQueuedBytes a client that reads slower than this builds up is closed
 * @param maxQueuedBytesOfAll while more than this waits for all clients together, one that more than a little waits for is
 *     closed
 * @param touchIntervalMs how late the serial loop may learn that a session whose reads are answered here lives
 * @param rate how fast sessions may come
 * @param largeRequestBytes a request of more bytes counts as large; -1 for none does
 * @param maxLargeRequestsBytes a large request that makes those without a reply exceed this closes its connection
 * @param tcpKeepAlive whether TCP asks silent clients whether they are there
 * @param nativeTransport whether to use the operating system's own way to sockets where there is one
 * @param ioThreads threads that serve connections, at least 1
 */
public record TransportSettings(
        InetSocketAddress address,
        int backlog,
        int maxHandshakeBytes,
        int maxFrameBytes,
        long maxUnreadBytes,
        int maxConnectionsPerAddress,
        int maxConnections,
        int maxOutstandingRequests,
        int handshakeTimeoutMs,
        long maxQueuedBytes,
        long maxQueuedBytesOfAll,
        int touchIntervalMs,
        ConnectionRate rate,
        int largeRequestBytes,
        long maxLargeRequestsBytes,
        boolean tcpKeepAlive,
        boolean nativeTransport,
        int ioThreads) {}
