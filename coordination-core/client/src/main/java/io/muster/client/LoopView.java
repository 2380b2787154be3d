package io.muster.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** {@link EventLoop} with another deadline. */
final class LoopView extends AsyncOperations {

    LoopView(Calls calls, Duration timeout) {
        super(calls, Calls.positiveNanos(timeout, "timeout"));
    }

    @Override
    <T> CompletableFuture<T> deliver(CompletableFuture<T> onLoop) {
        return onLoop;
    }

    @Override
    WatchDelivery delivery(Watcher watcher) {
        return WatchDelivery.onLoop(calls.core(), watcher);
    }
}
