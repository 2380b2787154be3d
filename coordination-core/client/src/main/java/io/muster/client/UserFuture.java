package io.muster.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A future in the hands of user code, completed on the client's completion executor. Waiting for it where it, or its
 * answer, would be completed is a deadlock, which is reported instead.
 */
final class UserFuture<T> extends CompletableFuture<T> {
    private final Futures futures;

    UserFuture(Futures futures) {
        this.futures = futures;
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        check();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        check();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        check();
        return super.join();
    }

    private void check() {
        if (!isDone()) {
            futures.requireNotOnLoop();
            futures.requireNotCompleting();
        }
    }
}
