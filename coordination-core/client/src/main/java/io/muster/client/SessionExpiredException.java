package io.muster.client;

/**
 * The session that the operation belonged to is over: its ephemeral znodes are deleted, or will be. The client opens a
 * new session by itself unless it was told not to.
 */
public final class SessionExpiredException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    private final long sessionId;

    SessionExpiredException(String message, long sessionId) {
        super(message, Outcome.NOT_APPLIED, null);
        this.sessionId = sessionId;
    }

    /** The session that is over. */
    public long sessionId() {
        return sessionId;
    }
}
