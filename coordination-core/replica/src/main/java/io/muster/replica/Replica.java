package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.Extensions;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.Pipeline.Effect;
import io.muster.replica.session.SessionIds;
import io.muster.replica.session.SessionPasswords;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.session.SessionTable;
import io.muster.replica.session.SessionTable.Session;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Caller;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.Prepared;
import io.muster.replica.state.Preparer;
import io.muster.replica.state.SecretZnode;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.TxnHeader;
import io.muster.replica.watch.Tally;
import io.muster.replica.watch.WatchTable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One server's whole logic, of a server that is alone: requests become transactions on the prepared state at once, and
 * their replies, events and watches wait in a {@link Pipeline} until the log has them. So everything that a client can see
 * was forced to the disk before.
 *
 * <p>Within one batch every request is looked at in its turn: a read sees all writes before it and none after it, of
 * whatever connection; a watch misses none and sees none too early.
 *
 * <p>Used by one thread. After a batch of {@link #step} calls, {@link #endBatch} is to be called once.
 */
public final class Replica {
    private static final int OFFERED = Extensions.CONFIRMED_PINGS;

    final ReplicaSettings settings;
    final StateEditor prepared;
    final Pipeline pipeline;
    final WatchTable watches;
    private final Preparer preparer;
    private final SessionTable sessions;
    private final SessionIds sessionIds;
    final WrongGuesses wrongGuesses;
    private final Reaper reaper;
    /** Of the present batch: topic to message. */
    private final Map<String, String> warnings = new LinkedHashMap<>();

    private final Map<Long, Connection> connections = new HashMap<>();
    /** A session's connection here, if it has one. */
    private final Map<Long, Connection> connectionOfSession = new HashMap<>();

    private final AddressUse.Table addresses = new AddressUse.Table();
    private final DigestHistory digests = new DigestHistory();
    private Clocks now;
    private boolean wroteInBatch;

    public Replica(ReplicaSettings settings, State recovered, Clocks now) {
        this.settings = settings;
        this.prepared = recovered.edit();
        this.pipeline = new Pipeline(recovered.zxid());
        this.preparer =
                new Preparer(prepared, settings.access(), settings.form(), settings.enforceQuota(), warnings::put);
        Limits limits = settings.limits();
        this.watches = new WatchTable(
                recovered.seed(), limits.watchesPerConnection(), limits.watchesPerAddress(), this::watchesOfAddress);
        this.sessions = new SessionTable(settings.tickTimeMs());
        this.wrongGuesses = new WrongGuesses(settings.access().settings().maxWrongPerMinute());
        this.reaper = new Reaper(settings.reaping(), now);
        this.now = now;
        this.sessionIds = new SessionIds(settings.serverId(), Math.max(now.wallMs(), recovered.latestTimeMs()));
        recovered.forEachSession((id, timeoutMs) -> {
            sessions.open(id, timeoutMs, now.monotonicMs());
            sessionIds.taken(id);
        });
    }

    /** Takes one input and puts out what follows from it at once. */
    public void step(Input input, Outputs out) {
        if (input instanceof Input.Arrived arrived) {
            arrived(arrived, out);
        } else if (input instanceof Input.Persisted persisted) {
            pipeline.persisted(persisted.zxid(), out);
        } else if (input instanceof Input.Tick tick) {
            now = new Clocks(tick.monotonicMs(), tick.wallMs());
        } else if (input instanceof Input.Touched touched) {
            touch(connections.get(touched.connection()));
        } else if (input instanceof Input.ConnectionOpened opened) {
            long number = opened.connection();
            String address = opened.remoteAddress();
            connections.put(number, new Connection(number, address, addresses.connectionOpened(address)));
        } else if (input instanceof Input.Connect connect) {
            Connection connection = connections.get(connect.connection());
            if (connection != null && !connection.closed) {
                connect(connection, connect.request(), out);
            }
        } else if (input instanceof Input.Refused refused) {
            refused(refused, out);
        } else if (input instanceof Input.ConnectionClosed closed) {
            closed(closed.connection());
        }
    }

    /**
     * To be called when all inputs that were there at once have been taken. Sessions expire now, and containers and znodes
     * with a time to live are deleted.
     */
    public void endBatch(Outputs out) {
        expireSessions(out);
        warnings.forEach(out::warn);
        warnings.clear();
        for (String path : reaper.due(prepared, now)) {
            write(preparer.deleteReaped(path, pipeline.nextZxid(), now.wallMs()), out);
        }
        if (wroteInBatch) {
            wroteInBatch = false;
            pipeline.endOfBatch(prepared.freeze(), out);
        }
    }

    Clocks now() {
        return now;
    }

    /** Connections that have not been closed. */
    public int connectionCount() {
        return connections.size();
    }

    /** Answers and events that wait until what was prepared before them is in the log, whether or not anybody listens. */
    public int waitingCount() {
        return pipeline.waitingCount();
    }

    public int watchCount() {
        return watches.count();
    }

    /** Watches of getData, exists and addWatch, by their sessions. */
    public void forEachDataWatch(SessionWatch visitor) {
        watches.forEachOfData((path, number) -> {
            Connection connection = connections.get(number);
            if (connection != null && connection.session != null) {
                visitor.watch(connection.session.id(), path);
            }
        });
    }

    /** A session's watch on a path. */
    public interface SessionWatch {
        void watch(long sessionId, String path);
    }

    /** Sessions by the time when they will expire, in milliseconds of the wall clock, soonest first. */
    public SortedMap<Long, List<Long>> sessionsByDeadline() {
        SortedMap<Long, List<Long>> byDeadline = new TreeMap<>();
        sessions.forEachDeadline((deadlineMs, id) -> byDeadline
                .computeIfAbsent(deadlineMs - now.monotonicMs() + now.wallMs(), key -> new ArrayList<>())
                .add(id));
        return byDeadline;
    }

    /** Digests at certain committed transactions, oldest first. */
    public void forEachDigest(DigestHistory.Visitor visitor) {
        digests.forEachUpTo(pipeline.committedZxid(), visitor);
    }

    /** Sessions that have not ended. */
    public int sessionCount() {
        return prepared.sessionCount();
    }

    /** After the inputs of the batch: a server that was paused hears what its clients sent meanwhile before it judges. */
    private void expireSessions(Outputs out) {
        for (Session expired : sessions.expire(now.monotonicMs())) {
            Connection connection = connectionOfSession.get(expired.id());
            endSession(expired, 0, out);
            if (connection != null) {
                close(connection, "the session expired", out);
            }
        }
    }

    private boolean touch(@Nullable Connection connection) {
        if (connection == null || connection.session == null || connection.session.isClosing()) {
            return false;
        }
        sessions.touch(connection.session, now.monotonicMs());
        return true;
    }

    private void connect(Connection connection, ConnectRequest request, Outputs out) {
        if (connection.session != null) {
            close(connection, "a second handshake", out);
            return;
        }
        if (request.lastZxidSeen() > pipeline.committedZxid()) {
            close(connection, "the client has seen a later transaction than this server", out);
            return;
        }
        int timeoutMs =
                Math.max(settings.minSessionTimeoutMs(), Math.min(settings.maxSessionTimeoutMs(), request.timeoutMs()));
        if (request.sessionId() == 0) {
            createSession(connection, request, timeoutMs, out);
        } else {
            renewSession(connection, request, timeoutMs, out);
        }
    }

    private void createSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        Limit limit = sessionLimit(connection);
        if (limit != null) {
            out.refused(connection.number, limit, settings.limits().of(limit));
            close(connection, "there are as many sessions as there may be", out);
            return;
        }
        SessionSecret secret = storedSecret();
        long id;
        if (settings.newSecret() == null) {
            id = sessionIds.nextOfZooKeepers(secret);
        } else {
            id = sessionIds.next(secret == null ? storeSecret(settings.newSecret(), out) : secret);
        }
        Session session = sessions.open(id, timeoutMs, now.monotonicMs());
        addresses.sessionOpened(id, connection);
        write(preparer.createSession(id, timeoutMs, pipeline.nextZxid(), now.wallMs()), out);
        attach(connection, session, request, out);
    }

    /** The limit that one more session would exceed, or null. */
    private @Nullable Limit sessionLimit(Connection connection) {
        int sum = settings.limits().sessions();
        if (sum > 0 && prepared.sessionCount() >= sum) {
            return Limit.SESSIONS;
        }
        int ofAddress = settings.limits().sessionsPerAddress();
        return ofAddress > 0 && connection.address.sessions() >= ofAddress ? Limit.SESSIONS_PER_ADDRESS : null;
    }

    private Tally watchesOfAddress(long number) {
        Connection connection = connections.get(number);
        return connection == null ? new Tally() : connection.address.watches;
    }

    /** For whoever keeps the log. */
    void noteRefusedWatch(Connection connection, Outputs out) {
        int ofConnection = settings.limits().watchesPerConnection();
        boolean isOfConnection = ofConnection > 0 && watches.count(connection.number) >= ofConnection;
        Limit limit = isOfConnection ? Limit.WATCHES_PER_CONNECTION : Limit.WATCHES_PER_ADDRESS;
        out.refused(connection.number, limit, settings.limits().of(limit));
    }

    private void renewSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        long id = request.sessionId();
        boolean fits = MessageDigest.isEqual(passwordOf(id), request.password());
        Connection other = connectionOfSession.get(id);
        if (other != null && fits) {
            close(other, "its session moved to another connection", out);
        }
        Session session = sessions.get(id);
        if (session == null || session.isClosing() || !fits) {
            byte[] none = new byte[ConnectRequest.PASSWORD_BYTES];
            connection.closed = true;
            ConnectResponse expired = new ConnectResponse(0, 0, 0, none, flag(request));
            pipeline.afterPrepared(
                    o -> {
                        connection.gone = true;
                        o.reject(connection.number, expired);
                    },
                    out);
            return;
        }
        sessions.open(id, timeoutMs, now.monotonicMs());
        attach(connection, session, request, out);
    }

    private void attach(Connection connection, Session session, ConnectRequest request, Outputs out) {
        connection.session = session;
        connectionOfSession.put(session.id(), connection);
        int agreed = Extensions.encode(Extensions.decode(request.protocolVersion()) & OFFERED);
        ConnectResponse response =
                new ConnectResponse(agreed, session.timeoutMs(), session.id(), passwordOf(session.id()), flag(request));
        pipeline.afterPrepared(
                o -> {
                    if (!connection.gone) {
                        o.identities(connection.number, connection.ids);
                        o.accept(connection.number, session.id(), response);
                    }
                },
                out);
    }

    /** A session keeps its password whatever the settings are now: its id says how that was made. */
    private byte[] passwordOf(long sessionId) {
        SessionSecret secret = storedSecret();
        return secret != null && secret.made(sessionId)
                ? secret.password(sessionId)
                : SessionPasswords.zooKeepers(sessionId);
    }

    private @Nullable SessionSecret storedSecret() {
        byte[] stored = SecretZnode.read(prepared);
        return stored == null ? null : new SessionSecret(stored);
    }

    private SessionSecret storeSecret(SessionSecret secret, Outputs out) {
        preparer.storeSecret(secret.bytes(), pipeline::nextZxid, now.wallMs()).forEach(done -> write(done, out));
        return secret;
    }

    /** The read-only flag, which is left out for a client that left it out. */
    private static @Nullable Boolean flag(ConnectRequest request) {
        return request.readOnly() == null ? null : Boolean.FALSE;
    }

    private void arrived(Input.Arrived arrived, Outputs out) {
        Connection connection = connections.get(arrived.connection());
        if (connection == null || connection.closed || !touch(connection)) {
            return; // its close is on the way
        }
        boolean proves = arrived.request() instanceof Request.Auth || arrived.request() instanceof Request.Sasl;
        if (!proves && !isLetIn(connection, arrived.header(), out)) {
            return;
        }
        Effect effect = arrived.request()
                .accept(new RequestStep(this, connection, arrived.header().xid(), out));
        pipeline.afterPrepared(effect, out);
    }

    /** Whoever has not proven what is asked of everybody is told so, and that is the end of the connection. */
    private boolean isLetIn(Connection connection, RequestHeader header, Outputs out) {
        if (settings.access().letsIn(connection.ids)) {
            return true;
        }
        ReplyHeader reply = new ReplyHeader(header.xid(), 0, ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH.code());
        pipeline.afterPrepared(o -> o.reply(connection.number, reply, Response.EMPTY), out);
        close(connection, "it has proven nothing of what is enforced", out);
        return false;
    }

    /** As ZooKeeper does: an undecodable multi takes a zxid, and a credential of which nothing is known the connection. */
    private void refused(Input.Refused refused, Outputs out) {
        Connection connection = connections.get(refused.connection());
        if (connection == null || connection.closed || !touch(connection)) {
            return;
        }
        RequestHeader header = refused.header();
        if (header.type() == OpCode.AUTH.code() || header.type() == OpCode.SASL.code()) {
            close(connection, "an undecodable credential", out);
            return;
        }
        if (!isLetIn(connection, header, out)) {
            return;
        }
        if (header.type() == OpCode.MULTI.code()) {
            pipeline.afterPrepared(fail(connection, header.xid(), refused.error(), out), out);
            return;
        }
        long zxid = refused.thenClose() ? -1 : pipeline.preparedZxid();
        ReplyHeader reply = new ReplyHeader(header.xid(), zxid, refused.error().code());
        pipeline.afterPrepared(o -> o.reply(connection.number, reply, Response.EMPTY), out);
        if (refused.thenClose()) {
            close(connection, "request type " + header.type() + " is refused", out);
        }
    }

    private void closed(long number) {
        Connection connection = connections.remove(number);
        if (connection != null) {
            connection.closed = true;
            connection.gone = true;
            watches.removeConnection(number);
            addresses.connectionClosed(connection);
            if (connection.session != null) {
                connectionOfSession.remove(connection.session.id(), connection);
            }
        }
    }

    /** Prepares a create, delete, setData, setACL or multi. */
    Effect write(Connection connection, int xid, Request request, Outputs out) {
        Caller caller = caller(connection, xid);
        return write(connection, preparer.prepare(request, caller, pipeline.nextZxid(), now.wallMs()), out);
    }

    /** Answers a request of a kind that takes a zxid even when it fails. */
    Effect fail(Connection connection, int xid, ErrorCode error, Outputs out) {
        Caller caller = caller(connection, xid);
        return write(connection, preparer.failed(caller, pipeline.nextZxid(), now.wallMs(), error), out);
    }

    private Effect write(Connection connection, Prepared done, Outputs out) {
        write(done, out);
        TxnHeader txn = done.transaction().header();
        ReplyHeader header =
                new ReplyHeader(txn.cxid(), txn.zxid(), done.error().code());
        return o -> o.reply(connection.number, header, done.body());
    }

    private static Caller caller(Connection connection, int xid) {
        long sessionId = connection.session == null ? 0 : connection.session.id();
        return new Caller(sessionId, xid, connection.ids);
    }

    /** Logs a transaction; its events go out when it is committed. */
    private void write(Prepared done, Outputs out) {
        wroteInBatch = true;
        out.append(done.transaction());
        if (settings.form().digest()) {
            digests.note(done.transaction().zxid(), prepared.digest());
        }
        if (!done.changes().isEmpty()) {
            long zxid = done.transaction().zxid();
            pipeline.afterPrepared(
                    o -> done.changes()
                            .forEach(change -> watches.trigger(
                                    change, (c, type, path, acl) -> event(c, zxid, type, path, acl, o))),
                    out);
        }
    }

    /** Whether a znode is there and these may read it. */
    boolean mayRead(String path, List<Id> ids) {
        NodeView node = prepared.find(path);
        return node != null && settings.access().permits(node.acl(), Acl.READ, ids);
    }

    /** Tells a connection of an event, unless it may not read what the event is about. */
    void event(long number, long zxid, EventType type, String path, @Nullable AclList acl, Outputs out) {
        Connection connection = connections.get(number);
        if (connection == null || connection.gone) {
            return;
        }
        if (acl == null || settings.access().permits(acl, Acl.READ, connection.ids)) {
            out.notify(number, zxid, WatcherEvent.of(type, path));
        }
    }

    /** The client ends its session: the reply goes out, then the connection is closed. */
    Effect closeSession(Connection connection, int xid, Outputs out) {
        connection.closed = true;
        if (connection.session != null) {
            endSession(connection.session, xid, out);
        }
        ReplyHeader header = new ReplyHeader(xid, pipeline.preparedZxid(), ErrorCode.OK.code());
        return o -> {
            o.reply(connection.number, header, Response.EMPTY);
            end(connection, "the session was closed by its client", o);
        };
    }

    private void endSession(Session session, int cxid, Outputs out) {
        write(preparer.closeSession(session.id(), cxid, pipeline.nextZxid(), now.wallMs()), out);
        sessions.remove(session.id());
        addresses.sessionEnded(session.id());
        connectionOfSession.remove(session.id());
    }

    /** Nothing more is taken from the connection; it is closed after what is on its way to it. */
    private void close(Connection connection, String reason, Outputs out) {
        connection.closed = true;
        pipeline.afterPrepared(o -> end(connection, reason, o), out);
    }

    static void end(Connection connection, String reason, Outputs out) {
        connection.gone = true;
        out.close(connection.number, reason);
    }
}
