package io.muster.client;

import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.Stat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Every operation, asynchronously. {@link Operations} has the same ones blocking.
 *
 * <p>None of these methods waits. Requests leave in the order in which one thread makes them, several in one go where
 * they come in quick succession; their results come in that order too. While there is no connection they wait for one, up
 * to their deadline.
 *
 * <p>A malformed argument (a path, a version below -1, a request too large for a frame) is an {@link
 * IllegalArgumentException} thrown at once. All other failures complete the future with a {@link CoordinationException}:
 * {@link NodeException} when the server refused, {@link ConnectionLossException}, {@link TimeoutExceededException},
 * {@link SessionExpiredException}, {@link AuthFailedException}, {@link ClientClosedException}, {@link
 * TooManyRequestsException}. Byte arrays are read before the method returns.
 *
 * <p>Cancelling a future, or completing it, does not reach the request.
 */
public abstract sealed class AsyncOperations permits Operations, EventLoop, LoopView {
    final Calls calls;
    final long timeoutNanos;

    AsyncOperations(Calls calls, long timeoutNanos) {
        this.calls = calls;
        this.timeoutNanos = timeoutNanos;
    }

    /** From a future that completes on the event loop to one for the caller. */
    abstract <T> CompletableFuture<T> deliver(CompletableFuture<T> onLoop);

    /** How the caller's watcher is told. */
    abstract WatchDelivery delivery(Watcher watcher);

    public final CompletableFuture<Created> createAsync(String path, byte[] data) {
        return createAsync(path, data, CreateOptions.PERSISTENT);
    }

    /** Creates a znode, and its parents if the options say so; the {@code stat} in the answer has its czxid. */
    public final CompletableFuture<Created> createAsync(String path, byte[] data, CreateOptions options) {
        return deliver(calls.create(path, data, options, timeoutNanos));
    }

    public final CompletableFuture<Void> deleteAsync(String path) {
        return deleteAsync(path, Op.ANY_VERSION);
    }

    /** @param version the data version that is expected, {@link Op#ANY_VERSION} for any */
    public final CompletableFuture<Void> deleteAsync(String path, int version) {
        return deliver(calls.delete(path, version, timeoutNanos));
    }

    /** The stat, or empty when there is no such znode. */
    public final CompletableFuture<Optional<Stat>> existsAsync(String path) {
        return deliver(calls.exists(path, null, timeoutNanos));
    }

    /** The same, and tells the watcher of the next creation, deletion or data change, from after this answer. */
    public final CompletableFuture<Optional<Stat>> existsAsync(String path, Watcher watcher) {
        return deliver(calls.exists(path, delivery(watcher), timeoutNanos));
    }

    public final CompletableFuture<Node> getAsync(String path) {
        return deliver(calls.get(path, null, timeoutNanos));
    }

    /** The same, and tells the watcher of the next deletion or data change, unless this fails. */
    public final CompletableFuture<Node> getAsync(String path, Watcher watcher) {
        return deliver(calls.get(path, delivery(watcher), timeoutNanos));
    }

    public final CompletableFuture<Stat> setAsync(String path, byte[] data) {
        return setAsync(path, data, Op.ANY_VERSION);
    }

    /** @param version the data version that is expected, {@link Op#ANY_VERSION} for any */
    public final CompletableFuture<Stat> setAsync(String path, byte[] data, int version) {
        return deliver(calls.set(path, data, version, timeoutNanos));
    }

    /** The children's names, in no order. */
    public final CompletableFuture<List<String>> childrenAsync(String path) {
        return deliver(calls.children(path, null, timeoutNanos).thenApply(Children::names));
    }

    /** The same, and tells the watcher of the next child that comes or goes, or of the znode's deletion. */
    public final CompletableFuture<List<String>> childrenAsync(String path, Watcher watcher) {
        return deliver(calls.children(path, delivery(watcher), timeoutNanos).thenApply(Children::names));
    }

    public final CompletableFuture<Children> childrenWithStatAsync(String path) {
        return deliver(calls.children(path, null, timeoutNanos));
    }

    /** The same, and tells the watcher of the next child that comes or goes, or of the znode's deletion. */
    public final CompletableFuture<Children> childrenWithStatAsync(String path, Watcher watcher) {
        return deliver(calls.children(path, delivery(watcher), timeoutNanos));
    }

    public final CompletableFuture<NodeAcl> getAclAsync(String path) {
        return deliver(calls.getAcl(path, timeoutNanos));
    }

    /** @param aclVersion the list's version that is expected, {@link Op#ANY_VERSION} for any */
    public final CompletableFuture<Stat> setAclAsync(String path, List<Acl> acl, int aclVersion) {
        return deliver(calls.setAcl(path, acl, aclVersion, timeoutNanos));
    }

    /** What was written anywhere before this call is seen by reads after its completion. */
    public final CompletableFuture<Void> syncAsync(String path) {
        return deliver(calls.sync(path, timeoutNanos));
    }

    /** All or none; {@link MultiFailedException} when one fails. */
    public final CompletableFuture<List<OpResult>> multiAsync(List<Op> ops) {
        return deliver(calls.multi(ops, timeoutNanos));
    }

    /** Several reads in one request, each with an answer of its own. */
    public final CompletableFuture<List<ReadResult>> multiReadAsync(List<ReadOp> ops) {
        return deliver(calls.multiRead(ops, timeoutNanos));
    }

    /** Paths of this session's ephemeral znodes that start with a prefix, itself a path or {@code /}. */
    public final CompletableFuture<List<String>> ephemeralsAsync(String prefix) {
        return deliver(calls.ephemerals(prefix, timeoutNanos));
    }

    /** How many znodes there are below one, at any depth. */
    public final CompletableFuture<Integer> descendantCountAsync(String path) {
        return deliver(calls.descendantCount(path, timeoutNanos));
    }

    /** The identities that the server knows the client by. */
    public final CompletableFuture<List<ClientInfo>> whoAmIAsync() {
        return deliver(calls.whoAmI(timeoutNanos));
    }

    /**
     * Adds an identity, for this and every later connection. If the server refuses it, the client is of no more use.
     *
     * @param scheme for example {@code digest}
     * @param auth for example {@code user:password}; kept in memory, never logged
     */
    public final CompletableFuture<Void> addAuthAsync(String scheme, byte[] auth) {
        return deliver(calls.addAuth(scheme, auth, timeoutNanos));
    }

    /** The ensemble's configuration, {@code /zookeeper/config} whatever the client's chroot; empty on a single server. */
    public final CompletableFuture<Node> configAsync() {
        return deliver(calls.config(timeoutNanos));
    }

    /** Sets a persistent watch, which is in force when the future completes. The path need not exist. */
    public final CompletableFuture<Watch> watchAsync(String path, AddWatchMode mode, Watcher watcher) {
        return deliver(calls.watch(path, mode, delivery(watcher), timeoutNanos));
    }

    /**
     * Forgets a one-shot watcher that has not been told yet: all watches on the path that were set with this very object,
     * on the server too where nobody else of this client needs them. Does not wait; an event that is on its way to the
     * watcher still reaches it.
     */
    public final void unwatch(String path, Watcher watcher) {
        calls.unwatch(path, watcher);
    }
}
