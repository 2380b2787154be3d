package io.muster.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps a {@link ClientSession}'s deadline moving while it is open, and tells when that failed: what a lease holds. Any
 * thread.
 */
public interface Heartbeat extends Subscription {

    ClientSession session();

    /**
     * Whether nobody can have seen the session expired: it was not {@linkplain #lost() lost}, and time remains. Looks at
     * the clock, so it is right also after a pause of the process.
     */
    boolean isValid();

    /** How long {@link #isValid()} will stay true at least; zero when it is not. */
    Duration remaining();

    /**
     * Completes once, and for good: when the session ended, or when its local deadline passed while this heartbeat was
     * held, even if the session turns out later to have survived. A deadline that had passed before the heartbeat was
     * taken counts only after a first confirmation moved it. Never completes once the heartbeat was closed. A copy for each
     * caller, completed on the client's callback executor.
     */
    CompletableFuture<SessionLoss> lost();

    /** Stops counting on this heartbeat. The session pings on as it must anyway. */
    @Override
    void close();
}
