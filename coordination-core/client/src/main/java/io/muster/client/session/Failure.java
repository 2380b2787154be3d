package io.muster.client.session;

/** Why a call was not answered. */
public enum Failure {
    CONNECTION_LOST,
    TIMED_OUT,
    SESSION_EXPIRED,
    AUTH_FAILED,
    CLOSED
}
