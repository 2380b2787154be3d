package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.session.SessionPasswords;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A replica whose world is a test: time stands until {@link #after} moves it, nothing is on the disk until {@link #persist}
 * says so, and what each connection hears is told in lines of text, once.
 */
final class ScriptedReplica implements Outputs {
    static final int TICK_MS = 100;
    static final int TIMEOUT_MS = 1_000;

    final Replica replica;
    final List<Transaction> log = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final List<State> published = new ArrayList<>();
    long nowMs = 10_000;

    private final AccessControl access;
    private final Map<Long, List<Supplier<String>>> heard = new HashMap<>();
    private final Map<Long, Integer> xids = new HashMap<>();
    private final Map<Long, Response> bodies = new HashMap<>();
    private final Map<Long, Long> sessions = new HashMap<>();
    private final Map<Long, byte[]> passwords = new HashMap<>();
    private final Map<Long, ErrorCode> errors = new HashMap<>();
    private final Map<Long, Long> zxids = new HashMap<>();
    private long lastConnection;

    ScriptedReplica() {
        this(State.initial(1, true));
    }

    ScriptedReplica(State recovered) {
        this(recovered, setup -> {});
    }

    /** @param changes what differs from the standard settings */
    ScriptedReplica(State recovered, Consumer<Setup> changes) {
        Setup setup = new Setup();
        changes.accept(setup);
        access = AccessControl.of(setup.access);
        replica = new Replica(setup.settings(access), recovered, new Clocks(nowMs, 1_000_000 + nowMs), this);
    }

    /** Settings that a test may change. */
    static final class Setup {
        AccessSettings access = AccessSettings.DEFAULT;
        Limits limits = Limits.NONE;
        Reaping reaping = Reaping.DEFAULT;
        boolean enforceQuota;
        boolean reconfigEnabled;
        int maxMultiOps = 100_000;

        @Nullable
        SessionSecret newSecret;

        private ReplicaSettings settings(AccessControl control) {
            return ReplicaSettings.builder()
                    .tickTimeMs(TICK_MS)
                    .sessionTimeoutsMs(200, 5_000)
                    .access(control)
                    .limits(limits)
                    .reaping(reaping)
                    .enforceQuota(enforceQuota)
                    .reconfigEnabled(reconfigEnabled)
                    .maxMultiOps(maxMultiOps)
                    .newSecret(newSecret)
                    .build();
        }
    }

    // what the test does

    void step(Input input) {
        replica.step(input, this);
    }

    /** Ends the batch; nothing is on the disk yet. */
    void endBatch() {
        replica.endBatch(this);
    }

    /** All that was appended is on the disk. */
    void persist() {
        if (!log.isEmpty()) {
            step(new Input.Persisted(log.get(log.size() - 1).zxid()));
        }
    }

    /** Time passes, in one leap. */
    void after(long ms) {
        nowMs += ms;
        step(new Input.Tick(nowMs, 1_000_000 + nowMs));
    }

    /** A connection without a session. */
    long open() {
        long connection = ++lastConnection;
        step(new Input.ConnectionOpened(connection, "10.0.0." + connection));
        return connection;
    }

    /** A connection with a session of {@link #TIMEOUT_MS}, which is on the disk. */
    long client() {
        long connection = open();
        connect(connection, TIMEOUT_MS, 0, new byte[16], 0);
        flush();
        hear(connection);
        return connection;
    }

    void connect(long connection, int timeoutMs, long sessionId, byte[] password, long lastZxidSeen) {
        step(new Input.Connect(connection, new ConnectRequest(0, lastZxidSeen, timeoutMs, sessionId, password, false)));
    }

    /** Asks for a session that was there before. */
    void renew(long connection, long sessionId) {
        connect(connection, TIMEOUT_MS, sessionId, SessionPasswords.zooKeepers(sessionId), 0);
    }

    /** A request in the present batch; its xid is the count of the connection's requests. */
    void send(long connection, Request request) {
        int xid = xids.merge(connection, 1, Integer::sum);
        step(new Input.Arrived(connection, new RequestHeader(xid, request.op().code()), request));
    }

    void flush() {
        endBatch();
        persist();
    }

    /** A request in a batch of its own, up to its reply: the reply's body. */
    Response ask(long connection, Request request) {
        bodies.remove(connection);
        errors.remove(connection);
        send(connection, request);
        flush();
        hear(connection);
        Response body = bodies.get(connection);
        if (body == null) {
            throw new AssertionError("no reply to " + request);
        }
        return body;
    }

    /** A request in a batch of its own: the reply's error. */
    ErrorCode error(long connection, Request request) {
        ask(connection, request);
        return errors.get(connection);
    }

    void create(long connection, String... paths) {
        for (String path : paths) {
            ask(connection, Ask.create(path));
        }
    }

    /** What was put out for the connection since this was last asked. */
    List<String> hear(long connection) {
        List<String> lines = heard.getOrDefault(connection, List.of()).stream()
                .map(Supplier::get)
                .toList();
        heard.remove(connection);
        return lines;
    }

    /** The connection's session, from the last answer to its handshake. */
    long session(long connection) {
        return sessions.get(connection);
    }

    /** The password of the connection's session. */
    byte[] password(long connection) {
        return passwords.get(connection);
    }

    /** The zxid in the last reply's header. */
    long zxid(long connection) {
        return zxids.get(connection);
    }

    long lastZxid() {
        return log.isEmpty() ? 0 : log.get(log.size() - 1).zxid();
    }

    // what the replica does

    private void told(long connection, Supplier<String> line) {
        heard.computeIfAbsent(connection, key -> new ArrayList<>()).add(line);
    }

    @Override
    public void append(Transaction transaction) {
        log.add(transaction);
    }

    @Override
    public void accept(long connection, long sessionId, ConnectResponse response) {
        sessions.put(connection, sessionId);
        passwords.put(connection, response.password());
        told(connection, () -> "accepted for " + response.timeoutMs() + " ms");
    }

    @Override
    public void reject(long connection, ConnectResponse response) {
        told(connection, () -> "rejected: timeout " + response.timeoutMs() + ", session " + response.sessionId());
    }

    @Override
    public void reply(long connection, ReplyHeader header, Response body) {
        ErrorCode error = ErrorCode.of(header.err());
        bodies.put(connection, body);
        errors.put(connection, error);
        zxids.put(connection, header.zxid());
        told(connection, () -> header.xid() + " " + (error == ErrorCode.OK ? text(body) : error));
    }

    private Answer answer(long connection, State state, Request read, List<Id> ids) {
        return read instanceof Request.GetEphemerals own
                ? Reads.ephemerals(state, sessions.get(connection), own)
                : Reads.answer(state, read, ids, access);
    }

    /** Reads when the test looks: the state must not have changed by then. */
    @Override
    public void replyFrom(State state, long zxid, long connection, int xid, Request read, List<Id> ids) {
        Answer now = answer(connection, state, read, ids);
        bodies.put(connection, now.body());
        errors.put(connection, now.error());
        zxids.put(connection, zxid);
        told(connection, () -> {
            Answer answer = answer(connection, state, read, ids);
            return xid + " " + (answer.error() == ErrorCode.OK ? text(answer.body()) : answer.error());
        });
    }

    @Override
    public void notify(long connection, long zxid, WatcherEvent event) {
        told(connection, () -> "event@" + zxid + " " + EventType.of(event.type()) + " " + event.path());
    }

    @Override
    public void refused(long connection, Limit limit, long max) {
        told(connection, () -> "refused: " + limit + ", at most " + max);
    }

    @Override
    public void identities(long connection, List<Id> ids) {
        // only for reads outside of the replica
    }

    @Override
    public void close(long connection, String reason) {
        told(connection, () -> "closed: " + reason);
    }

    @Override
    public void warn(String topic, String message) {
        warnings.add(message);
    }

    @Override
    public PeerWire peers() {
        throw new IllegalStateException("this server is alone");
    }

    @Override
    public void suspend() {
        throw new IllegalStateException("this server is alone");
    }

    @Override
    public void publish(State state) {
        published.add(state);
    }

    private static String text(Response body) {
        if (body instanceof Response.Data data) {
            return "data " + new String(data.data(), StandardCharsets.UTF_8) + " v"
                    + data.stat().version();
        }
        if (body instanceof Response.Created created) {
            return "created " + created.path();
        }
        if (body instanceof Response.Created2 created) {
            return "created " + created.path() + " " + text(created.stat());
        }
        if (body instanceof Response.StatOnly stat) {
            return text(stat.stat());
        }
        if (body instanceof Response.Children children) {
            return "children " + children.children().stream().sorted().toList();
        }
        if (body instanceof Response.Children2 children) {
            return "children " + children.children().stream().sorted().toList() + " c"
                    + children.stat().cversion();
        }
        if (body instanceof Response.MultiResults multi) {
            return multi.results().stream().map(ScriptedReplica::text).toList().toString();
        }
        return body.equals(Response.EMPTY) ? "ok" : body.toString();
    }

    private static String text(Stat stat) {
        return "v" + stat.version();
    }

    static String text(Response.OpResult slot) {
        if (slot.op() == OpCode.ERROR) {
            return slot.err() == 0 ? "rolled back" : ErrorCode.of(slot.err()).toString();
        }
        return slot.op().name().toLowerCase(Locale.ROOT) + ": " + text(slot.body());
    }
}
