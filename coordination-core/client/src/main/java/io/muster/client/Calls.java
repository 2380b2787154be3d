package io.muster.client;

import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.Stat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

final class Calls {
    static long positiveNanos(Duration timeout, String what) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(what + " must be positive, not " + timeout);
        }
        return timeout.toNanos();
    }

    ClientCore core() {
        throw new UnsupportedOperationException();
    }

    <T> T await(Supplier<CompletableFuture<T>> call, long timeoutNanos) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    void awaitVoid(Supplier<CompletableFuture<Void>> call, long timeoutNanos) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    void unwatch(String path, Watcher watcher) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Created> create(String path, byte[] data, CreateOptions options, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> delete(String path, int version, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Optional<Stat>> exists(String path, @Nullable WatchDelivery watch, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Node> get(String path, @Nullable WatchDelivery watch, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Stat> set(String path, byte[] data, int version, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Children> children(String path, @Nullable WatchDelivery watch, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<NodeAcl> getAcl(String path, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Stat> setAcl(String path, List<Acl> acl, int version, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> sync(String path, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<List<OpResult>> multi(List<Op> ops, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<List<ReadResult>> multiRead(List<ReadOp> ops, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<List<String>> ephemerals(String prefix, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Integer> descendantCount(String path, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<List<ClientInfo>> whoAmI(long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> addAuth(String scheme, byte[] auth, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Node> config(long timeoutNanos) {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Watch> watch(String path, AddWatchMode mode, WatchDelivery watch, long timeoutNanos) {
        throw new UnsupportedOperationException();
    }
}
