package io.muster.client;

/**
 * The deadline passed before the answer came: {@link Outcome#NOT_APPLIED} when the request had not been sent, or was a
 * read; else {@link Outcome#UNKNOWN}.
 */
public final class TimeoutExceededException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    TimeoutExceededException(String message, Outcome outcome) {
        super(message, outcome, null);
    }
}
