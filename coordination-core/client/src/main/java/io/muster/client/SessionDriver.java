package io.muster.client;

import io.muster.client.runtime.ClientRuntime;
import io.muster.client.session.Input;
import io.muster.client.session.Output;
import io.muster.client.session.Session;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the {@link Session} step, and does what it says: connects, sends, sets the timer, completes calls. The loop's alone. A
 * step never begins within another: what comes meanwhile goes through the client's queue.
 */
final class SessionDriver {
    private static final Logger LOG = LoggerFactory.getLogger(SessionDriver.class);

    private final ClientCore core;
    private final String name;
    private final ClientRuntime runtime;
    private final ClientRuntime.Loop loop;
    private final List<ServerAddress> servers;
    private final int maxReplyBytes;
    private final Session session;
    private final ClientStatus status;

    private final Output.Handler executor = new Outputs();
    private final List<Output> outputs = new ArrayList<>();
    private ClientRuntime.@Nullable Connection connection;
    private int connectionNumber;
    private boolean stepping;
    private boolean unflushed;
    private long finishedCalls;
    private String lastReason = "not connected yet";
    private ClientRuntime.@Nullable Timer timer;
    private long timerAtNanos = Session.NEVER;

    /** @param servers as the session numbers them */
    SessionDriver(
            ClientCore core, List<ServerAddress> servers, int maxReplyBytes, Session session, ClientStatus status) {
        this.core = core;
        this.name = core.name();
        this.runtime = core.runtime();
        this.loop = core.loop();
        this.servers = servers;
        this.maxReplyBytes = maxReplyBytes;
        this.session = session;
        this.status = status;
    }

    /** A step of its own, for what the network and the clock bring. */
    private void event(Input input) {
        if (stepping) {
            // A connection that we close may say so at once.
            core.input(input);
        } else {
            step(input);
            flush();
        }
    }

    /** Sends what the steps wrote, and sets the timer. */
    void flush() {
        ClientRuntime.Connection current = connection;
        if (unflushed && current != null) {
            current.flush();
        }
        unflushed = false;
        setTimer();
    }

    void step(Input input) {
        long nowNanos = runtime.nanoTime();
        SessionHandle current = status.handle();
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
        core.finished((int) (session.finishedCalls() - finishedCalls));
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
        SessionHandle current = status.handle();
        if (current != null && current.isAlive()) {
            current.update(session.validUntilNanos(), session.confirmsPings());
            current.checkHolds(nowNanos);
        }
    }

    private void setTimer() {
        long nextNanos = session.nextTickNanos();
        SessionHandle current = status.handle();
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
            ((PendingCall<?>) output.call()).answered(output.err(), output.body(), status.sessionId());
        }

        @Override
        public void failed(Output.Failed output) {
            ((PendingCall<?>) output.call()).failed(output.failure(), output.unknown(), lastReason, status.sessionId());
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
            SessionHandle current = new SessionHandle(core, output.sessionId(), output.timeoutMs());
            current.update(session.validUntilNanos(), session.confirmsPings());
            status.opened(current, output.readOnly());
        }

        @Override
        public void attached(Output.Attached output) {
            LOG.info(
                    "client={} session=0x{} attached timeoutMs={} readOnly={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.timeoutMs(),
                    output.readOnly());
            status.attached(output.sessionId(), output.timeoutMs(), output.readOnly());
        }

        @Override
        public void suspended(Output.Suspended output) {
            LOG.info(
                    "client={} session=0x{} suspended reason={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.reason());
            lastReason = output.reason();
            status.suspended(output.sessionId());
        }

        @Override
        public void expired(Output.Expired output) {
            LOG.warn(
                    "client={} session=0x{} expired reason={}",
                    name,
                    Long.toHexString(output.sessionId()),
                    output.reason());
            lastReason = output.reason();
            status.expired(output.sessionId());
        }

        @Override
        public void ended(Output.Ended output) {
            LOG.info("client={} ended reason={}", name, output.why());
            status.ended(output.why());
            core.ended();
        }
    }
}
