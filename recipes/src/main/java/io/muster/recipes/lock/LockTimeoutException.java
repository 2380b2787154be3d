package io.muster.recipes.lock;

import io.muster.client.Outcome;
import io.muster.client.RecipeException;

/** The lock was not free in time. The attempt has left the queue, or is leaving it. */
public final class LockTimeoutException extends RecipeException {
    private static final long serialVersionUID = 1L;

    LockTimeoutException(String message) {
        super(message, Outcome.NOT_APPLIED, null);
    }
}
