package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.replica.zab.PeerInput;

/** What reaches a {@link Replica}. Connections are numbers that the server gives and never uses twice. */
public sealed interface Input {
    /**
     * The time, before anything else that came at it. Sessions expire at the end of the batch, so that what came in it counts.
     *
     * @param monotonicMs of a clock that never goes back; its origin means nothing
     * @param wallMs milliseconds since 1970, for the times in stats
     */
    record Tick(long monotonicMs, long wallMs) implements Input {}

    /** @param remoteAddress numeric, without a port */
    record ConnectionOpened(long connection, String remoteAddress) implements Input {}

    /** The handshake: a connection's first message. */
    record Connect(long connection, ConnectRequest request) implements Input {}

    /** A request of a connection whose handshake was accepted. */
    record Arrived(long connection, RequestHeader header, Request request) implements Input {}

    /** A request that could not be decoded or is unknown: it is answered in its turn. */
    record Refused(long connection, RequestHeader header, ErrorCode error, boolean thenClose) implements Input {}

    /** The connection's requests were answered without the replica since the last of these: its session lives. */
    record Touched(long connection) implements Input {}

    /** The connection is gone, whoever closed it. Its session lives on until its timeout. */
    record ConnectionClosed(long connection) implements Input {}

    /** From another member of the ensemble, or about one, or from the disk. */
    record OfPeer(PeerInput input) implements Input {}

    /** The server is about to stop: a member of an ensemble takes no part any more, and a leader has its history safe before. */
    record HandOver() implements Input {}

    /** All transactions up to this one are on the disk, forced. */
    record Persisted(long zxid) implements Input {}
}
