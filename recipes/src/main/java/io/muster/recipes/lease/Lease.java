package io.muster.recipes.lease;

import io.muster.client.Op;
import io.muster.client.OpResult;
import io.muster.client.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Something held on behalf of one session: a lock, a permit, the leadership. Whoever has the object may use and close it,
 * on any thread. Nothing here does I/O or waits, except where it says so.
 *
 * <p><b>What it promises.</b> While {@link #isHeld()}, nobody else holds the same thing, as far as the session's deadline
 * is sound: {@link io.muster.client.ClientSession}. But a process can be paused between asking and acting, so a write
 * that must not come late goes through {@link #guard}, or with {@link #check()}, where the server decides; and to another
 * store with the {@link #token()}.
 */
public interface Lease extends AutoCloseable {

    /** Greater than that of every earlier holder. */
    FencingToken token();

    /** Whether it is held now. Looks at the clock, so that it is right also after a pause of the process. */
    boolean isHeld();

    /** How long {@link #isHeld()} will stay true at least, if nobody deletes its znode. Zero when it is not held. */
    Duration remaining();

    LeaseState state();

    /**
     * Completes once, when the lease is lost; never if it is released before. A copy for each caller, completed on the
     * client's callback executor.
     */
    CompletableFuture<LeaseLoss> lost();

    /** An operation that fails a {@code multi} unless the lease's znode exists: with it, several leases guard one write. */
    Op check();

    /**
     * Applies operations if the lease is held, and none otherwise: the server checks that in the same step. In a {@link
     * io.muster.client.MultiFailedException} the check counts as operation 0. Waits for the answer.
     *
     * @throws LeaseLostException if it is not held
     */
    List<OpResult> guard(Op... ops) throws InterruptedException;

    /** The same without waiting. */
    CompletableFuture<List<OpResult>> guardAsync(Op... ops);

    /**
     * Calls the listener with each event from now on, and first with {@link LeaseEvent.Suspected} or {@link
     * LeaseEvent.Lost} if it is that already: in order, by one thread at a time, which may block.
     */
    Subscription addListener(Consumer<LeaseEvent> listener);

    /**
     * Lets go. From here on {@link #isHeld()} is false; the znode is deleted, again and again until the server confirms
     * it or the session is over. May wait a moment for that, but throws nothing if it takes longer, and an interrupt only
     * ends the waiting. Closing twice, or closing what is lost, does nothing.
     */
    @Override
    void close();
}
