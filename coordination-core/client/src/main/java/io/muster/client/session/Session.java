package io.muster.client.session;

import io.muster.client.session.WatchRegistry.Kind;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.Extensions;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatchKind;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 */
public final class Session {
    /** No time: nothing to wait for. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long NANOS_PER_MS = 1_000_000;
    private static final long MAX_PING_INTERVAL_NANOS = 10_000 * NANOS_PER_MS;
    private static final long MAX_PAUSE_NANOS = 1_000 * NANOS_PER_MS;

    private enum State {
        IDLE,
        WAITING,
        CONNECTING,
        HANDSHAKING,
        CONNECTED,
        ENDED
    }

    /** An identity, and the call that wants to know whether it was accepted. */
    private static final class Identity {
        final Request.Auth auth;

        @Nullable
        Call call;

        Identity(Request.Auth auth, @Nullable Call call) {
            this.auth = auth;
            this.call = call;
        }
    }

    private final SessionSettings settings;
    private final Jitter jitter;
    private final Input.Handler inputs = new Inputs();
    private final WatchRegistry watches = new WatchRegistry();
    private final Validity validity = new Validity();
    private final List<Identity> identities = new ArrayList<>();

    /** Sent and not answered, in the order of their xids; those that are done wait for their answer to be skipped. */
    private final ArrayDeque<Call> wire = new ArrayDeque<>();
    /** Not sent. Invariant: empty while CONNECTED. */
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    /** When the pings without an answer were sent. */
    private final ArrayDeque<Long> pings = new ArrayDeque<>();
    /** Identities whose answer is outstanding on this connection. */
    private final ArrayDeque<Identity> authsSent = new ArrayDeque<>();

    private State state = State.IDLE;
    private Failure endedBy = Failure.CLOSED;
    private int connection;
    private int serverIndex = -1;
    private int failedAttempts;
    private int lastXid;

    /** 0 for none. */
    private long sessionId;

    private byte[] password = new byte[ConnectRequest.PASSWORD_BYTES];
    private int timeoutMs;
    private long lastZxid;
    private int features;
    private boolean readOnly;
    /** A session that only read-only servers know cannot go on elsewhere. */
    private boolean knownToQuorum;

    /** Requests of this connection that set watches again and have no answer yet. */
    private int restoresOutstanding;
    /** What they are relative to. Answers in between must not move it: a part of the watches may have to be set once more. */
    private long restoreZxid;

    private int holds;
    private boolean closing;
    private long finishedCalls;

    /** When the state is left unless something happens: the next attempt, the end of this one, the end of closing. */
    private long stateDeadlineNanos = NEVER;
    /** A lower bound: the earliest deadline among all calls, or earlier. */
    private long callDeadlineNanos = NEVER;

    private long handshakeSentNanos;
    private long lastHeardNanos;
    private long lastSentNanos;
    private long lastConfirmationSentNanos;

    // The step that is under way.
    private long now;
    private List<Output> out = List.of();

    public Session(SessionSettings settings, Jitter jitter) {
        this.settings = settings;
        this.jitter = jitter;
        this.timeoutMs = settings.timeoutMs();
        settings.auths().forEach(auth -> identities.add(new Identity(auth, null)));
    }

    /**
     * Something happened.
     *
     * @param nowNanos monotonic, not negative
     * @param outputs gets what is to be done, at its end
     */
    public void step(Input input, long nowNanos, List<Output> outputs) {
        now = nowNanos;
        out = outputs;
        input.accept(inputs);
    }

    /** When a {@link Input.Tick} is due; {@link #NEVER} when none is. */
    public long nextTickNanos() {
        long next = Math.min(stateDeadlineNanos, callDeadlineNanos);
        if (state == State.CONNECTED) {
            next = Math.min(next, lastHeardNanos + readTimeoutNanos());
            if (!closing) {
                next = Math.min(next, nextPingNanos());
            }
        } else if (state != State.ENDED && sessionId != 0) {
            next = Math.min(next, expiryNanos());
        }
        return next;
    }

    /** How many calls were taken off the books so far: answered or failed, and no answer to come any more. */
    public long finishedCalls() {
        return finishedCalls;
    }

    /** Until when the session cannot have expired; see {@link Validity}. Means nothing without a session. */
    public long validUntilNanos() {
        return validity.deadlineNanos();
    }

    /** Whether the server that we are, or were last, connected to confirms pings. */
    public boolean confirmsPings() {
        return (features & Extensions.CONFIRMED_PINGS) != 0;
    }

    public boolean isConnected() {
        return state == State.CONNECTED;
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
            if (input.connection() == connection && state == State.CONNECTING) {
                handshake();
            }
        }

        @Override
        public void frame(Input.Frame input) {
            if (input.connection() != connection) {
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
            if (input.connection() == connection && hasConnection()) {
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
            if (sessionId != 0 && now >= expiryNanos()) {
                giveUpSession();
            }
            if (state != State.ENDED && now >= stateDeadlineNanos) {
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
                finish(call, state == State.ENDED ? endedBy : Failure.CLOSED, false);
            } else if (now >= call.deadlineNanos()) {
                finish(call, Failure.TIMED_OUT, false);
            } else {
                callDeadlineNanos = Math.min(callDeadlineNanos, call.deadlineNanos());
                if (call.request() instanceof Request.Auth auth) {
                    addIdentity(auth, call);
                } else if (state == State.CONNECTED) {
                    send(call);
                } else {
                    waiting.add(call);
                }
            }
        }

        @Override
        public void unwatch(Input.Unwatch input) {
            String path = input.path();
            forgetPending(wire, path, input.owner());
            forgetPending(waiting, path, input.owner());
            boolean data = watches.removeOwner(Kind.DATA, path, input.owner());
            boolean exist = watches.removeOwner(Kind.EXIST, path, input.owner());
            if ((data || exist) && !watches.has(Kind.DATA, path) && !watches.has(Kind.EXIST, path)) {
                removeFromServer(path, WatchKind.DATA);
            }
            if (watches.removeOwner(Kind.CHILD, path, input.owner()) && !watches.has(Kind.CHILD, path)) {
                removeFromServer(path, WatchKind.CHILDREN);
            }
        }

        @Override
        public void closeWatch(Input.CloseWatch input) {
            Kind kind = Kind.of(input.mode());
            if (watches.remove(kind, input.path(), input.sink())) {
                removeUnusedPersistent(input.path(), input.mode());
            }
        }

        @Override
        public void hold(Input.Hold input) {
            holds += input.begin() ? 1 : -1;
            if (holds < 0) {
                throw new IllegalStateException("more heartbeats were let go than held");
            }
            if (input.begin() && state == State.CONNECTED && !closing) {
                // Many who come at the same time need one only.
                boolean fresh = holds > 1 && now - lastConfirmationSentNanos < confirmationIntervalNanos() / 8;
                if (!fresh) {
                    sendConfirmation();
                }
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
            sendInternal(new Request.CloseSession());
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
        connection++;
        state = State.CONNECTING;
        long timeoutNanos = Math.min(settings.connectTimeoutNanos(), timeoutMs * NANOS_PER_MS / settings.serverCount());
        stateDeadlineNanos = now + timeoutNanos;
        out.add(new Output.Connect(connection, serverIndex, timeoutNanos));
    }

    private void handshake() {
        state = State.HANDSHAKING;
        handshakeSentNanos = now;
        JuteWriter frame = new JuteWriter();
        frame.writeInt(0);
        new ConnectRequest(
                        Extensions.encode(Extensions.CONFIRMED_PINGS),
                        lastZxid,
                        settings.timeoutMs(),
                        knownToQuorum ? sessionId : 0,
                        knownToQuorum ? password : new byte[ConnectRequest.PASSWORD_BYTES],
                        settings.canBeReadOnly())
                .write(frame);
        frame.setInt(0, frame.size() - Integer.BYTES);
        out.add(new Output.Send(connection, 0, null, frame.toByteArray()));
    }

    private void handshakeAnswered(ConnectResponse response) {
        if (!response.isAccepted()) {
            if (knownToQuorum) {
                expire("the server says that it has expired");
            }
            if (state != State.ENDED) {
                drop("the server does not know the session");
            }
            return;
        }
        if (sessionId != 0 && response.sessionId() != sessionId) {
            expire("it was known to a read-only server alone");
            if (state == State.ENDED) {
                return;
            }
        }
        boolean isNew = sessionId == 0;
        state = State.CONNECTED;
        stateDeadlineNanos = NEVER;
        failedAttempts = 0;
        lastHeardNanos = now;
        lastSentNanos = now;
        sessionId = response.sessionId();
        password = response.password();
        timeoutMs = response.timeoutMs();
        readOnly = Boolean.TRUE.equals(response.readOnly());
        knownToQuorum |= !readOnly;
        features = Extensions.decode(response.protocolVersion());
        if (isNew) {
            validity.opened(timeoutMs, handshakeSentNanos, confirmsPings());
            out.add(new Output.Opened(sessionId, timeoutMs, readOnly));
        } else {
            validity.attached(timeoutMs, handshakeSentNanos, confirmsPings());
            out.add(new Output.Attached(sessionId, timeoutMs, readOnly));
        }
        restore();
    }

    /** What a new connection needs to know, and those who waited for it. */
    private void restore() {
        identities.forEach(this::sendIdentity);
        if (restoresOutstanding == 0) {
            restoreZxid = lastZxid;
        }
        List<Request.SetWatches> restores = watches.restore(restoreZxid);
        restoresOutstanding = restores.size();
        restores.forEach(request -> sendFrame(Xids.SET_WATCHES, request, Call.encode(request)));
        watches.forEachPersistent(sink -> out.add(new Output.Resync(sink)));
        if (holds > 0) {
            sendConfirmation();
        }
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            send(call);
        }
    }

    private boolean hasConnection() {
        return state == State.CONNECTING || state == State.HANDSHAKING || state == State.CONNECTED;
    }

    /** We end the connection. */
    private void drop(String reason) {
        out.add(new Output.Disconnect(connection, reason));
        connectionGone(reason);
    }

    private void connectionGone(String reason) {
        boolean wasConnected = state == State.CONNECTED;
        state = State.WAITING;
        if (wasConnected) {
            out.add(new Output.Suspended(sessionId, reason));
            failSent(Failure.CONNECTION_LOST);
        } else {
            failedAttempts++;
        }
        pings.clear();
        authsSent.clear();
        if (closing) {
            end(Failure.CLOSED, reason);
            return;
        }
        stateDeadlineNanos = now + pauseNanos();
    }

    /** Some chance before every attempt, more after each time that all servers were tried in vain. */
    private long pauseNanos() {
        long unit = Math.max(1, Math.min(MAX_PAUSE_NANOS, timeoutMs * NANOS_PER_MS / 30));
        int rounds = failedAttempts / settings.serverCount();
        boolean allTried = rounds > 0 && failedAttempts % settings.serverCount() == 0;
        return jitter.next(unit) + (allTried ? unit * Math.min(rounds, 3) : 0);
    }

    // ---- the end of a session

    private long expiryNanos() {
        return lastHeardNanos + timeoutMs * NANOS_PER_MS * 4 / 3;
    }

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
        long expiredId = sessionId;
        sessionId = 0;
        password = new byte[ConnectRequest.PASSWORD_BYTES];
        timeoutMs = settings.timeoutMs();
        knownToQuorum = false;
        features = 0;
        // A new session has seen nothing: else an ensemble that was set up anew could never take this client back.
        lastZxid = 0;
        restoresOutstanding = 0;
        out.add(new Output.Expired(expiredId, reason));
        watches.takeOneShots(sink -> out.add(new Output.WatchEnded(sink)));
        failWaiting(Failure.SESSION_EXPIRED);
        if (!settings.renew()) {
            end(Failure.SESSION_EXPIRED, reason);
        }
    }

    private void end(Failure why, String reason) {
        if (hasConnection()) {
            out.add(new Output.Disconnect(connection, reason));
        }
        state = State.ENDED;
        endedBy = why;
        stateDeadlineNanos = NEVER;
        callDeadlineNanos = NEVER;
        failSent(why);
        failWaiting(why);
        for (Identity identity : identities) {
            Call call = identity.call;
            if (call != null) {
                identity.call = null;
                finish(call, why, false);
            }
        }
        watches.takeOneShots(sink -> out.add(new Output.WatchEnded(sink)));
        watches.takePersistent(sink -> out.add(new Output.WatchEnded(sink)));
        out.add(new Output.Ended(why));
    }

    // ---- sending

    private void send(Call call) {
        lastXid = lastXid == Integer.MAX_VALUE ? 1 : lastXid + 1;
        wire.add(call);
        sendFrame(lastXid, call.request(), call.takeFrame(lastXid, now));
    }

    /** A request of the session's own. It has a place among the others, and its answer is looked at here only. */
    private void sendInternal(Request request) {
        send(new InternalCall(request));
    }

    private void sendFrame(int xid, Request request, byte[] frame) {
        Call.putXid(frame, xid);
        lastSentNanos = now;
        validity.sent(now);
        out.add(new Output.Send(connection, xid, request, frame));
    }

    private void addIdentity(Request.Auth auth, Call call) {
        Identity identity = new Identity(auth, call);
        // An older equal one goes: it need not be sent twice. If somebody waits for it still, it stays.
        identities.removeIf(each -> each.call == null
                && each.auth.scheme().equals(auth.scheme())
                && Arrays.equals(each.auth.auth(), auth.auth()));
        identities.add(identity);
        if (state == State.CONNECTED) {
            sendIdentity(identity);
        }
    }

    private void sendIdentity(Identity identity) {
        authsSent.add(identity);
        sendFrame(Xids.AUTH, identity.auth, Call.encode(identity.auth));
    }

    private void ping() {
        Request.Ping ping = new Request.Ping();
        pings.add(now);
        sendFrame(Xids.PING, ping, Call.encode(ping));
    }

    /** Asks for what moves the deadline. */
    private void sendConfirmation() {
        lastConfirmationSentNanos = now;
        if (confirmsPings() || readOnly) {
            ping();
        } else {
            sendInternal(new Request.Sync("/"));
        }
    }

    private static final class InternalCall extends Call {
        InternalCall(Request request) {
            super(request, encode(request), NEVER, null);
            // Nobody is told.
            done = true;
        }
    }

    // ---- time

    private long readTimeoutNanos() {
        return timeoutMs * NANOS_PER_MS * 2 / 3;
    }

    private long pingIntervalNanos() {
        return Math.min(readTimeoutNanos() / 2, MAX_PING_INTERVAL_NANOS);
    }

    /** Twice as often where a confirmation is one for what went before only. */
    private long confirmationIntervalNanos() {
        return confirmsPings() ? pingIntervalNanos() : pingIntervalNanos() / 2;
    }

    private long nextPingNanos() {
        long idle = lastSentNanos + pingIntervalNanos();
        return holds > 0 ? Math.min(idle, lastConfirmationSentNanos + confirmationIntervalNanos()) : idle;
    }

    private void tickConnected() {
        if (closing && now >= stateDeadlineNanos) {
            end(Failure.CLOSED, "the server did not say goodbye in time");
        } else if (now - lastHeardNanos >= readTimeoutNanos()) {
            drop("nothing was heard for 2/3 of the session timeout");
        } else if (!closing && now >= nextPingNanos()) {
            if (holds > 0) {
                sendConfirmation();
            } else {
                ping();
            }
        }
    }

    /** Looks at all calls, which are limited in number, when the earliest deadline may have come. */
    private void failCallsOutOfTime() {
        if (now < callDeadlineNanos) {
            return;
        }
        long earliest = NEVER;
        for (Call call : wire) {
            if (!call.done && now >= call.deadlineNanos()) {
                fail(call, Failure.TIMED_OUT, call.isWrite());
            }
            if (!call.done) {
                earliest = Math.min(earliest, call.deadlineNanos());
            }
        }
        for (Identity identity : identities) {
            Call call = identity.call;
            if (call != null && now >= call.deadlineNanos()) {
                identity.call = null;
                finish(call, Failure.TIMED_OUT, true);
            } else if (call != null) {
                earliest = Math.min(earliest, call.deadlineNanos());
            }
        }
        for (Call call : waiting) {
            if (now >= call.deadlineNanos()) {
                finish(call, Failure.TIMED_OUT, false);
            } else {
                earliest = Math.min(earliest, call.deadlineNanos());
            }
        }
        waiting.removeIf(call -> call.done);
        callDeadlineNanos = earliest;
    }

    // ---- receiving

    private void received(JuteReader in) {
        lastHeardNanos = now;
        ReplyHeader header = ReplyHeader.read(in);
        switch (header.xid()) {
            case Xids.NOTIFICATION -> notified(header, WatcherEvent.read(in));
            case Xids.PING -> pinged(header);
            case Xids.AUTH -> authAnswered(header);
            case Xids.SET_WATCHES -> restored(header);
            default -> answered(header, in);
        }
    }

    private void sawZxid(long zxid) {
        // 0 and -1 stand for none.
        lastZxid = Math.max(lastZxid, zxid);
    }

    private void notified(ReplyHeader header, WatcherEvent event) {
        sawZxid(header.zxid());
        EventType type = EventType.of(event.type());
        if (type != null) {
            watches.trigger(
                    type, event.path(), sink -> out.add(new Output.Event(sink, type, event.path(), header.zxid())));
        }
    }

    private void pinged(ReplyHeader header) {
        sawZxid(header.zxid());
        Long sentAtNanos = pings.poll();
        if (sentAtNanos == null) {
            drop("an answer to a ping that was not sent");
        } else if (header.err() == 0 && confirmsPings()) {
            validity.confirmed(sentAtNanos);
        }
    }

    private void restored(ReplyHeader header) {
        sawZxid(header.zxid());
        restoresOutstanding--;
        if (header.err() != 0 || restoresOutstanding < 0) {
            restoresOutstanding = Math.max(restoresOutstanding, 0);
            drop("the server did not set watches again: " + ErrorCode.of(header.err()));
        }
    }

    private void authAnswered(ReplyHeader header) {
        Identity identity = authsSent.poll();
        if (identity == null) {
            drop("an answer to an authentication that was not sent");
            return;
        }
        Call call = identity.call;
        identity.call = null;
        if (header.err() == 0) {
            if (call != null) {
                finishedCalls++;
                answer(call, 0, Response.EMPTY);
            }
            return;
        }
        if (call != null) {
            finish(call, Failure.AUTH_FAILED, false);
        }
        end(Failure.AUTH_FAILED, "the server refused an identity of scheme " + identity.auth.scheme());
    }

    private void answered(ReplyHeader header, JuteReader in) {
        Call call = wire.peek();
        if (call == null || call.xid != header.xid()) {
            drop("an answer to request " + header.xid() + " while that to " + (call == null ? "none" : call.xid)
                    + " was due");
            return;
        }
        // Decoded before the call leaves the line: if that fails, the call fails with the connection.
        Response body = header.err() == 0 ? Response.read(call.request().op(), in) : Response.EMPTY;
        wire.remove();
        sawZxid(header.zxid());
        if (header.err() == 0 && confirms(call.request(), body)) {
            validity.confirmed(call.sentAtNanos);
        }
        register(call, header.err());
        if (call instanceof InternalCall) {
            if (call.request() instanceof Request.CloseSession) {
                end(Failure.CLOSED, "closed");
            }
        } else {
            finishedCalls++;
            if (!call.done) {
                answer(call, header.err(), body);
            }
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

    private void answer(Call call, int err, Response body) {
        call.done = true;
        out.add(new Output.Answered(call, err, body));
    }

    /** The caller is told, unless he was before. */
    private void fail(Call call, Failure failure, boolean unknown) {
        if (!call.done) {
            call.done = true;
            out.add(new Output.Failed(call, failure, unknown));
        }
    }

    /** The same for a call that no answer can come to any more. */
    private void finish(Call call, Failure failure, boolean unknown) {
        finishedCalls++;
        fail(call, failure, unknown);
    }

    private void failSent(Failure failure) {
        for (Call call = wire.poll(); call != null; call = wire.poll()) {
            if (!(call instanceof InternalCall)) {
                finish(call, failure, call.isWrite());
            }
        }
    }

    private void failWaiting(Failure failure) {
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            finish(call, failure, false);
        }
    }

    // ---- watches

    /** A read that asked for a watch, or the request for a persistent one, was answered. */
    private void register(Call call, int err) {
        if (call.request() instanceof Request.AddWatch add) {
            AddWatchMode mode = AddWatchMode.of(add.mode());
            if (err == 0 && mode != null) {
                WatchSink sink = call.watch;
                if (sink != null && !call.done) {
                    watches.add(Kind.of(mode), add.path(), sink);
                } else {
                    removeUnusedPersistent(add.path(), mode);
                }
            }
            return;
        }
        WatchSink sink = call.watch;
        if (sink == null || call.done) {
            return;
        }
        if (call.request() instanceof Request.Exists exists) {
            if (err == 0) {
                watches.add(Kind.DATA, exists.path(), sink);
            } else if (err == ErrorCode.NO_NODE.code()) {
                watches.add(Kind.EXIST, exists.path(), sink);
            }
        } else if (err == 0 && call.request() instanceof Request.GetData get) {
            watches.add(Kind.DATA, get.path(), sink);
        } else if (err == 0 && call.request() instanceof Request.GetChildren2 children) {
            watches.add(Kind.CHILD, children.path(), sink);
        }
    }

    /** Takes the server's persistent watch away, unless somebody here shares it or has asked for it behind us. */
    private void removeUnusedPersistent(String path, AddWatchMode mode) {
        if (!watches.has(Kind.of(mode), path)) {
            removeFromServer(
                    path, mode == AddWatchMode.PERSISTENT ? WatchKind.PERSISTENT : WatchKind.PERSISTENT_RECURSIVE);
        }
    }

    private void removeFromServer(String path, WatchKind kind) {
        if (state != State.CONNECTED || closing) {
            return;
        }
        for (Call call : wire) {
            // The answer to this one will rely on the watch that would be removed.
            if (sets(call.request(), path, kind)) {
                return;
            }
        }
        sendInternal(new Request.RemoveWatches(path, kind.code()));
    }

    private static boolean sets(Request request, String path, WatchKind kind) {
        return switch (kind) {
            case DATA ->
                request instanceof Request.Exists exists
                                && exists.watch()
                                && exists.path().equals(path)
                        || request instanceof Request.GetData get
                                && get.watch()
                                && get.path().equals(path);
            case CHILDREN ->
                request instanceof Request.GetChildren2 children
                        && children.watch()
                        && children.path().equals(path);
            case PERSISTENT -> isAddWatch(request, path, AddWatchMode.PERSISTENT);
            case PERSISTENT_RECURSIVE -> isAddWatch(request, path, AddWatchMode.PERSISTENT_RECURSIVE);
            case ANY -> throw new IllegalArgumentException("ANY");
        };
    }

    private static boolean isAddWatch(Request request, String path, AddWatchMode mode) {
        return request instanceof Request.AddWatch add
                && add.mode() == mode.code()
                && add.path().equals(path);
    }

    /** Answers to come register nothing for this owner. */
    private static void forgetPending(Iterable<Call> calls, String path, Object owner) {
        for (Call call : calls) {
            WatchSink sink = call.watch;
            if (sink != null
                    && sink.owner() == owner
                    && watchedPath(call.request()).equals(path)) {
                call.watch = null;
            }
        }
    }

    private static String watchedPath(Request request) {
        if (request instanceof Request.Exists exists) {
            return exists.path();
        }
        if (request instanceof Request.GetData get) {
            return get.path();
        }
        if (request instanceof Request.GetChildren2 children) {
            return children.path();
        }
        return "";
    }
}
