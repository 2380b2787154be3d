package io.muster.recipes.lock;

import static io.muster.recipes.lease.EphemeralNode.isConnectionTrouble;

import io.muster.client.AsyncOperations;
import io.muster.client.ClientClosedException;
import io.muster.client.EventLoop;
import io.muster.client.Heartbeat;
import io.muster.client.NoNodeException;
import io.muster.client.SessionExpiredException;
import io.muster.client.Subscription;
import io.muster.recipes.lease.EphemeralNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to acquire a lock, from beginning to end. All but {@link #start()} and {@link #abandon()} happens on the client's
 * event loop.
 *
 * <pre>
 * step       asks for                       and goes on with
 * look       the children                   in line, if there are none; else it is over   (only if free)
 * in line    create our znode + children    evaluate; parents first, when there are none
 *            ... and the answer was lost    search
 * search     sync + children                evaluate, if our znode is there and of this session; else in line
 * evaluate   (nothing)                      grant, if none is before us; else watch
 * watch      the one before us              grant, when it goes and was the only one; else the children, evaluate
 * grant      a confirmation of the session, if its deadline has passed
 * </pre>
 *
 * <p>A connection that breaks has a step done again; an expired session, or a znode that somebody deleted, leads back to the
 * line. Once it is {@link #over} nothing of this goes on, but for finding and deleting a znode that we may have made. To get
 * into the line, and to be in it once only, is the business of {@link Place}; {@link Predecessor} watches the one before us.
 *
 * <p>Our own znode is watched too while we wait: a waiter that an administrator removed must not be granted anything when
 * its predecessor leaves. Its deletion is told before that of the predecessor, if it came before.
 */
final class Acquisition {
    private static final Logger LOG = LoggerFactory.getLogger(Acquisition.class);

    /** Without any success in between: a client that does not renew its session says so for ever. */
    private static final int MAX_EXPIRIES = 3;

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
    /** A century: fits into nanoseconds. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private enum Mode {
        QUEUE,
        ONLY_IF_FREE
    }

    private final EventLoop loop;
    private final String parent;
    private final LockOptions options;
    private final Mode mode;
    /** {@link Long#MAX_VALUE} for none. */
    private final long deadlineNanos;

    private final Place place;
    private final Predecessor predecessor;

    private final CompletableFuture<Optional<LockLease>> result = new CompletableFuture<>();
    private volatile @Nullable LockLease lease;

    // ---- the loop's

    /** Granted, failed or given up: the result is there. */
    private boolean over;

    private @Nullable Subscription timer;
    /** Held while we wait, so that the deadline is in the future when our turn comes. */
    private @Nullable Heartbeat heartbeat;

    private int expiries;

    private Acquisition(EventLoop loop, String path, LockOptions options, Mode mode, @Nullable Duration wait) {
        this.loop = loop;
        this.parent = path;
        this.options = options;
        this.mode = mode;
        this.deadlineNanos = wait == null ? Long.MAX_VALUE : deadlineAfter(loop.nanoTime(), wait);
        this.place = new Place(loop, path, options, this);
        this.predecessor = new Predecessor(loop, this);
    }

    /** @param wait positive; null for no limit */
    static Acquisition queued(EventLoop loop, String path, LockOptions options, @Nullable Duration wait) {
        return new Acquisition(loop, path, options, Mode.QUEUE, wait);
    }

    static Acquisition onlyIfFree(EventLoop loop, String path, LockOptions options) {
        return new Acquisition(loop, path, options, Mode.ONLY_IF_FREE, null);
    }

    /**
     * Any thread.
     *
     * @throws ClientClosedException if the client was closed
     */
    void start() {
        loop.execute(() -> safely(this::begin));
    }

    /** Completes on the loop; empty when the lock was not free, or not in time. */
    CompletableFuture<Optional<LockLease>> result() {
        return result;
    }

    /** Null unless it was granted. */
    @Nullable
    LockLease lease() {
        return lease;
    }

    /** The caller wants it no more: gives up, or gives back. Any thread. */
    void abandon() {
        try {
            loop.execute(() -> {
                LockLease granted = lease;
                if (granted != null) {
                    granted.releaseAsync();
                } else {
                    giveUp();
                }
            });
        } catch (ClientClosedException e) {
            // The session is over, and with it all that we could clean up.
        }
    }

    /** Granted, failed or given up. */
    boolean isOver() {
        return over;
    }

    // ---- steps

    private void begin() {
        if (over) {
            return;
        }
        if (deadlineNanos != Long.MAX_VALUE) {
            timer = loop.schedule(remaining(), this::giveUp);
        }
        if (mode == Mode.ONLY_IF_FREE) {
            look();
        } else {
            place.stand();
        }
    }

    private void look() {
        on(loop.childrenAsync(parent), (names, failure) -> {
            if (over) {
                return;
            }
            if (failure == null
                    && names.stream().anyMatch(name -> LockQueue.sequence(name).isPresent())) {
                giveUp();
            } else if (failure == null || failure instanceof NoNodeException) {
                place.stand();
            } else {
                failOrRetry(failure, this::look);
            }
        });
    }

    /** Our znode was made. {@code names} is the line, unless asking for it failed. */
    void inLine(@Nullable List<String> names, @Nullable Throwable listFailure) {
        expiries = 0;
        if (names != null) {
            evaluate(names);
        } else {
            failOrRetry(listFailure == null ? new IllegalStateException() : listFailure, this::list);
        }
    }

    /** Our znode had been made before. */
    void found() {
        expiries = 0;
        list();
    }

    void list() {
        EphemeralNode node = place.own();
        on(operations().childrenAsync(parent), (names, failure) -> {
            if (over || place.own() != node) {
                return;
            }
            if (failure == null) {
                evaluate(names);
            } else if (failure instanceof NoNodeException) {
                standInLineAnew();
            } else {
                failOrRetry(failure, this::list);
            }
        });
    }

    private void evaluate(List<String> names) {
        EphemeralNode node = place.own();
        if (node == null || !node.session().isAlive() || !place.isIn(names)) {
            standInLineAnew();
            return;
        }
        place.removeOthers(names);
        List<String> ahead = LockQueue.before(names, place.ownSequence());
        String last = LockQueue.last(ahead);
        if (last == null) {
            grant(node);
        } else if (mode == Mode.ONLY_IF_FREE) {
            giveUp();
        } else {
            node.onDeleted(() -> safely(() -> deleted(node)));
            if (heartbeat == null) {
                heartbeat = node.session().holdHeartbeat();
            }
            predecessor.watch(place.child(last), ahead.size() == 1);
        }
    }

    /** @param only whether nobody else was before us */
    void predecessorGone(boolean only) {
        EphemeralNode node = place.own();
        // A closing client's own znodes go all at once: to have become the first means nothing then.
        if (only && node != null && !loop.isClosing()) {
            grant(node);
        } else {
            list();
        }
    }

    private void deleted(EphemeralNode node) {
        if (place.own() == node) {
            LOG.info("lock={} znode {} was deleted by somebody while it waited", parent, node);
            standInLineAnew();
        }
    }

    /** Our znode is gone, or its session is. */
    void standInLineAnew() {
        if (!over) {
            predecessor.stop();
            stopHeartbeat();
            place.forget();
            place.stand();
        }
    }

    /** It is ours, as long as the session lives; whether it does until we say so must be certain too. */
    private void grant(EphemeralNode node) {
        if (over || place.own() != node) {
            return;
        }
        Heartbeat held = heartbeat;
        if (held == null || !held.isValid()) {
            stopHeartbeat();
            held = node.session().holdHeartbeat();
            heartbeat = held;
        }
        if (held.isValid()) {
            granted(node, held);
            return;
        }
        Heartbeat waitedFor = held;
        on(operations().syncAsync(parent), (nothing, failure) -> {
            if (over || place.own() != node) {
                return;
            }
            if (failure != null) {
                failOrRetry(failure, () -> grant(node));
                return;
            }
            // The deadline moves when the loop has done with this answer.
            loop.execute(() -> safely(() -> {
                if (waitedFor.isValid()) {
                    grant(node);
                } else {
                    loop.schedule(node.session().negotiatedTimeout().dividedBy(8), () -> safely(() -> grant(node)));
                }
            }));
        });
    }

    private void granted(EphemeralNode node, Heartbeat held) {
        LockLease granted = new LockLease(loop, node, held, options.releaseTimeout());
        lease = granted;
        place.forget();
        heartbeat = null;
        end();
        granted.begin();
        result.complete(Optional.of(granted));
    }

    // ---- the end

    /** Not free, out of time, or not wanted any more. */
    private void giveUp() {
        if (!over) {
            end();
            result.complete(Optional.empty());
        }
    }

    void fail(Throwable failure) {
        if (!over) {
            end();
            result.completeExceptionally(failure);
        }
    }

    private void end() {
        over = true;
        if (timer != null) {
            timer.close();
        }
        predecessor.stop();
        stopHeartbeat();
        place.leave();
    }

    private void stopHeartbeat() {
        if (heartbeat != null) {
            heartbeat.close();
            heartbeat = null;
        }
    }

    void failOrRetry(Throwable failure, Runnable step) {
        if (over) {
            return;
        }
        if (failure instanceof SessionExpiredException) {
            if (++expiries > MAX_EXPIRIES) {
                fail(failure);
            } else {
                standInLineAnew();
            }
        } else if (isConnectionTrouble(failure) && mode == Mode.QUEUE) {
            // The request waits for a connection by itself.
            if (deadlineNanos - loop.nanoTime() <= 0) {
                giveUp();
            } else {
                step.run();
            }
        } else {
            fail(failure);
        }
    }

    // ---- small things

    /** Those of the attempt itself: what was not sent by its deadline is not sent at all. */
    AsyncOperations operations() {
        return deadlineNanos == Long.MAX_VALUE ? loop : loop.within(remaining());
    }

    private Duration remaining() {
        Duration left = Duration.ofNanos(deadlineNanos - loop.nanoTime());
        return left.compareTo(SHORTEST_TIMEOUT) < 0 ? SHORTEST_TIMEOUT : left;
    }

    private static long deadlineAfter(long nowNanos, Duration wait) {
        return nowNanos + (wait.compareTo(FOR_EVER) < 0 ? wait : FOR_EVER).toNanos();
    }

    <T> void on(CompletableFuture<T> future, BiConsumer<T, @Nullable Throwable> step) {
        future.whenComplete((value, wrapped) ->
                safely(() -> step.accept(value, wrapped == null ? null : EphemeralNode.unwrap(wrapped))));
    }

    /** A bug must not leave the caller waiting. */
    void safely(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (over) {
                LOG.warn("lock={} cleaning up failed", parent, e);
            } else {
                fail(e);
            }
        }
    }
}
