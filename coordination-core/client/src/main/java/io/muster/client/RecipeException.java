package io.muster.client;

import org.jspecify.annotations.Nullable;

/** What a recipe built on the client reports; each recipe has its own subclasses. */
public abstract non-sealed class RecipeException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    protected RecipeException(String message, Outcome outcome, @Nullable Throwable cause) {
        super(message, outcome, cause);
    }
}
