package io.muster.client;

import io.muster.client.runtime.ClientRuntime;
import io.muster.client.session.Failure;
import io.muster.client.session.Input;
import io.muster.client.session.Session;
import io.muster.client.session.SessionSettings;
import io.muster.client.transport.NettyRuntime;
import io.muster.protocol.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's parts, and the queue by which what users want comes onto its loop, where {@link SessionDriver} lets the
 * session step. How the client stands is {@link ClientStatus}, how results reach users {@link Futures}. Everything below "on the
 * loop" is the loop's alone; the rest any thread may call.
 *
 * <p>Whatever comes from other threads goes through one queue. All that waits there is taken in one go and leaves in one
 * flush. Code on the loop (recipes) uses the same queue, so a step never begins within another.
 */
final class ClientCore {
    private static final Logger LOG = LoggerFactory.getLogger(ClientCore.class);

    /** Between two looks at the connection when users keep the queue full. */
    private static final int MAX_INPUTS_PER_DRAIN = 1_024;

    private static final long CLOSE_GRACE_NANOS = 1_000_000_000L;

    private final String name;
    private final long requestTimeoutNanos;
    private final int maxRequestsInFlight;
    private final int maxQueuedEvents;
    private final @Nullable Executor callbackExecutor;
    private final ClientRuntime runtime;
    private final @Nullable NettyRuntime ownRuntime;
    private final ClientRuntime.Loop loop;
    private final Futures futures;
    private final ClientStatus status;
    private final SessionDriver driver;
    private final Calls calls;
    private final EventLoop eventLoop;

    private final ConcurrentLinkedQueue<Input> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closing;

    ClientCore(MusterClientBuilder settings) {
        name = settings.name;
        requestTimeoutNanos = Calls.positiveNanos(settings.requestTimeout, "requestTimeout");
        maxRequestsInFlight = settings.maxRequestsInFlight;
        maxQueuedEvents = settings.maxQueuedEvents;
        callbackExecutor = settings.callbackExecutor;
        ClientRuntime world = settings.runtime;
        if (world == null) {
            ownRuntime = NettyRuntime.create();
            world = ownRuntime;
        } else {
            ownRuntime = null;
        }
        runtime = world;
        List<ServerAddress> servers = shuffled(settings.servers, world);
        Duration connectTimeout = settings.connectTimeout;
        Session session = new Session(
                new SessionSettings(
                        servers.size(),
                        (int) settings.sessionTimeout.toMillis(),
                        connectTimeout == null ? Long.MAX_VALUE : Calls.positiveNanos(connectTimeout, "connectTimeout"),
                        settings.canBeReadOnly,
                        settings.renewSession,
                        settings.auths.stream()
                                .map(auth -> new Request.Auth(0, auth.scheme(), auth.auth()))
                                .toList()),
                world::random);
        calls = new Calls(this, settings.chroot, settings.maxFrameBytes);
        loop = world.newLoop(name);
        futures = new Futures(name, world, loop, world.newSerialExecutor(callbackExecutor));
        status = new ClientStatus(name);
        driver = new SessionDriver(this, servers, settings.maxReplyBytes, session, status);
        eventLoop = new EventLoop(this, requestTimeoutNanos);
    }

    /** Separate from the constructor: from here on other threads see this object. */
    void start() {
        input(new Input.Start());
    }

    private static List<ServerAddress> shuffled(List<ServerAddress> servers, ClientRuntime runtime) {
        List<ServerAddress> order = new ArrayList<>(servers);
        for (int i = order.size() - 1; i > 0; i--) {
            int j = (int) runtime.random(i + 1L);
            ServerAddress moved = order.set(i, order.get(j));
            order.set(j, moved);
        }
        return List.copyOf(order);
    }

    Calls calls() {
        return calls;
    }

    String name() {
        return name;
    }

    long requestTimeoutNanos() {
        return requestTimeoutNanos;
    }

    int maxQueuedEvents() {
        return maxQueuedEvents;
    }

    ClientRuntime runtime() {
        return runtime;
    }

    ClientRuntime.Loop loop() {
        return loop;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    Executor newSerialExecutor() {
        return runtime.newSerialExecutor(callbackExecutor);
    }

    ClientStatus status() {
        return status;
    }

    Futures futures() {
        return futures;
    }

    // ---- into the loop

    void submit(PendingCall<?> call) {
        if (inFlight.incrementAndGet() > maxRequestsInFlight) {
            inFlight.decrementAndGet();
            call.refused(new TooManyRequestsException(call.describe() + ": " + maxRequestsInFlight
                    + " requests are in flight already; wait for answers, or raise maxRequestsInFlight"));
            return;
        }
        input(new Input.Submit(call));
    }

    void unwatch(String fullPath, Watcher watcher) {
        input(new Input.Unwatch(fullPath, watcher));
    }

    void hold(boolean begin) {
        input(new Input.Hold(begin));
    }

    void input(Input input) {
        inbox.add(input);
        if (status.endedBy() != null) {
            drainAfterEnd();
        } else if (drainScheduled.compareAndSet(false, true) && !tryExecute(this::drain)) {
            drainAfterEnd();
        }
    }

    /** False when the loop is no more. */
    boolean tryExecute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** The session takes nothing more, and the loop may be gone: whoever comes late settles it himself. */
    private void drainAfterEnd() {
        Failure why = status.endedBy();
        for (Input input = inbox.poll(); input != null; input = inbox.poll()) {
            if (input instanceof Input.Submit submit) {
                inFlight.decrementAndGet();
                ((PendingCall<?>) submit.call())
                        .failed(why == null ? Failure.CLOSED : why, false, "", status.sessionId());
            }
        }
    }

    // ---- listeners

    Subscription addUserListener(Consumer<ConnectionEvent> listener) {
        ConnectionEventQueue queue = new ConnectionEventQueue(name, listener, newSerialExecutor());
        Consumer<ConnectionEvent> entry = queue::add;
        boolean added = tryExecute(() -> {
            ConnectionEvent current = status.current();
            if (current != null) {
                queue.add(current);
            }
            status.add(entry);
        });
        if (!added) {
            Failure why = status.endedBy();
            queue.add(ClientStatus.endEvent(why == null ? Failure.CLOSED : why));
        }
        return () -> {
            queue.close();
            tryExecute(() -> status.remove(entry));
        };
    }

    // ---- the end

    boolean isClosing() {
        return closing;
    }

    CompletableFuture<Void> closeAsync() {
        closing = true;
        input(new Input.Close(futures.deadlineAfter(requestTimeoutNanos)));
        return status.ended();
    }

    void close() {
        CompletableFuture<Void> end = closeAsync();
        if (loop.isCurrent()) {
            return;
        }
        try {
            runtime.await(end, futures.deadlineAfter(Calls.saturatedAdd(requestTimeoutNanos, CLOSE_GRACE_NANOS)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("client={} did not close in time", name, e);
        }
    }

    // ---- on the loop

    private void drain() {
        drainScheduled.set(false);
        int count = 0;
        for (Input input = inbox.poll(); input != null; input = inbox.poll()) {
            driver.step(input);
            if (++count == MAX_INPUTS_PER_DRAIN) {
                if (drainScheduled.compareAndSet(false, true)) {
                    loop.execute(this::drain);
                }
                break;
            }
        }
        driver.flush();
    }

    /** So many calls are in flight no more. */
    void finished(int count) {
        inFlight.addAndGet(-count);
    }

    /** The session has ended, and no other will come. */
    void ended() {
        drainAfterEnd();
        status.allOver();
        loop.close();
        if (ownRuntime != null) {
            ownRuntime.close();
        }
    }
}
