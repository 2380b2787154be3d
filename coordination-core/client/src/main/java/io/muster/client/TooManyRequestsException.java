package io.muster.client;

/** The client had as many requests in flight as it may: {@link MusterClientBuilder#maxRequestsInFlight}. */
public final class TooManyRequestsException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    TooManyRequestsException(String message) {
        super(message, Outcome.NOT_APPLIED, null);
    }
}
