package io.muster.client;

/** The client was closed: before the call, or while it waited. */
public final class ClientClosedException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    ClientClosedException(String message, Outcome outcome) {
        super(message, outcome, null);
    }
}
