package io.muster.client;

/** The server refused the client's credentials. The client is of no more use: make a new one with the right ones. */
public final class AuthFailedException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    AuthFailedException(String message, Outcome outcome) {
        super(message, outcome, null);
    }
}
