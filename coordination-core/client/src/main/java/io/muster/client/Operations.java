package io.muster.client;

import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.Stat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Every operation, blocking, and by inheritance asynchronously as well. Each has one deadline: the client's {@link
 * MusterClientBuilder#requestTimeout}, or that of {@link #within}.
 *
 * <p>The blocking methods wait on the event loop's result and not on the callback executor: they may be called from
 * callbacks. They throw what the asynchronous ones complete with. On an event loop they throw {@link
 * IllegalStateException} at once. An interrupt ends the waiting; what was sent takes its course.
 */
public abstract sealed class Operations extends AsyncOperations permits MusterClient, UserView {

    Operations(Calls calls, long timeoutNanos) {
        super(calls, timeoutNanos);
    }

    /** The same operations with another deadline, counted from each call. */
    public abstract Operations within(Duration timeout);

    public final Created create(String path, byte[] data) throws InterruptedException {
        return create(path, data, CreateOptions.PERSISTENT);
    }

    /** @see #createAsync(String, byte[], CreateOptions) */
    public final Created create(String path, byte[] data, CreateOptions options) throws InterruptedException {
        return calls.await(() -> calls.create(path, data, options, timeoutNanos), timeoutNanos);
    }

    public final void delete(String path) throws InterruptedException {
        delete(path, Op.ANY_VERSION);
    }

    /** @see #deleteAsync(String, int) */
    public final void delete(String path, int version) throws InterruptedException {
        calls.awaitVoid(() -> calls.delete(path, version, timeoutNanos), timeoutNanos);
    }

    /** @see #existsAsync(String) */
    public final Optional<Stat> exists(String path) throws InterruptedException {
        return calls.await(() -> calls.exists(path, null, timeoutNanos), timeoutNanos);
    }

    /** @see #existsAsync(String, Watcher) */
    public final Optional<Stat> exists(String path, Watcher watcher) throws InterruptedException {
        return calls.await(() -> calls.exists(path, delivery(watcher), timeoutNanos), timeoutNanos);
    }

    public final Node get(String path) throws InterruptedException {
        return calls.await(() -> calls.get(path, null, timeoutNanos), timeoutNanos);
    }

    /** @see #getAsync(String, Watcher) */
    public final Node get(String path, Watcher watcher) throws InterruptedException {
        return calls.await(() -> calls.get(path, delivery(watcher), timeoutNanos), timeoutNanos);
    }

    public final Stat set(String path, byte[] data) throws InterruptedException {
        return set(path, data, Op.ANY_VERSION);
    }

    /** @see #setAsync(String, byte[], int) */
    public final Stat set(String path, byte[] data, int version) throws InterruptedException {
        return calls.await(() -> calls.set(path, data, version, timeoutNanos), timeoutNanos);
    }

    /** @see #childrenAsync(String) */
    public final List<String> children(String path) throws InterruptedException {
        return childrenWithStat(path).names();
    }

    /** @see #childrenAsync(String, Watcher) */
    public final List<String> children(String path, Watcher watcher) throws InterruptedException {
        return childrenWithStat(path, watcher).names();
    }

    public final Children childrenWithStat(String path) throws InterruptedException {
        return calls.await(() -> calls.children(path, null, timeoutNanos), timeoutNanos);
    }

    /** @see #childrenWithStatAsync(String, Watcher) */
    public final Children childrenWithStat(String path, Watcher watcher) throws InterruptedException {
        return calls.await(() -> calls.children(path, delivery(watcher), timeoutNanos), timeoutNanos);
    }

    public final NodeAcl getAcl(String path) throws InterruptedException {
        return calls.await(() -> calls.getAcl(path, timeoutNanos), timeoutNanos);
    }

    /** @see #setAclAsync(String, List, int) */
    public final Stat setAcl(String path, List<Acl> acl, int aclVersion) throws InterruptedException {
        return calls.await(() -> calls.setAcl(path, acl, aclVersion, timeoutNanos), timeoutNanos);
    }

    /** @see #syncAsync(String) */
    public final void sync(String path) throws InterruptedException {
        calls.awaitVoid(() -> calls.sync(path, timeoutNanos), timeoutNanos);
    }

    /** @see #multiAsync(List) */
    public final List<OpResult> multi(List<Op> ops) throws InterruptedException {
        return calls.await(() -> calls.multi(ops, timeoutNanos), timeoutNanos);
    }

    /** @see #multiReadAsync(List) */
    public final List<ReadResult> multiRead(List<ReadOp> ops) throws InterruptedException {
        return calls.await(() -> calls.multiRead(ops, timeoutNanos), timeoutNanos);
    }

    /** @see #ephemeralsAsync(String) */
    public final List<String> ephemerals(String prefix) throws InterruptedException {
        return calls.await(() -> calls.ephemerals(prefix, timeoutNanos), timeoutNanos);
    }

    /** @see #descendantCountAsync(String) */
    public final int descendantCount(String path) throws InterruptedException {
        return calls.await(() -> calls.descendantCount(path, timeoutNanos), timeoutNanos);
    }

    /** @see #whoAmIAsync() */
    public final List<ClientInfo> whoAmI() throws InterruptedException {
        return calls.await(() -> calls.whoAmI(timeoutNanos), timeoutNanos);
    }

    /** @see #addAuthAsync(String, byte[]) */
    public final void addAuth(String scheme, byte[] auth) throws InterruptedException {
        calls.awaitVoid(() -> calls.addAuth(scheme, auth, timeoutNanos), timeoutNanos);
    }

    /** @see #configAsync() */
    public final Node config() throws InterruptedException {
        return calls.await(() -> calls.config(timeoutNanos), timeoutNanos);
    }

    /** @see #watchAsync(String, AddWatchMode, Watcher) */
    public final Watch watch(String path, AddWatchMode mode, Watcher watcher) throws InterruptedException {
        return calls.await(() -> calls.watch(path, mode, delivery(watcher), timeoutNanos), timeoutNanos);
    }
}
