package io.muster.client;

/** Why a session, or the certainty that it lives, is gone. */
public enum SessionLoss {
    /** The local deadline passed without a confirmation: the session may have expired, and others may act on that. */
    DEADLINE_PASSED,
    /** The server said that the session has expired, or the client gave it up after 4/3 of its timeout without contact. */
    EXPIRED,
    /** The client was closed. */
    CLIENT_CLOSED,
    /** The server refused the client's credentials. */
    AUTH_FAILED
}
