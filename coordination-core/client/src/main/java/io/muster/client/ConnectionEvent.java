package io.muster.client;

/**
 * What happens to the client's connection and session.
 *
 * <p>{@link Connected}, then any number of {@link Suspended} and {@link Reconnected} (or {@link ReadOnly}), then {@link
 * SessionExpired}; then again {@code Connected} with another session. {@link AuthFailed} and {@link Closed} are the end.
 */
public sealed interface ConnectionEvent {

    /** A new session was opened, the first or the one after an expiry. */
    record Connected(long sessionId) implements ConnectionEvent {}

    /** The connection is gone. The session may live on the server; its ephemeral znodes exist until it expires. */
    record Suspended(long sessionId) implements ConnectionEvent {}

    /** The session was attached to a server again: watches are set again, ephemeral znodes are there. */
    record Reconnected(long sessionId) implements ConnectionEvent {}

    /** Connected to a server without a quorum, which answers reads from what it has. */
    record ReadOnly(long sessionId) implements ConnectionEvent {}

    /** The session is over, and with it its ephemeral znodes and one-shot watches. Never left out. */
    record SessionExpired(long sessionId) implements ConnectionEvent {}

    /** The server refused the credentials: the client is of no more use. */
    record AuthFailed() implements ConnectionEvent {}

    /** The client was closed. */
    record Closed() implements ConnectionEvent {}
}
