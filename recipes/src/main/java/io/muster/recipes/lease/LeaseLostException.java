package io.muster.recipes.lease;

import io.muster.client.Outcome;
import io.muster.client.RecipeException;

/**
 * The lease is not held any more. From {@link Lease#guard}, nothing was applied; from a method that runs a body under a
 * lease, what the body did may have overlapped with another holder, and the outcome is unknown.
 */
public final class LeaseLostException extends RecipeException {
    private static final long serialVersionUID = 1L;

    private final FencingToken token;

    public LeaseLostException(String message, FencingToken token, Outcome outcome) {
        super(message, outcome, null);
        this.token = token;
    }

    /** That of the lease which was lost. */
    public FencingToken token() {
        return token;
    }
}
