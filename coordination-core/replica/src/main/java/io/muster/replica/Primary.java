package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.replica.Pipeline.Effect;
import io.muster.replica.session.SessionIds;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.session.SessionTable;
import io.muster.replica.session.SessionTable.Session;
import io.muster.replica.state.Caller;
import io.muster.replica.state.Prepared;
import io.muster.replica.state.Preparer;
import io.muster.replica.state.TxnHeader;
import java.util.List;

/**
 * Decides: requests become transactions on the prepared state at once, and their replies, events and watches wait in a {@link
 * Pipeline} until the transactions are committed. Sessions end here. Owned by the replica's thread.
 *
 * <p>Within one batch every request is looked at in its turn: a read sees all writes before it and none after it, of
 * whatever connection; a watch misses none and sees none too early.
 */
final class Primary implements RequestStep.Writes {
    private final Core core;
    private final Preparer preparer;
    private final SessionTable sessions;
    private final SessionIds sessionIds;
    private final Reaper reaper;
    final Pipeline pipeline;
    private final DigestHistory digests;
    private boolean wroteInBatch;

    Primary(Core core, DigestHistory digests) {
        this.core = core;
        this.digests = digests;
        ReplicaSettings settings = core.settings;
        this.pipeline = new Pipeline(core.state.zxid());
        this.preparer =
                new Preparer(core.state, settings.access(), settings.form(), settings.enforceQuota(), core::warn);
        this.sessions = new SessionTable(settings.tickTimeMs());
        this.reaper = new Reaper(settings.reaping(), core.now);
        this.sessionIds = new SessionIds(settings.serverId(), Math.max(core.now.wallMs(), core.state.latestTimeMs()));
        core.state.forEachSession((id, timeoutMs) -> {
            sessions.open(id, timeoutMs, core.now.monotonicMs());
            sessionIds.taken(id);
        });
    }

    SessionTable sessions() {
        return sessions;
    }

    // what clients ask

    void connect(Connection connection, ConnectRequest request, Outputs out) {
        String objection = Clients.objection(connection, request, pipeline.committedZxid());
        if (objection != null) {
            close(connection, objection, out);
            return;
        }
        int timeoutMs = core.clients.timeoutMs(request);
        if (request.sessionId() == 0) {
            createSession(connection, request, timeoutMs, out);
        } else {
            renewSession(connection, request, timeoutMs, out);
        }
    }

    private void createSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        Limit limit = core.clients.sessionLimit(connection);
        if (limit != null) {
            out.refused(connection.number, limit, core.settings.limits().of(limit));
            close(connection, "there are as many sessions as there may be", out);
            return;
        }
        SessionSecret secret = core.clients.storedSecret();
        SessionSecret newSecret = core.settings.newSecret();
        long id;
        if (newSecret == null) {
            id = sessionIds.nextOfZooKeepers(secret);
        } else {
            id = sessionIds.next(secret == null ? storeSecret(newSecret, out) : secret);
        }
        Session session = sessions.open(id, timeoutMs, core.now.monotonicMs());
        core.clients.sessionOpened(id, connection);
        write(preparer.createSession(id, timeoutMs, pipeline.nextZxid(), core.now.wallMs()), out);
        attach(connection, session, request, out);
    }

    private void renewSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        long id = request.sessionId();
        boolean fits = core.clients.ownsItsSession(request);
        Connection other = core.clients.ofSession(id);
        if (other != null && fits) {
            close(other, "its session moved to another connection", out);
        }
        Session session = sessions.get(id);
        if (session == null || session.isClosing() || !fits) {
            connection.closed = true;
            ConnectResponse rejected = Clients.rejected(request);
            pipeline.afterPrepared(
                    o -> {
                        connection.gone = true;
                        o.reject(connection.number, rejected);
                    },
                    out);
            return;
        }
        sessions.open(id, timeoutMs, core.now.monotonicMs());
        attach(connection, session, request, out);
    }

    private void attach(Connection connection, Session session, ConnectRequest request, Outputs out) {
        connection.session = session;
        core.clients.attach(connection, session.id());
        ConnectResponse accepted = core.clients.accepted(session.id(), session.timeoutMs(), request);
        pipeline.afterPrepared(
                o -> {
                    if (!connection.gone) {
                        o.identities(connection.number, connection.ids);
                        o.accept(connection.number, accepted.sessionId(), accepted);
                    }
                },
                out);
    }

    private SessionSecret storeSecret(SessionSecret secret, Outputs out) {
        preparer.storeSecret(secret.bytes(), pipeline::nextZxid, core.now.wallMs())
                .forEach(done -> write(done, out));
        return secret;
    }

    /** Something was heard from the connection's session. False if that has ended. */
    boolean touch(Connection connection) {
        if (connection.session == null || connection.session.isClosing()) {
            return false;
        }
        sessions.touch(connection.session, core.now.monotonicMs());
        return true;
    }

    void arrived(Connection connection, RequestHeader header, Request request, Outputs out) {
        boolean proves = request instanceof Request.Auth || request instanceof Request.Sasl;
        if (!proves && !isLetIn(connection, header, out)) {
            return;
        }
        pipeline.afterPrepared(request.accept(new RequestStep(core, this, connection, header.xid(), out)), out);
    }

    /** Whoever has not proven what is asked of everybody is told so, and that is the end of the connection. */
    private boolean isLetIn(Connection connection, RequestHeader header, Outputs out) {
        if (core.settings.access().letsIn(connection.ids)) {
            return true;
        }
        ReplyHeader reply = new ReplyHeader(header.xid(), 0, ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH.code());
        pipeline.afterPrepared(o -> o.reply(connection.number, reply, Response.EMPTY), out);
        close(connection, "it has proven nothing of what is enforced", out);
        return false;
    }

    /** As ZooKeeper does: an undecodable multi takes a zxid, and a credential of which nothing is known the connection. */
    void refused(Connection connection, RequestHeader header, ErrorCode error, boolean thenClose, Outputs out) {
        if (header.type() == OpCode.AUTH.code() || header.type() == OpCode.SASL.code()) {
            close(connection, "an undecodable credential", out);
            return;
        }
        if (!isLetIn(connection, header, out)) {
            return;
        }
        if (header.type() == OpCode.MULTI.code()) {
            pipeline.afterPrepared(fail(connection, header.xid(), error, out), out);
            return;
        }
        long zxid = thenClose ? -1 : pipeline.preparedZxid();
        ReplyHeader reply = new ReplyHeader(header.xid(), zxid, error.code());
        pipeline.afterPrepared(o -> o.reply(connection.number, reply, Response.EMPTY), out);
        if (thenClose) {
            close(connection, "request type " + header.type() + " is refused", out);
        }
    }

    @Override
    public Effect write(Connection connection, int xid, Request request, Outputs out) {
        Caller caller = caller(connection, xid);
        return write(connection, preparer.prepare(request, caller, pipeline.nextZxid(), core.now.wallMs()), out);
    }

    @Override
    public Effect fail(Connection connection, int xid, ErrorCode error, Outputs out) {
        Caller caller = caller(connection, xid);
        return write(connection, preparer.failed(caller, pipeline.nextZxid(), core.now.wallMs(), error), out);
    }

    private Effect write(Connection connection, Prepared done, Outputs out) {
        write(done, out);
        TxnHeader txn = done.transaction().header();
        ReplyHeader header =
                new ReplyHeader(txn.cxid(), txn.zxid(), done.error().code());
        return o -> o.reply(connection.number, header, done.body());
    }

    private static Caller caller(Connection connection, int xid) {
        return new Caller(connection.sessionId, xid, connection.ids);
    }

    /** Logs a transaction; its events go out when it is committed. */
    private void write(Prepared done, Outputs out) {
        wroteInBatch = true;
        out.append(done.transaction());
        long zxid = done.transaction().zxid();
        if (core.settings.form().digest()) {
            digests.note(zxid, core.state.digest());
        }
        if (!done.changes().isEmpty()) {
            pipeline.afterPrepared(o -> core.trigger(zxid, done.changes(), o), out);
        }
    }

    @Override
    public Effect closeSession(Connection connection, int xid, Outputs out) {
        connection.closed = true;
        if (connection.session != null) {
            endSession(connection.session, xid, out);
        }
        ReplyHeader header = new ReplyHeader(xid, pipeline.preparedZxid(), ErrorCode.OK.code());
        return o -> {
            o.reply(connection.number, header, Response.EMPTY);
            Clients.end(connection, "the session was closed by its client", o);
        };
    }

    private void endSession(Session session, int cxid, Outputs out) {
        write(preparer.closeSession(session.id(), cxid, pipeline.nextZxid(), core.now.wallMs()), out);
        sessions.remove(session.id());
        core.clients.sessionEnded(session.id());
    }

    /** Nothing more is taken from the connection; it is closed after what is on its way to it. */
    void close(Connection connection, String reason, Outputs out) {
        connection.closed = true;
        pipeline.afterPrepared(o -> Clients.end(connection, reason, o), out);
    }

    // what the time asks

    /** To be called when all inputs that were there at once have been taken. */
    void endBatch(Outputs out) {
        expireSessions(out);
        for (String path : reaper.due(core.state, core.now)) {
            write(preparer.deleteReaped(path, pipeline.nextZxid(), core.now.wallMs()), out);
        }
        if (wroteInBatch) {
            wroteInBatch = false;
            pipeline.endOfBatch(core.state.freeze(), out);
        }
    }

    /** After the inputs of the batch: a server that was paused hears what its clients sent meanwhile before it judges. */
    private void expireSessions(Outputs out) {
        List<Session> expired = sessions.expire(core.now.monotonicMs());
        for (Session session : expired) {
            Connection connection = core.clients.ofSession(session.id());
            endSession(session, 0, out);
            if (connection != null) {
                close(connection, "the session expired", out);
            }
        }
    }
}
