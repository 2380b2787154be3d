package io.muster.recipes.lock;

import static io.muster.recipes.lease.EphemeralNode.isConnectionTrouble;
import static io.muster.recipes.lease.EphemeralNode.isSessionOver;

import io.muster.client.AsyncOperations;
import io.muster.client.ClientClosedException;
import io.muster.client.ClientSession;
import io.muster.client.CoordinationException;
import io.muster.client.CreateOptions;
import io.muster.client.Created;
import io.muster.client.EventLoop;
import io.muster.client.Heartbeat;
import io.muster.client.NoNodeException;
import io.muster.client.NodeExistsException;
import io.muster.client.Outcome;
import io.muster.client.SessionExpiredException;
import io.muster.client.Subscription;
import io.muster.client.WatchEvent;
import io.muster.client.Watcher;
import io.muster.protocol.CreateMode;
import io.muster.protocol.Stat;
import io.muster.recipes.lease.EphemeralNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
 * line. Once it is {@link #over} nothing of this goes on, but for finding and deleting a znode that we may have made.
 *
 * <p>Our own znode is watched too while we wait: a waiter that an administrator removed must not be granted anything when
 * its predecessor leaves. Its deletion is told before that of the predecessor, if it came before.
 */
final class Acquisition {
    private static final Logger LOG = LoggerFactory.getLogger(Acquisition.class);

    /** Empty containers may be deleted under our hands, once in a while. */
    private static final int MAX_MISSING_PARENTS = 10;
    /** Without any success in between: a client that does not renew its session says so for ever. */
    private static final int MAX_EXPIRIES = 3;

    private static final Duration SEARCH_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
    /** A century: fits into nanoseconds. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private static final byte[] NO_DATA = new byte[0];

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
    /** What our names begin with: a GUID of this attempt alone. */
    private final String prefix;

    private final CompletableFuture<Optional<LockLease>> result = new CompletableFuture<>();
    private volatile @Nullable LockLease lease;

    // ---- the loop's

    /** Granted, failed or given up: the result is there. */
    private boolean over;

    private @Nullable Subscription timer;
    private @Nullable EphemeralNode own;
    private int ownSequence;
    private @Nullable String predecessor;
    private @Nullable Watcher watcher;
    private boolean watchInForce;
    /** Held while we wait, so that the deadline is in the future when our turn comes. */
    private @Nullable Heartbeat heartbeat;

    private int missingParents;
    private int expiries;

    private Acquisition(EventLoop loop, String path, LockOptions options, Mode mode, @Nullable Duration wait) {
        this.loop = loop;
        this.parent = path;
        this.options = options;
        this.mode = mode;
        this.deadlineNanos = wait == null ? Long.MAX_VALUE : deadlineAfter(loop.nanoTime(), wait);
        this.prefix = LockQueue.newPrefix(loop::random);
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
            standInLine(false);
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
                standInLine(false);
            } else {
                failOrRetry(failure, this::look);
            }
        });
    }

    /** All in one go: one round trip when the lock is free. */
    private void standInLine(boolean withParents) {
        AsyncOperations ops = operations();
        List<CompletableFuture<Created>> parents = withParents ? createParents(ops) : List.of();
        CompletableFuture<Created> create = ops.createAsync(
                child(prefix), options.data(), CreateOptions.EPHEMERAL_SEQUENTIAL.withAcl(options.acl()));
        CompletableFuture<List<String>> list = ops.childrenAsync(parent);
        on(
                create,
                (created, failure) -> on(list, (names, listFailure) -> {
                    if (failure == null) {
                        inLine(created, names, listFailure);
                    } else if (outcomeIsUnknown(failure)) {
                        search();
                    } else if (over) {
                        return;
                    } else if (failure instanceof NoNodeException) {
                        parentMissing(failure, parents);
                    } else {
                        failOrRetry(failure, () -> standInLine(false));
                    }
                }));
    }

    private List<CompletableFuture<Created>> createParents(AsyncOperations ops) {
        CreateOptions container =
                CreateOptions.PERSISTENT.withMode(CreateMode.CONTAINER).withAcl(options.acl());
        List<CompletableFuture<Created>> creates = new ArrayList<>();
        for (int slash = parent.indexOf('/', 1); slash > 0; slash = parent.indexOf('/', slash + 1)) {
            creates.add(ops.createAsync(parent.substring(0, slash), NO_DATA, container));
        }
        creates.add(ops.createAsync(parent, NO_DATA, container));
        return creates;
    }

    /** What became of the parents matters only now. */
    private void parentMissing(Throwable failure, List<CompletableFuture<Created>> parents) {
        for (CompletableFuture<Created> create : parents) {
            Throwable why = failureOf(create);
            if (why != null && !(why instanceof NodeExistsException)) {
                failOrRetry(why, () -> standInLine(true));
                return;
            }
        }
        if (++missingParents > MAX_MISSING_PARENTS) {
            fail(failure);
        } else {
            standInLine(true);
        }
    }

    private void inLine(Created created, @Nullable List<String> names, @Nullable Throwable listFailure) {
        EphemeralNode node = nodeOf(created.path(), created.stat());
        if (over) {
            node.remove();
            return;
        }
        expiries = 0;
        adopt(node);
        if (names != null) {
            evaluate(names);
        } else {
            failOrRetry(listFailure == null ? new IllegalStateException() : listFailure, this::list);
        }
    }

    /**
     * A create was sent and not answered: is the znode there? The sync brings the server that we are connected to now up to
     * what the one before may have done; a create that the ensemble has not done by then it refuses, for the session has
     * moved.
     */
    private void search() {
        AsyncOperations ops = over ? loop : operations();
        CompletableFuture<Void> sync = ops.syncAsync(parent);
        CompletableFuture<List<String>> list = ops.childrenAsync(parent);
        on(
                sync,
                (nothing, syncFailure) -> on(list, (names, listFailure) -> {
                    Throwable failure = syncFailure == null ? listFailure : syncFailure;
                    if (failure == null) {
                        found(names.stream()
                                .filter(name -> name.startsWith(prefix))
                                .toList());
                    } else if (failure instanceof NoNodeException) {
                        found(List.of());
                    } else if (!over) {
                        failOrRetry(failure, this::search);
                        if (over && !isSessionOver(failure)) {
                            search();
                        }
                    } else if (isConnectionTrouble(failure)) {
                        search();
                    } else if (!isSessionOver(failure)) {
                        LOG.warn(
                                "cannot look for znodes {} to delete, trying again: {}",
                                child(prefix),
                                failure.toString());
                        loop.schedule(SEARCH_PAUSE, () -> safely(this::search));
                    }
                }));
    }

    private void found(List<String> ours) {
        if (over) {
            ours.forEach(this::remove);
        } else if (ours.isEmpty()) {
            standInLine(false);
        } else {
            inspect(child(ours.get(0)));
        }
    }

    private void inspect(String path) {
        on(operations().existsAsync(path), (stat, failure) -> {
            if (over) {
                search();
            } else if (failure != null) {
                failOrRetry(failure, this::search);
                if (over && !isSessionOver(failure)) {
                    search();
                }
            } else if (stat.isEmpty()) {
                search();
            } else if (stat.get().ephemeralOwner() == session().id()) {
                expiries = 0;
                adopt(nodeOf(path, stat.get()));
                list();
            } else {
                // Of the session before this one: the server will delete it anyway.
                loop.deleteAsync(path);
                standInLine(false);
            }
        });
    }

    private void adopt(EphemeralNode node) {
        own = node;
        ownSequence = LockQueue.sequence(node.path()).orElseThrow();
    }

    private void list() {
        EphemeralNode node = own;
        on(operations().childrenAsync(parent), (names, failure) -> {
            if (over || own != node) {
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
        EphemeralNode node = own;
        if (node == null || !node.session().isAlive() || !names.contains(nameOf(node))) {
            standInLineAnew();
            return;
        }
        // A create whose answer was lost may have been late after all.
        names.stream()
                .filter(name -> name.startsWith(prefix) && !name.equals(nameOf(node)))
                .forEach(this::remove);
        List<String> ahead = LockQueue.before(names, ownSequence);
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
            watch(child(last), ahead.size() == 1);
        }
    }

    /** @param only nobody else is before us, so that its end is our turn: nobody can get before us later */
    private void watch(String path, boolean only) {
        stopWatching();
        // An object of its own each time, to tell a late event from one that counts, and to take it back.
        Watcher mine = new Watcher() {
            @Override
            public void onEvent(WatchEvent event) {
                if (watcher == this) {
                    safely(() -> predecessorChanged(event, path, only));
                }
            }
        };
        predecessor = path;
        watcher = mine;
        watchInForce = false;
        // Not exists: that would leave a watch on a znode which never comes back.
        on(operations().getAsync(path, mine), (node, failure) -> {
            if (failure == null) {
                if (watcher == mine) {
                    watchInForce = true;
                } else {
                    loop.unwatch(path, mine);
                }
                return;
            }
            if (over || watcher != mine) {
                return;
            }
            if (failure instanceof NoNodeException) {
                predecessorGone(only);
            } else {
                failOrRetry(failure, this::list);
            }
        });
    }

    private void predecessorChanged(WatchEvent event, String path, boolean only) {
        switch (event.type()) {
            case DELETED -> predecessorGone(only);
            case ENDED -> standInLineAnew();
            default -> watch(path, only);
        }
    }

    private void predecessorGone(boolean only) {
        predecessor = null;
        watcher = null;
        EphemeralNode node = own;
        // A closing client's own znodes go all at once: to have become the first means nothing then.
        if (only && node != null && !loop.isClosing()) {
            grant(node);
        } else {
            list();
        }
    }

    private void deleted(EphemeralNode node) {
        if (own == node) {
            LOG.info("lock={} znode {} was deleted by somebody while it waited", parent, node);
            standInLineAnew();
        }
    }

    /** Our znode is gone, or its session is. */
    private void standInLineAnew() {
        if (!over) {
            stopWatching();
            stopHeartbeat();
            own = null;
            standInLine(false);
        }
    }

    /** It is ours, as long as the session lives; whether it does until we say so must be certain too. */
    private void grant(EphemeralNode node) {
        if (over || own != node) {
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
            if (over || own != node) {
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
        own = null;
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

    private void fail(Throwable failure) {
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
        stopWatching();
        stopHeartbeat();
        if (own != null) {
            own.remove();
            own = null;
        }
    }

    private void stopWatching() {
        // One that is being set is taken back when it is: until then the client knows of none.
        if (watchInForce && predecessor != null && watcher != null) {
            loop.unwatch(predecessor, watcher);
        }
        predecessor = null;
        watcher = null;
    }

    private void stopHeartbeat() {
        if (heartbeat != null) {
            heartbeat.close();
            heartbeat = null;
        }
    }

    private void failOrRetry(Throwable failure, Runnable step) {
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
    private AsyncOperations operations() {
        return deadlineNanos == Long.MAX_VALUE ? loop : loop.within(remaining());
    }

    private Duration remaining() {
        Duration left = Duration.ofNanos(deadlineNanos - loop.nanoTime());
        return left.compareTo(SHORTEST_TIMEOUT) < 0 ? SHORTEST_TIMEOUT : left;
    }

    private static long deadlineAfter(long nowNanos, Duration wait) {
        return nowNanos + (wait.compareTo(FOR_EVER) < 0 ? wait : FOR_EVER).toNanos();
    }

    private ClientSession session() {
        return loop.session().orElseThrow();
    }

    private EphemeralNode nodeOf(String path, Stat stat) {
        ClientSession session = session();
        if (stat.ephemeralOwner() != session.id()) {
            throw new IllegalStateException("znode " + path + " was created in session 0x"
                    + Long.toHexString(stat.ephemeralOwner()) + ", but the client's is 0x"
                    + Long.toHexString(session.id()));
        }
        return new EphemeralNode(loop, session, path, stat.czxid());
    }

    private void remove(String name) {
        new EphemeralNode(loop, session(), child(name), 0).remove();
    }

    private String child(String name) {
        return parent.equals("/") ? "/" + name : parent + "/" + name;
    }

    private static String nameOf(EphemeralNode node) {
        return node.path().substring(node.path().lastIndexOf('/') + 1);
    }

    private static boolean outcomeIsUnknown(Throwable failure) {
        return failure instanceof CoordinationException known && known.outcome() == Outcome.UNKNOWN;
    }

    private static @Nullable Throwable failureOf(CompletableFuture<?> future) {
        try {
            future.getNow(null);
            return null;
        } catch (CompletionException e) {
            return EphemeralNode.unwrap(e);
        }
    }

    private <T> void on(CompletableFuture<T> future, BiConsumer<T, @Nullable Throwable> step) {
        future.whenComplete((value, wrapped) ->
                safely(() -> step.accept(value, wrapped == null ? null : EphemeralNode.unwrap(wrapped))));
    }

    /** A bug must not leave the caller waiting. */
    private void safely(Runnable step) {
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
