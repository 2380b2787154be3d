package io.muster.client;

import io.muster.client.runtime.ClientRuntime;
import io.muster.client.session.Failure;
import io.muster.client.session.Input;
import io.muster.client.session.Output;
import io.muster.client.session.Session;
import io.muster.client.session.SessionSettings;
import io.muster.client.transport.NettyRuntime;
import io.muster.protocol.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
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
 * Drives a {@link Session} on its loop: brings in what users and connections want, and does what it says. Everything below
 * "on the loop" is the loop's alone; the rest any thread may call.
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
    private final List<ServerAddress> servers;
    private final long requestTimeoutNanos;
    private final int maxRequestsInFlight;
    private final int maxReplyBytes;
    private final int maxQueuedEvents;
    private final @Nullable Executor callbackExecutor;
    private final ClientRuntime runtime;
    private final @Nullable NettyRuntime ownRuntime;
    private final ClientRuntime.Loop loop;
    private final Executor completions;
    private final Calls calls;
    private final EventLoop eventLoop;

    private final ConcurrentLinkedQueue<Input> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final List<Consumer<ConnectionEvent>> loopListeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile CompletableFuture<Void> connected = new CompletableFuture<>();
    private volatile @Nullable SessionHandle handle;
    private volatile @Nullable Failure endedBy;
    private volatile boolean closing;
    private volatile @Nullable Thread completing;

    // ---- the loop's

    private final Session session;
    private final Output.Handler executor = new Outputs();
    private final List<Output> outputs = new ArrayList<>();
    private ClientRuntime.@Nullable Connection connection;
    private int connectionNumber;
    private boolean stepping;
    private boolean unflushed;
    private boolean readOnly;
    private long finishedCalls;
    private String lastReason = "not connected yet";
    private ClientRuntime.@Nullable Timer timer;
    private long timerAtNanos = Session.NEVER;

    ClientCore(MusterClientBuilder settings) {
        name = settings.name;
        requestTimeoutNanos = Calls.positiveNanos(settings.requestTimeout, "requestTimeout");
        maxRequestsInFlight = settings.maxRequestsInFlight;
        maxReplyBytes = settings.maxReplyBytes;
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
        servers = shuffled(settings.servers, world);
        Duration connectTimeout = settings.connectTimeout;
        session = new Session(
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
        completions = world.newSerialExecutor(callbackExecutor);
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

    Optional<ClientSession> session() {
        return Optional.ofNullable(handle);
    }

    boolean isConnected() {
        return connected.isDone() && !connected.isCompletedExceptionally();
    }

    long deadlineAfter(long timeoutNanos) {
        return Calls.saturatedAdd(runtime.nanoTime(), timeoutNanos);
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
        if (endedBy != null) {
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
        Failure why = endedBy;
        for (Input input = inbox.poll(); input != null; input = inbox.poll()) {
            if (input instanceof Input.Submit submit) {
                inFlight.decrementAndGet();
                ((PendingCall<?>) submit.call()).failed(why == null ? Failure.CLOSED : why, false, "", sessionId());
            }
        }
    }

    private long sessionId() {
        SessionHandle current = handle;
        return current == null ? 0 : current.id();
    }

    // ---- waiting and handing out

    void requireNotOnLoop() {
        if (loop.isCurrent()) {
            throw new IllegalStateException(
                    "client " + name
                            + ": a blocking call on the event loop would wait for itself; use the asynchronous operations here");
        }
    }

    void requireNotCompleting() {
        if (completing == Thread.currentThread()) {
            throw new IllegalStateException(
                    "client " + name + ": waiting for one future in a dependent of another would"
                            + " wait for itself; compose them, or use a blocking operation of the client");
        }
    }

    <T> T await(CompletableFuture<T> onLoop, long timeoutNanos) throws InterruptedException {
        requireNotOnLoop();
        try {
            return runtime.await(onLoop, deadlineAfter(timeoutNanos));
        } catch (ExecutionException e) {
            Throwable cause = Calls.unwrap(e.getCause());
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("an operation failed in a way that it does not declare", cause);
        } catch (TimeoutException e) {
            throw new TimeoutExceededException(
                    "client " + name + ": no result after " + Duration.ofNanos(timeoutNanos), Outcome.UNKNOWN);
        }
    }

    <T> CompletableFuture<T> handOut(CompletableFuture<T> onLoop) {
        UserFuture<T> out = new UserFuture<>(this);
        onLoop.whenComplete((result, failure) -> complete(() -> {
            if (failure == null) {
                out.complete(result);
            } else {
                out.completeExceptionally(Calls.unwrap(failure));
            }
        }));
        return out;
    }

    private void complete(Runnable completion) {
        completions.execute(() -> {
            completing = Thread.currentThread();
            try {
                completion.run();
            } finally {
                completing = null;
            }
        });
    }

    boolean awaitConnected(long timeoutNanos) throws InterruptedException {
        requireNotOnLoop();
        long deadlineNanos = deadlineAfter(timeoutNanos);
        try {
            runtime.await(connected, deadlineNanos);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CoordinationException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        }
    }

    // ---- listeners

    Subscription addLoopListener(Consumer<ConnectionEvent> listener) {
        loopListeners.add(listener);
        return () -> loopListeners.remove(listener);
    }

    Subscription addUserListener(Consumer<ConnectionEvent> listener) {
        ConnectionEventQueue queue = new ConnectionEventQueue(name, listener, newSerialExecutor());
        Consumer<ConnectionEvent> entry = queue::add;
        boolean added = tryExecute(() -> {
            SessionHandle current = handle;
            if (endedBy != null) {
                queue.add(endEvent(endedBy));
            } else if (current != null && session.isConnected()) {
                queue.add(
                        readOnly
                                ? new ConnectionEvent.ReadOnly(current.id())
                                : new ConnectionEvent.Connected(current.id()));
            }
            loopListeners.add(entry);
        });
        if (!added) {
            Failure why = endedBy;
            queue.add(endEvent(why == null ? Failure.CLOSED : why));
        }
        return () -> {
            queue.close();
            tryExecute(() -> loopListeners.remove(entry));
        };
    }

    private static ConnectionEvent endEvent(Failure why) {
        return why == Failure.AUTH_FAILED ? new ConnectionEvent.AuthFailed() : new ConnectionEvent.Closed();
    }

    // ---- the end

    boolean isClosing() {
        return closing;
    }

    CompletableFuture<Void> closeAsync() {
        closing = true;
        input(new Input.Close(deadlineAfter(requestTimeoutNanos)));
        return ended;
    }

    void close() {
        CompletableFuture<Void> end = closeAsync();
        if (loop.isCurrent()) {
            return;
        }
        try {
            runtime.await(end, deadlineAfter(Calls.saturatedAdd(requestTimeoutNanos, CLOSE_GRACE_NANOS)));
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
            step(input);
            if (++count == MAX_INPUTS_PER_DRAIN) {
                if (drainScheduled.compareAndSet(false, true)) {
                    loop.execute(this::drain);
                }
                break;
            }
        }
        flush();
    }

    private void event(Input input) {
        if (stepping) {
            // A connection that we close may say so at once.
            input(input);
        } else {
            step(input);
            flush();
        }
    }

    private void flush() {
        ClientRuntime.Connection current = connection;
        if (unflushed && current != null) {
            current.flush();
        }
        unflushed = false;
        setTimer();
    }

    private void step(Input input) {
        long nowNanos = runtime.nanoTime();
        SessionHandle current = handle;
        if (current != null) {
            // Before the input can move the deadline: that it had passed must not be missed.
            current.checkHolds(nowNanos);
        }
        try {
            execute(input, nowNanos);
        } catch (RuntimeException | Error e) {
            LOG.error("client={} failed on {} and ends; please report this", name, input, e);
            outputs.clear();
            execute(new Input.Abort("internal error: " + e), nowNanos);
        }
        inFlight.addAndGet((int) (finishedCalls - session.finishedCalls()));
        finishedCalls = session.finishedCalls();
        publish(nowNanos);
    }

    private void execute(Input input, long nowNanos) {
        stepping = true;
        try {
            session.step(input, nowNanos, outputs);
            for (Output output : outputs) {
                output.accept(executor);
            }
            outputs.clear();
        } finally {
            stepping = false;
        }
    }

    private void publish(long nowNanos) {
        SessionHandle current = handle;
        if (current != null && current.isAlive()) {
            current.update(session.validUntilNanos(), session.confirmsPings());
            current.checkHolds(nowNanos);
        }
    }

    private void setTimer() {
        long nextNanos = session.nextTickNanos();
        SessionHandle current = handle;
        if (current != null && current.hasArmedHolds()) {
            nextNanos = Math.min(nextNanos, current.deadlineNanos());
        }
        // One that fires too early does no harm: it looks again.
        if (nextNanos >= timerAtNanos) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerAtNanos = nextNanos;
        timer = loop.schedule(Math.max(0, nextNanos - runtime.nanoTime()), () -> {
            timerAtNanos = Session.NEVER;
            timer = null;
            event(new Input.Tick());
        });
    }

    private void tell(ConnectionEvent event) {
        for (Consumer<ConnectionEvent> listener : loopListeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("client={} connection listener failed on {}", name, event, e);
            }
        }
    }

    private void nowConnected() {
        connected.complete(null);
    }

    private void nowDisconnected() {
        if (connected.isDone()) {
            connected = new CompletableFuture<>();
        }
    }

    private static SessionLoss loss(Failure why) {
        return switch (why) {
            case AUTH_FAILED -> SessionLoss.AUTH_FAILED;
            case SESSION_EXPIRED -> SessionLoss.EXPIRED;
            default -> SessionLoss.CLIENT_CLOSED;
        };
    }

    private final class Listener implements ClientRuntime.ConnectionListener {
        private final int number;

        Listener(int number) {
            this.number = number;
        }

        @Override
        public void opened() {
            event(new Input.Opened(number));
        }

        @Override
        public void frame(byte[] frame) {
            event(new Input.Frame(number, frame));
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            event(new Input.Lost(number, cause == null ? "closed by the server" : String.valueOf(cause.getMessage())));
        }
    }

    private final class Outputs implements Output.Handler {
        @Override
        public void connect(Output.Connect output) {
            ServerAddress server = servers.get(output.serverIndex());
            LOG.debug("client={} connecting server={}", name, server);
            connectionNumber = output.connection();
            connection = loop.connect(
                    server.host(), server.port(), output.timeoutNanos(), maxReplyBytes, new Listener(connectionNumber));
        }

        @Override
        public void send(Output.Send output) {
            ClientRuntime.Connection current = connection;
            if (current != null && output.connection() == connectionNumber) {
                current.write(output.frame(), 0, output.frame().length);
                unflushed = true;
            }
        }

        @Override
        public void disconnect(Output.Disconnect output) {
            LOG.debug("client={} disconnecting reason={}", name, output.reason());
            lastReason = output.reason();
            ClientRuntime.Connection current = connection;
            if (current != null && output.connection() == connectionNumber) {
                current.flush();
                current.close();
                connection = null;
            }
        }

        @Override
        public void answered(Output.Answered output) {
            ((PendingCall<?>) output.call()).answered(output.err(), output.body(), sessionId());
        }

        @Override
        public void failed(Output.Failed output) {
            ((PendingCall<?>) output.call()).failed(output.failure(), output.unknown(), lastReason, sessionId());
        }

        @Override
        public void event(Output.Event output) {
            ((WatchDelivery) output.sink()).event(output.type(), output.path(), output.zxid());
        }

        @Override
        public void resync(Output.Resync output) {
            ((WatchDelivery) output.sink()).resync();
        }

        @Override
        public void watchEnded(Output.WatchEnded output) {
            ((WatchDelivery) output.sink()).ended();
        }

        @Override
        public void opened(Output.Opened output) {
            LOG.info(
                    "client={} session=0x{} opened timeoutMs={} readOnly={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.timeoutMs(),
                    output.readOnly());
            readOnly = output.readOnly();
            SessionHandle current = new SessionHandle(ClientCore.this, output.sessionId(), output.timeoutMs());
            current.update(session.validUntilNanos(), session.confirmsPings());
            handle = current;
            nowConnected();
            tell(
                    readOnly
                            ? new ConnectionEvent.ReadOnly(output.sessionId())
                            : new ConnectionEvent.Connected(output.sessionId()));
        }

        @Override
        public void attached(Output.Attached output) {
            LOG.info(
                    "client={} session=0x{} attached timeoutMs={} readOnly={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.timeoutMs(),
                    output.readOnly());
            readOnly = output.readOnly();
            SessionHandle current = handle;
            if (current != null) {
                current.attached(output.timeoutMs());
            }
            nowConnected();
            tell(
                    readOnly
                            ? new ConnectionEvent.ReadOnly(output.sessionId())
                            : new ConnectionEvent.Reconnected(output.sessionId()));
        }

        @Override
        public void suspended(Output.Suspended output) {
            LOG.info(
                    "client={} session=0x{} suspended reason={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.reason());
            lastReason = output.reason();
            nowDisconnected();
            tell(new ConnectionEvent.Suspended(output.sessionId()));
        }

        @Override
        public void expired(Output.Expired output) {
            LOG.warn(
                    "client={} session=0x{} expired reason={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.reason());
            lastReason = output.reason();
            nowDisconnected();
            SessionHandle current = handle;
            if (current != null) {
                current.end(SessionLoss.EXPIRED);
            }
            tell(new ConnectionEvent.SessionExpired(output.sessionId()));
        }

        @Override
        public void ended(Output.Ended output) {
            LOG.info("client={} ended reason={}", name, output.why());
            endedBy = output.why();
            SessionHandle current = handle;
            if (current != null && current.isAlive()) {
                current.end(loss(output.why()));
            }
            nowDisconnected();
            connected.completeExceptionally(
                    switch (output.why()) {
                        case AUTH_FAILED ->
                            new AuthFailedException(
                                    "client " + name + ": the server refused its credentials", Outcome.NOT_APPLIED);
                        case SESSION_EXPIRED ->
                            new SessionExpiredException("client " + name + ": its session has expired", sessionId());
                        default -> new ClientClosedException("client " + name + " is closed", Outcome.NOT_APPLIED);
                    });
            tell(endEvent(output.why()));
            drainAfterEnd();
            ended.complete(null);
            loop.close();
            if (ownRuntime != null) {
                ownRuntime.close();
            }
        }
    }
}
