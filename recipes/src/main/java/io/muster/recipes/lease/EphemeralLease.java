package io.muster.recipes.lease;

import io.muster.client.ClientClosedException;
import io.muster.client.ConnectionEvent;
import io.muster.client.EventLoop;
import io.muster.client.Heartbeat;
import io.muster.client.MultiFailedException;
import io.muster.client.Op;
import io.muster.client.OpResult;
import io.muster.client.Outcome;
import io.muster.client.Subscription;
import io.muster.client.TimeoutExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that stands and falls with an ephemeral znode and its session: what recipes build theirs on. Any thread may use
 * it; what changes its state, but for the beginning of a release, happens on the client's event loop.
 */
public class EphemeralLease implements Lease {
    private static final Logger LOG = LoggerFactory.getLogger(EphemeralLease.class);

    private final EventLoop loop;
    private final EphemeralNode node;
    private final Heartbeat heartbeat;
    private final Duration releaseTimeout;
    private final FencingToken token;
    private final AtomicReference<LeaseState> state = new AtomicReference<>(LeaseState.HELD);
    private final CompletableFuture<LeaseLoss> lost = new CompletableFuture<>();
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    // ---- the loop's

    private final List<Consumer<LeaseEvent>> listeners = new ArrayList<>();
    private @Nullable Executor callbacks;
    private @Nullable Subscription connection;

    /**
     * On the loop. Follow it by {@link #begin()}.
     *
     * @param node of the current session
     * @param heartbeat valid, on the node's session; the lease closes it
     * @param releaseTimeout how long {@link #close()} waits for the server's confirmation at most
     */
    protected EphemeralLease(EventLoop loop, EphemeralNode node, Heartbeat heartbeat, Duration releaseTimeout) {
        this.loop = loop;
        this.node = node;
        this.heartbeat = heartbeat;
        this.releaseTimeout = releaseTimeout;
        this.token = new FencingToken(node.czxid());
    }

    /** Begins to watch over itself; on the loop, once, before anybody else sees it. */
    public final void begin() {
        connection = loop.onConnectionEvent(this::connectionEvent);
        loop.lost(heartbeat).thenAccept(loss -> lose(LeaseLoss.Reason.of(loss)));
        node.onDeleted(() -> lose(LeaseLoss.Reason.NODE_DELETED));
    }

    /** The znode that stands for it. */
    public final String path() {
        return node.path();
    }

    @Override
    public final FencingToken token() {
        return token;
    }

    @Override
    public final boolean isHeld() {
        return isActive(current()) && heartbeat.isValid();
    }

    @Override
    public final Duration remaining() {
        return isActive(current()) ? heartbeat.remaining() : Duration.ZERO;
    }

    @Override
    public final LeaseState state() {
        LeaseState now = current();
        // The loop has not noticed yet; it will, before anything can move the deadline again.
        return isActive(now) && !heartbeat.isValid() ? LeaseState.LOST : now;
    }

    @Override
    public final CompletableFuture<LeaseLoss> lost() {
        return loop.handOut(lost);
    }

    @Override
    public final Op check() {
        // Any version: Curator asks a holder to let go by writing into its znode.
        return Op.check(node.path());
    }

    @Override
    public final List<OpResult> guard(Op... ops) throws InterruptedException {
        if (loop.isCurrent()) {
            throw new IllegalStateException("guard waits, which is not allowed on the event loop: use guardAsync");
        }
        return loop.awaitWithoutLimit(guarded(ops));
    }

    @Override
    public final CompletableFuture<List<OpResult>> guardAsync(Op... ops) {
        return loop.handOut(guarded(ops));
    }

    @Override
    public final Subscription addListener(Consumer<LeaseEvent> listener) {
        Consumer<LeaseEvent> entry = listener::accept;
        try {
            loop.execute(() -> {
                listeners.add(entry);
                LeaseLoss loss = lost.getNow(null);
                if (loss != null) {
                    callbacks().execute(() -> call(entry, new LeaseEvent.Lost(loss)));
                } else if (current() == LeaseState.SUSPECT) {
                    callbacks().execute(() -> call(entry, new LeaseEvent.Suspected()));
                }
            });
        } catch (ClientClosedException e) {
            LeaseLoss loss = lost.getNow(null);
            if (loss != null) {
                loop.newSerialExecutor().execute(() -> call(entry, new LeaseEvent.Lost(loss)));
            }
        }
        return () -> {
            try {
                loop.execute(() -> listeners.remove(entry));
            } catch (ClientClosedException e) {
                // nobody is told any more
            }
        };
    }

    /**
     * Lets go, as {@link #close()} does, without waiting.
     *
     * @return completes when the znode is deleted or the session is over; never exceptionally
     */
    public final CompletableFuture<Void> releaseAsync() {
        release();
        return loop.handOut(released);
    }

    @Override
    public final void close() {
        if (!release() || loop.isCurrent()) {
            return;
        }
        try {
            loop.await(released, releaseTimeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutExceededException e) {
            LOG.info("lease={} is still being released after {}", node, releaseTimeout);
        }
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + node + ", " + token + ", " + state() + "]";
    }

    private LeaseState current() {
        return Objects.requireNonNull(state.get());
    }

    private static boolean isActive(LeaseState state) {
        return state == LeaseState.HELD || state == LeaseState.SUSPECT;
    }

    /** Whether this call ended the holding. */
    private boolean release() {
        if (!leaveActive(LeaseState.RELEASING)) {
            return false;
        }
        try {
            loop.execute(this::releasing);
        } catch (ClientClosedException e) {
            state.set(LeaseState.RELEASED);
            released.complete(null);
        }
        return true;
    }

    private boolean leaveActive(LeaseState to) {
        for (LeaseState now = current(); isActive(now); now = current()) {
            if (state.compareAndSet(now, to)) {
                return true;
            }
        }
        return false;
    }

    private CompletableFuture<List<OpResult>> guarded(Op... ops) {
        if (!isHeld()) {
            return CompletableFuture.failedFuture(lostException());
        }
        List<Op> all = new ArrayList<>();
        all.add(check());
        all.addAll(List.of(ops));
        return loop.multiAsync(all).handle((results, wrapped) -> {
            if (wrapped == null) {
                return results.subList(1, results.size());
            }
            Throwable failure = EphemeralNode.unwrap(wrapped);
            if (failure instanceof MultiFailedException multi && multi.failedIndex() == 0) {
                throw lostException();
            }
            throw new CompletionException(failure);
        });
    }

    private LeaseLostException lostException() {
        return new LeaseLostException(
                "the lease " + node + " is not held any more: nothing was applied", token, Outcome.NOT_APPLIED);
    }

    // ---- on the loop

    private void connectionEvent(ConnectionEvent event) {
        if (event instanceof ConnectionEvent.Suspended) {
            if (state.compareAndSet(LeaseState.HELD, LeaseState.SUSPECT)) {
                tell(new LeaseEvent.Suspected());
            }
        } else if (event instanceof ConnectionEvent.Reconnected) {
            if (state.compareAndSet(LeaseState.SUSPECT, LeaseState.HELD)) {
                tell(new LeaseEvent.Recovered());
            }
        }
    }

    private void lose(LeaseLoss.Reason reason) {
        if (!leaveActive(LeaseState.LOST)) {
            return;
        }
        if (reason == LeaseLoss.Reason.CLIENT_CLOSED) {
            LOG.info("lease={} token={} ended with its client", node, token);
        } else {
            LOG.warn("lease={} token={} lost reason={}", node, token, reason);
        }
        stopWatching();
        // If the session survived, others should not have to wait for our znode.
        node.remove().thenRun(() -> released.complete(null));
        LeaseLoss loss = new LeaseLoss(reason, token);
        lost.complete(loss);
        tell(new LeaseEvent.Lost(loss));
    }

    private void releasing() {
        stopWatching();
        tell(new LeaseEvent.Releasing());
        node.remove().thenRun(() -> {
            state.set(LeaseState.RELEASED);
            released.complete(null);
            tell(new LeaseEvent.Released());
        });
    }

    private void stopWatching() {
        heartbeat.close();
        Subscription subscription = connection;
        if (subscription != null) {
            subscription.close();
        }
    }

    private void tell(LeaseEvent event) {
        for (Consumer<LeaseEvent> listener : List.copyOf(listeners)) {
            callbacks().execute(() -> call(listener, event));
        }
    }

    private Executor callbacks() {
        Executor executor = callbacks;
        if (executor == null) {
            executor = loop.newSerialExecutor();
            callbacks = executor;
        }
        return executor;
    }

    private void call(Consumer<LeaseEvent> listener, LeaseEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("lease={} listener failed on {}", node, event, e);
        }
    }
}
