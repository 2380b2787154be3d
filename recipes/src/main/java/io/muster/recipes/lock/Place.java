package io.muster.recipes.lock;

import static io.muster.recipes.lease.EphemeralNode.isConnectionTrouble;
import static io.muster.recipes.lease.EphemeralNode.isSessionOver;

import io.muster.client.AsyncOperations;
import io.muster.client.ClientSession;
import io.muster.client.CoordinationException;
import io.muster.client.CreateOptions;
import io.muster.client.Created;
import io.muster.client.EventLoop;
import io.muster.client.NoNodeException;
import io.muster.client.NodeExistsException;
import io.muster.client.Outcome;
import io.muster.protocol.CreateMode;
import io.muster.protocol.Stat;
import io.muster.recipes.lease.EphemeralNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our place in the line: makes our znode, looks for it when the answer was lost, and sees to it that no other of ours stays.
 * Goes on with that when the attempt is over, and with nothing else. On the client's event loop.
 */
final class Place {
    private static final Logger LOG = LoggerFactory.getLogger(Place.class);

    /** Empty containers may be deleted under our hands, once in a while. */
    private static final int MAX_MISSING_PARENTS = 10;

    private static final Duration SEARCH_PAUSE = Duration.ofSeconds(1);
    private static final byte[] NO_DATA = new byte[0];

    private final EventLoop loop;
    private final String parent;
    private final LockOptions options;
    private final Acquisition attempt;
    /** What our names begin with: a GUID of this attempt alone. */
    private final String prefix;

    private @Nullable EphemeralNode own;
    private int ownSequence;
    private int missingParents;

    Place(EventLoop loop, String parent, LockOptions options, Acquisition attempt) {
        this.loop = loop;
        this.parent = parent;
        this.options = options;
        this.attempt = attempt;
        this.prefix = LockQueue.newPrefix(loop::random);
    }

    /** Our znode, as far as it is known and ours to remove; null before and after. */
    @Nullable
    EphemeralNode own() {
        return own;
    }

    int ownSequence() {
        return ownSequence;
    }

    /** Whether a list of the line holds our znode. */
    boolean isIn(List<String> names) {
        return own != null && names.contains(nameOf(own));
    }

    /** Our znode is gone, or is somebody else's to remove. */
    void forget() {
        own = null;
    }

    /** Removes our znode, if there is one. */
    void leave() {
        if (own != null) {
            own.remove();
            own = null;
        }
    }

    /** Removes others of ours from the line: a create whose answer was lost may have been late after all. */
    void removeOthers(List<String> names) {
        EphemeralNode node = own;
        names.stream()
                .filter(name -> name.startsWith(prefix) && !(node != null && name.equals(nameOf(node))))
                .forEach(this::remove);
    }

    // ---- standing in line

    /** Tells the attempt how it went, sooner or later. */
    void stand() {
        stand(false);
    }

    /** All in one go: one round trip when the lock is free. */
    private void stand(boolean withParents) {
        AsyncOperations ops = attempt.operations();
        List<CompletableFuture<Created>> parents = withParents ? createParents(ops) : List.of();
        CompletableFuture<Created> create = ops.createAsync(
                child(prefix), options.data(), CreateOptions.EPHEMERAL_SEQUENTIAL.withAcl(options.acl()));
        CompletableFuture<List<String>> list = ops.childrenAsync(parent);
        attempt.on(
                create,
                (created, failure) -> attempt.on(list, (names, listFailure) -> {
                    if (failure == null) {
                        inLine(created, names, listFailure);
                    } else if (outcomeIsUnknown(failure)) {
                        search();
                    } else if (attempt.isOver()) {
                        return;
                    } else if (failure instanceof NoNodeException) {
                        parentMissing(failure, parents);
                    } else {
                        attempt.failOrRetry(failure, () -> stand(false));
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
                attempt.failOrRetry(why, () -> stand(true));
                return;
            }
        }
        if (++missingParents > MAX_MISSING_PARENTS) {
            attempt.fail(failure);
        } else {
            stand(true);
        }
    }

    private void inLine(Created created, @Nullable List<String> names, @Nullable Throwable listFailure) {
        EphemeralNode node = nodeOf(created.path(), created.stat());
        if (attempt.isOver()) {
            node.remove();
            return;
        }
        adopt(node);
        attempt.inLine(names, listFailure);
    }

    // ---- looking for what may be there

    /**
     * A create was sent and not answered: is the znode there? The sync brings the server that we are connected to now up to
     * what the one before may have done; a create that the ensemble has not done by then it refuses, for the session has
     * moved.
     */
    private void search() {
        AsyncOperations ops = attempt.isOver() ? loop : attempt.operations();
        CompletableFuture<Void> sync = ops.syncAsync(parent);
        CompletableFuture<List<String>> list = ops.childrenAsync(parent);
        attempt.on(
                sync,
                (nothing, syncFailure) -> attempt.on(list, (names, listFailure) -> {
                    Throwable failure = syncFailure == null ? listFailure : syncFailure;
                    if (failure == null) {
                        found(names.stream()
                                .filter(name -> name.startsWith(prefix))
                                .toList());
                    } else if (failure instanceof NoNodeException) {
                        found(List.of());
                    } else if (!attempt.isOver()) {
                        attempt.failOrRetry(failure, this::search);
                        if (attempt.isOver() && !isSessionOver(failure)) {
                            search();
                        }
                    } else if (isConnectionTrouble(failure)) {
                        search();
                    } else if (!isSessionOver(failure)) {
                        LOG.warn(
                                "cannot look for znodes {} to delete, trying again: {}",
                                child(prefix),
                                failure.toString());
                        loop.schedule(SEARCH_PAUSE, () -> attempt.safely(this::search));
                    }
                }));
    }

    private void found(List<String> ours) {
        if (attempt.isOver()) {
            ours.forEach(this::remove);
        } else if (ours.isEmpty()) {
            stand(false);
        } else {
            inspect(child(ours.get(0)));
        }
    }

    private void inspect(String path) {
        attempt.on(attempt.operations().existsAsync(path), (stat, failure) -> {
            if (attempt.isOver()) {
                search();
            } else if (failure != null) {
                attempt.failOrRetry(failure, this::search);
                if (attempt.isOver() && !isSessionOver(failure)) {
                    search();
                }
            } else if (stat.isEmpty()) {
                search();
            } else if (stat.get().ephemeralOwner() == session().id()) {
                adopt(nodeOf(path, stat.get()));
                attempt.found();
            } else {
                // Of the session before this one: the server will delete it anyway.
                loop.deleteAsync(path);
                stand(false);
            }
        });
    }

    private void adopt(EphemeralNode node) {
        own = node;
        ownSequence = LockQueue.sequence(node.path()).orElseThrow();
    }

    // ---- small things

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

    String child(String name) {
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
}
