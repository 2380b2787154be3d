package io.muster.client;

import org.jspecify.annotations.Nullable;

/** An operation that failed, whatever the reason; {@link #outcome()} says whether it may have had an effect. */
public abstract sealed class CoordinationException extends RuntimeException
        permits NodeException,
                MultiFailedException,
                ConnectionLossException,
                TimeoutExceededException,
                SessionExpiredException,
                AuthFailedException,
                ClientClosedException,
                TooManyRequestsException,
                RecipeException {
    private static final long serialVersionUID = 1L;

    private final Outcome outcome;

    CoordinationException(String message, Outcome outcome, @Nullable Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    public final Outcome outcome() {
        return outcome;
    }
}
