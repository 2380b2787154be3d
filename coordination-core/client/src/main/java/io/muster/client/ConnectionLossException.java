package io.muster.client;

import org.jspecify.annotations.Nullable;

/**
 * The connection broke before the answer came. A read was {@link Outcome#NOT_APPLIED}; a write is {@link
 * Outcome#UNKNOWN}. The client is connecting anew already: read back what a write would have done, then decide.
 */
public final class ConnectionLossException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    ConnectionLossException(String message, Outcome outcome, @Nullable Throwable cause) {
        super(message, outcome, cause);
    }
}
