package io.muster.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** {@link MusterClient}'s operations with another deadline. */
final class UserView extends Operations {

    UserView(Calls calls, Duration timeout) {
        super(calls, Calls.positiveNanos(timeout, "timeout"));
    }

    @Override
    public Operations within(Duration timeout) {
        return new UserView(calls, timeout);
    }

    @Override
    <T> CompletableFuture<T> deliver(CompletableFuture<T> onLoop) {
        return calls.core().futures().handOut(onLoop);
    }

    @Override
    WatchDelivery delivery(Watcher watcher) {
        return WatchDelivery.onSerialExecutor(calls.core(), watcher);
    }
}
