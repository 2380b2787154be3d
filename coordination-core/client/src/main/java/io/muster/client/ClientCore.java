package io.muster.client;

import io.muster.client.runtime.ClientRuntime;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

final class ClientCore {
    ClientCore(MusterClientBuilder settings) {}

    Calls calls() {
        throw new UnsupportedOperationException();
    }

    String name() {
        throw new UnsupportedOperationException();
    }

    long requestTimeoutNanos() {
        throw new UnsupportedOperationException();
    }

    ClientRuntime runtime() {
        throw new UnsupportedOperationException();
    }

    ClientRuntime.Loop loop() {
        throw new UnsupportedOperationException();
    }

    EventLoop eventLoop() {
        throw new UnsupportedOperationException();
    }

    Executor newSerialExecutor() {
        throw new UnsupportedOperationException();
    }

    Optional<ClientSession> session() {
        throw new UnsupportedOperationException();
    }

    boolean isConnected() {
        throw new UnsupportedOperationException();
    }

    boolean awaitConnected(long timeoutNanos) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    Subscription addLoopListener(Consumer<ConnectionEvent> listener) {
        throw new UnsupportedOperationException();
    }

    Subscription addUserListener(Consumer<ConnectionEvent> listener) {
        throw new UnsupportedOperationException();
    }

    <T> CompletableFuture<T> handOut(CompletableFuture<T> onLoop) {
        throw new UnsupportedOperationException();
    }

    <T> T await(CompletableFuture<T> onLoop, long timeoutNanos) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<Void> closeAsync() {
        throw new UnsupportedOperationException();
    }

    void close() {
        throw new UnsupportedOperationException();
    }
}
