package io.muster.client.session;

import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import java.util.List;

/**
 * A client's session, through all its connections, and the sessions after it. Owned by one thread; {@link #step} is all
 * there is to do with it.
 *
 * <pre>
 * state        left by                              to
 * IDLE         start                                CONNECTING
 * WAITING      its time comes                       CONNECTING
 * CONNECTING   opened                               HANDSHAKING
 *              lost, or out of time                 WAITING
 * HANDSHAKING  accepted                             CONNECTED
 *              refused: the session has expired     WAITING, with no session, or ENDED
 *              lost, or out of time                 WAITING
 * CONNECTED    lost, silence, an answer out of turn WAITING
 *              identity refused                     ENDED
 * any          closed                               ENDED (from CONNECTED after the server's goodbye)
 * </pre>
 *
 * <p>A session that was not heard of for 4/3 of its timeout while there is no connection is given up without asking.
 *
 * <p>On a new connection go out, in this order: the identities, the watches (relative to the last zxid seen before), a
 * confirmation if somebody wants one, and the calls that waited. Calls that were sent on a connection die with it.
 *
 * <p>Here are the states. What they are about is in its parts: {@link Agreement} (which session, and what of it was seen),
 * {@link Line} (calls), {@link Identities}, {@link Watches} and {@link Heartbeats}.
 */
public final class Session {
    /** No time: nothing to wait for. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long MAX_PAUSE_NANOS = 1_000 * Agreement.NANOS_PER_MS;

    private enum State {
        IDLE,
        WAITING,
        CONNECTING,
        HANDSHAKING,
        CONNECTED,
        ENDED
    }

    private final SessionSettings settings;
    private final Jitter jitter;
    private final Input.Handler inputs = new Inputs();
    private final Step step = new Step();
    private final Agreement agreement;
    private final Line line;
    private final Identities identities;
    private final Watches watches;
    private final Heartbeats heartbeats;

    private State state = State.IDLE;
    private Failure endedBy = Failure.CLOSED;
    private int serverIndex = -1;
    private int failedAttempts;
    private boolean closing;

    /** When the state is left unless something happens: the next attempt, the end of this one, the end of closing. */
    private long stateDeadlineNanos = NEVER;
    /** A lower bound: the earliest deadline among all calls, or earlier. */
    private long callDeadlineNanos = NEVER;

    public Session(SessionSettings settings, Jitter jitter) {
        this.settings = settings;
        this.jitter = jitter;
        this.agreement = new Agreement(settings);
        this.line = new Line(step, agreement);
        this.identities = new Identities(step, line, settings.auths());
        this.watches = new Watches(step, agreement, line);
        this.heartbeats = new Heartbeats(step, agreement, line);
    }

    /**
     * Something happened.
     *
     * @param nowNanos monotonic, not negative
     * @param outputs gets what is to be done, at its end
     */
    public void step(Input input, long nowNanos, List<Output> outputs) {
        step.begin(nowNanos, outputs);
        input.accept(inputs);
    }

    /** When a {@link Input.Tick} is due; {@link #NEVER} when none is. */
    public long nextTickNanos() {
        long next = Math.min(stateDeadlineNanos, callDeadlineNanos);
        if (state == State.CONNECTED) {
            next = Math.min(next, heartbeats.silentNanos());
            if (!closing) {
                next = Math.min(next, heartbeats.nextNanos());
            }
        } else if (state != State.ENDED && agreement.hasSession()) {
            next = Math.min(next, heartbeats.expiryNanos());
        }
        return next;
    }

    /** How many calls were taken off the books so far: answered or failed, and no answer to come any more. */
    public long finishedCalls() {
        return line.finishedCalls();
    }

    /** Until when the session cannot have expired; see {@link Validity}. Means nothing without a session. */
    public long validUntilNanos() {
        return agreement.validity().deadlineNanos();
    }

    /** Whether the server that we are, or were last, connected to confirms pings. */
    public boolean confirmsPings() {
        return agreement.confirmsPings();
    }

    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    private boolean takesRequests() {
        return state == State.CONNECTED && !closing;
    }

    private final class Inputs implements Input.Handler {
        @Override
        public void start(Input.Start input) {
            if (state != State.IDLE) {
                throw new IllegalStateException("started in state " + state);
            }
            connect();
        }

        @Override
        public void opened(Input.Opened input) {
            if (input.connection() == line.connection() && state == State.CONNECTING) {
                handshake();
            }
        }

        @Override
        public void frame(Input.Frame input) {
            if (input.connection() != line.connection()) {
                return;
            }
            try {
                if (state == State.HANDSHAKING) {
                    handshakeAnswered(ConnectResponse.read(new JuteReader(input.bytes())));
                } else if (state == State.CONNECTED) {
                    received(new JuteReader(input.bytes()));
                }
            } catch (MalformedFrameException e) {
                drop("the server sent what is not the protocol: " + e.getMessage());
            }
        }

        @Override
        public void lost(Input.Lost input) {
            if (input.connection() == line.connection() && hasConnection()) {
                connectionGone(input.reason());
            }
        }

        @Override
        public void tick(Input.Tick input) {
            if (state == State.ENDED) {
                return;
            }
            failCallsOutOfTime();
            if (state == State.CONNECTED) {
                tickConnected();
                return;
            }
            if (agreement.hasSession() && step.nowNanos() >= heartbeats.expiryNanos()) {
                giveUpSession();
            }
            if (state != State.ENDED && step.nowNanos() >= stateDeadlineNanos) {
                if (state == State.WAITING) {
                    connect();
                } else {
                    drop("no answer within the connect timeout");
                }
            }
        }

        @Override
        public void submit(Input.Submit input) {
            Call call = input.call();
            if (state == State.ENDED || closing) {
                line.finish(call, state == State.ENDED ? endedBy : Failure.CLOSED, false);
            } else if (step.nowNanos() >= call.deadlineNanos()) {
                line.finish(call, Failure.TIMED_OUT, false);
            } else {
                callDeadlineNanos = Math.min(callDeadlineNanos, call.deadlineNanos());
                if (call.request() instanceof Request.Auth auth) {
                    identities.add(auth, call, state == State.CONNECTED);
                } else if (state == State.CONNECTED) {
                    line.send(call);
                } else {
                    line.await(call);
                }
            }
        }

        @Override
        public void unwatch(Input.Unwatch input) {
            watches.unwatch(input.path(), input.owner(), takesRequests());
        }

        @Override
        public void closeWatch(Input.CloseWatch input) {
            watches.close(input.path(), input.mode(), input.sink(), takesRequests());
        }

        @Override
        public void hold(Input.Hold input) {
            heartbeats.hold(input.begin());
            if (input.begin() && takesRequests()) {
                heartbeats.confirmUnlessFresh();
            }
        }

        @Override
        public void close(Input.Close input) {
            if (state == State.ENDED || closing) {
                return;
            }
            closing = true;
            if (state != State.CONNECTED) {
                end(Failure.CLOSED, "closed");
                return;
            }
            stateDeadlineNanos = input.deadlineNanos();
            line.sendInternal(new Request.CloseSession());
        }

        @Override
        public void abort(Input.Abort input) {
            if (state != State.ENDED) {
                end(Failure.CLOSED, input.reason());
            }
        }
    }

    // ---- connecting

    private void connect() {
        serverIndex = (serverIndex + 1) % settings.serverCount();
        state = State.CONNECTING;
        long timeoutNanos = Math.min(settings.connectTimeoutNanos(), agreement.timeoutNanos() / settings.serverCount());
        stateDeadlineNanos = step.nowNanos() + timeoutNanos;
        step.put(new Output.Connect(line.nextConnection(), serverIndex, timeoutNanos));
    }

    private void handshake() {
        state = State.HANDSHAKING;
        JuteWriter frame = new JuteWriter();
        frame.writeInt(0);
        agreement.ask(step.nowNanos()).write(frame);
        frame.setInt(0, frame.size() - Integer.BYTES);
        step.put(new Output.Send(line.connection(), 0, null, frame.toByteArray()));
    }

    private void handshakeAnswered(ConnectResponse response) {
        if (!response.isAccepted()) {
            if (agreement.isKnownToQuorum()) {
                expire("the server says that it has expired");
            }
            if (state != State.ENDED) {
                drop("the server does not know the session");
            }
            return;
        }
        if (agreement.isOtherThan(response)) {
            expire("it was known to a read-only server alone");
            if (state == State.ENDED) {
                return;
            }
        }
        state = State.CONNECTED;
        stateDeadlineNanos = NEVER;
        failedAttempts = 0;
        heartbeats.heard();
        line.opened();
        step.put(agreement.accepted(response));
        // What a new connection needs to know, and those who waited for it.
        identities.sendAll();
        watches.restore();
        heartbeats.confirmIfHeld();
        line.sendWaiting();
    }

    private boolean hasConnection() {
        return state == State.CONNECTING || state == State.HANDSHAKING || state == State.CONNECTED;
    }

    /** We end the connection. */
    private void drop(String reason) {
        step.put(new Output.Disconnect(line.connection(), reason));
        connectionGone(reason);
    }

    private void connectionGone(String reason) {
        boolean wasConnected = state == State.CONNECTED;
        state = State.WAITING;
        if (wasConnected) {
            step.put(new Output.Suspended(agreement.sessionId(), reason));
            line.failSent(Failure.CONNECTION_LOST);
        } else {
            failedAttempts++;
        }
        heartbeats.connectionGone();
        identities.connectionGone();
        if (closing) {
            end(Failure.CLOSED, reason);
            return;
        }
        stateDeadlineNanos = step.nowNanos() + pauseNanos();
    }

    /** Some chance before every attempt, more after each time that all servers were tried in vain. */
    private long pauseNanos() {
        long unit = Math.max(1, Math.min(MAX_PAUSE_NANOS, agreement.timeoutNanos() / 30));
        int rounds = failedAttempts / settings.serverCount();
        boolean allTried = rounds > 0 && failedAttempts % settings.serverCount() == 0;
        return jitter.next(unit) + (allTried ? unit * Math.min(rounds, 3) : 0);
    }

    // ---- the end of a session

    private void giveUpSession() {
        if (state == State.HANDSHAKING) {
            drop("the session is given up");
        }
        if (state != State.ENDED) {
            expire("no contact for 4/3 of its timeout");
        }
    }

    /** Also for a read-only session that nobody else knows. */
    private void expire(String reason) {
        step.put(new Output.Expired(agreement.sessionId(), reason));
        agreement.forget();
        watches.sessionOver();
        line.failWaiting(Failure.SESSION_EXPIRED);
        if (!settings.renew()) {
            end(Failure.SESSION_EXPIRED, reason);
        }
    }

    private void end(Failure why, String reason) {
        if (hasConnection()) {
            step.put(new Output.Disconnect(line.connection(), reason));
        }
        state = State.ENDED;
        endedBy = why;
        stateDeadlineNanos = NEVER;
        callDeadlineNanos = NEVER;
        line.failSent(why);
        line.failWaiting(why);
        identities.failAll(why);
        watches.endAll();
        step.put(new Output.Ended(why));
    }

    // ---- time

    private void tickConnected() {
        if (closing && step.nowNanos() >= stateDeadlineNanos) {
            end(Failure.CLOSED, "the server did not say goodbye in time");
        } else if (step.nowNanos() >= heartbeats.silentNanos()) {
            drop("nothing was heard for 2/3 of the session timeout");
        } else if (!closing && step.nowNanos() >= heartbeats.nextNanos()) {
            heartbeats.beat();
        }
    }

    /** Looks at all calls, which are limited in number, when the earliest deadline may have come. */
    private void failCallsOutOfTime() {
        if (step.nowNanos() >= callDeadlineNanos) {
            long earliest = line.failSentOutOfTime();
            earliest = Math.min(earliest, identities.failOutOfTime());
            callDeadlineNanos = Math.min(earliest, line.failWaitingOutOfTime());
        }
    }

    // ---- receiving

    private void received(JuteReader in) {
        heartbeats.heard();
        ReplyHeader header = ReplyHeader.read(in);
        switch (header.xid()) {
            case Xids.NOTIFICATION -> notified(header, WatcherEvent.read(in));
            case Xids.PING -> pinged(header);
            case Xids.AUTH -> authAnswered(header);
            case Xids.SET_WATCHES -> restored(header);
            default -> answered(header, in);
        }
    }

    private void notified(ReplyHeader header, WatcherEvent event) {
        agreement.sawZxid(header.zxid());
        watches.notified(event, header.zxid());
    }

    private void pinged(ReplyHeader header) {
        agreement.sawZxid(header.zxid());
        if (!heartbeats.answered(header.err())) {
            drop("an answer to a ping that was not sent");
        }
    }

    private void restored(ReplyHeader header) {
        agreement.sawZxid(header.zxid());
        if (!watches.restored(header.err())) {
            drop("the server did not set watches again: " + ErrorCode.of(header.err()));
        }
    }

    private void authAnswered(ReplyHeader header) {
        if (!identities.isAnswerDue()) {
            drop("an answer to an authentication that was not sent");
            return;
        }
        Request.Auth refused = identities.answered(header.err());
        if (refused != null) {
            end(Failure.AUTH_FAILED, "the server refused an identity of scheme " + refused.scheme());
        }
    }

    private void answered(ReplyHeader header, JuteReader in) {
        Call call = line.next();
        if (call == null || call.xid != header.xid()) {
            drop("an answer to request " + header.xid() + " while that to " + (call == null ? "none" : call.xid)
                    + " was due");
            return;
        }
        // Decoded before the call leaves the line: if that fails, the call fails with the connection.
        Response body = header.err() == 0 ? Response.read(call.request().op(), in) : Response.EMPTY;
        line.removeNext();
        agreement.sawZxid(header.zxid());
        if (header.err() == 0 && confirms(call.request(), body)) {
            agreement.validity().confirmed(call.sentAtNanos);
        }
        watches.register(call, header.err(), takesRequests());
        if (!Line.isInternal(call)) {
            line.answered(call, header.err(), body);
        } else if (call.request() instanceof Request.CloseSession) {
            end(Failure.CLOSED, "closed");
        }
        if (header.err() == ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH.code() && state == State.CONNECTED) {
            end(Failure.AUTH_FAILED, "the server asks for an authentication that the client does not offer");
        }
    }

    /** Whether a request's success means that a quorum, or at least the leader, knew the session after it was sent. */
    private static boolean confirms(Request request, Response body) {
        return switch (request.op()) {
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL, DELETE, SET_DATA, SET_ACL, SYNC, RECONFIG -> true;
            case MULTI ->
                body instanceof Response.MultiResults multi
                        && multi.results().stream().noneMatch(result -> result.op() == OpCode.ERROR);
            default -> false;
        };
    }
}
