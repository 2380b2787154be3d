package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteReader;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.Xids;
import io.muster.replica.Pipeline.Effect;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.session.SessionIds;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.session.SessionTable;
import io.muster.replica.session.SessionTable.Session;
import io.muster.replica.state.Caller;
import io.muster.replica.state.Prepared;
import io.muster.replica.state.Preparer;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.TxnHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides: requests become transactions on the prepared state at once, and their replies, events and watches wait in a {@link
 * Pipeline} until the transactions are committed. Sessions end here. Owned by the replica's thread.
 *
 * <p>Within one batch every request is looked at in its turn: a read sees all writes before it and none after it, of
 * whatever connection; a watch misses none and sees none too early.
 */
final class Primary implements Duty, RequestStep.Writes {
    /** Where transactions go, in the order of their zxids. What is committed comes back through {@link #committed}. */
    interface Log {
        void append(Transaction transaction, Outputs out);

        /** Whether transactions are taken; when they are not any more, this server's duty is about to end. */
        default boolean isOpen() {
            return true;
        }

        /**
         * Asks whether this server decides at present. {@link #confirmed(long, Outputs)} is told of the number when that is
         * certain.
         *
         * @return 0 if it is certain already
         */
        default long confirm() {
            return 0;
        }
    }

    private final Core core;
    private final Preparer preparer;
    private final SessionTable sessions;
    private final SessionIds sessionIds;
    private final Reaper reaper;
    private final Pipeline pipeline;
    private final Confirmations confirmations = new Confirmations();
    private final DigestHistory digests;
    private final Log log;
    private boolean wroteInBatch;
    /** Turns of all connections. */
    private int turns;

    Primary(Core core, DigestHistory digests, Log log) {
        this.core = core;
        this.digests = digests;
        this.log = log;
        ReplicaSettings settings = core.settings;
        this.pipeline = new Pipeline(core.state.freeze());
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

    @Override
    public void connect(Connection connection, ConnectRequest request, Outputs out) {
        String objection = log.isOpen()
                ? Clients.objection(connection, request, pipeline.committedZxid())
                : "this server is about to lead no more";
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
        String refusal = core.clients.refusalOfSession(connection, out);
        if (refusal != null) {
            close(connection, refusal, out);
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
        session.moveTo(Session.HERE);
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
                    connection,
                    o -> {
                        connection.gone = true;
                        o.reject(connection.number, rejected);
                    },
                    out);
            return;
        }
        sessions.open(id, timeoutMs, core.now.monotonicMs());
        session.moveTo(Session.HERE);
        attach(connection, session, request, out);
    }

    private void attach(Connection connection, Session session, ConnectRequest request, Outputs out) {
        connection.session = session;
        core.clients.attach(connection, session.id());
        ConnectResponse accepted = core.clients.accepted(connection, session.id(), session.timeoutMs(), request, true);
        pipeline.afterPrepared(
                connection,
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

    @Override
    public boolean touch(Connection connection) {
        if (connection.session == null || connection.session.isClosing()) {
            return false;
        }
        sessions.touch(connection.session, core.now.monotonicMs());
        return true;
    }

    @Override
    public void arrived(Connection connection, RequestHeader header, Request request, Outputs out) {
        Turn.Asked asked = new Turn.Asked(header, request);
        if (mustWait(connection)) {
            hold(connection, asked);
            return;
        }
        boolean proves = request instanceof Request.Auth || request instanceof Request.Sasl;
        if (!proves && !isLetIn(connection, header, out)) {
            return;
        }
        if (request instanceof Request.Ping && connection.confirmsPings) {
            ping(connection, asked, out);
            return;
        } else if (request instanceof Request.Sync sync) {
            sync(connection, asked, sync, out);
            return;
        }
        pipeline.afterPrepared(
                connection, request.accept(new RequestStep(core, this, connection, header.xid(), out)), out);
    }

    /** For the end of a sync, or for whoever decides next. */
    private boolean mustWait(Connection connection) {
        return !log.isOpen() || connection.isSyncing;
    }

    private void hold(Connection connection, Turn turn) {
        connection.turns.add(turn);
        turns++;
    }

    /** Answered when a quorum has confirmed that this server led after the session was touched; then none has ended it. */
    private void ping(Connection connection, Turn.Asked asked, Outputs out) {
        Effect effect = o -> {
            ReplyHeader header = new ReplyHeader(Xids.PING, pipeline.committedZxid(), ErrorCode.OK.code());
            o.reply(connection.number, header, Response.EMPTY);
        };
        long round = log.confirm();
        if (round == 0) {
            pipeline.afterPrepared(connection, effect, out);
        } else {
            confirmations.await(round, 0, connection, asked, effect);
        }
    }

    /** A read behind it sees all that any server had committed when it was asked. */
    private void sync(Connection connection, Turn.Asked asked, Request.Sync request, Outputs out) {
        Effect effect = o -> {
            ReplyHeader header = new ReplyHeader(asked.header().xid(), pipeline.committedZxid(), ErrorCode.OK.code());
            o.reply(connection.number, header, new Response.Synced(request.path()));
        };
        long round = log.confirm();
        if (round == 0) {
            pipeline.afterPrepared(connection, effect, out);
            return;
        }
        connection.isSyncing = true;
        confirmations.await(round, pipeline.preparedZxid(), connection, asked, o -> {
            effect.run(o);
            connection.isSyncing = false;
            takeHeld(connection, o);
        });
    }

    private void takeHeld(Connection connection, Outputs out) {
        List<Turn> held = List.copyOf(connection.turns);
        connectionClosed(connection);
        for (Turn turn : held) {
            if (turn instanceof Turn.Asked asked && !connection.closed) {
                arrived(connection, asked.header(), asked.request(), out);
            } else if (turn instanceof Turn.Undecodable bad && !connection.closed) {
                refused(connection, bad.header(), bad.error(), bad.thenClose(), out);
            }
        }
    }

    /** A quorum has confirmed that this server led when this number was given. */
    void confirmed(long round, Outputs out) {
        confirmations.confirmed(round);
        runConfirmed(out);
    }

    /** Whoever has not proven what is asked of everybody is told so, and that is the end of the connection. */
    private boolean isLetIn(Connection connection, RequestHeader header, Outputs out) {
        if (core.settings.access().letsIn(connection.ids)) {
            return true;
        }
        ReplyHeader reply = new ReplyHeader(header.xid(), 0, ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH.code());
        pipeline.afterPrepared(connection, o -> o.reply(connection.number, reply, Response.EMPTY), out);
        close(connection, "it has proven nothing of what is enforced", out);
        return false;
    }

    /** As ZooKeeper does: an undecodable multi takes a zxid, and a credential of which nothing is known the connection. */
    @Override
    public void refused(Connection connection, RequestHeader header, ErrorCode error, boolean thenClose, Outputs out) {
        if (mustWait(connection)) {
            hold(connection, new Turn.Undecodable(header, error, thenClose));
            return;
        }
        if (header.type() == OpCode.AUTH.code() || header.type() == OpCode.SASL.code()) {
            close(connection, "an undecodable credential", out);
            return;
        }
        if (!isLetIn(connection, header, out)) {
            return;
        }
        if (header.type() == OpCode.MULTI.code()) {
            pipeline.afterPrepared(connection, fail(connection, header.xid(), error, out), out);
            return;
        }
        long zxid = thenClose ? -1 : pipeline.preparedZxid();
        ReplyHeader reply = new ReplyHeader(header.xid(), zxid, error.code());
        pipeline.afterPrepared(connection, o -> o.reply(connection.number, reply, Response.EMPTY), out);
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
        log.append(done.transaction(), out);
        long zxid = done.transaction().zxid();
        if (core.settings.form().digest()) {
            digests.note(zxid, core.state.digest());
        }
        if (!done.changes().isEmpty()) {
            pipeline.afterPrepared(null, o -> core.trigger(zxid, done.changes(), o), out);
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
        pipeline.afterPrepared(connection, o -> Clients.end(connection, reason, o), out);
    }

    // what learners' clients ask

    void createSessionFor(long link, long sessionId, int timeoutMs, Outputs out) {
        sessions.open(sessionId, timeoutMs, core.now.monotonicMs()).moveTo(link);
        sessionIds.taken(sessionId);
        write(preparer.createSession(sessionId, timeoutMs, pipeline.nextZxid(), core.now.wallMs()), out);
    }

    void closeSessionFor(long sessionId, int cxid, Outputs out) {
        Session session = sessions.get(sessionId);
        if (session != null) {
            endSession(session, cxid, out);
        }
    }

    /** @throws io.muster.protocol.MalformedFrameException if there is no such write, or its bytes are not one */
    void writeFor(Caller caller, @Nullable OpCode op, JuteReader body, Outputs out) {
        if (op == OpCode.RECONFIG) {
            failFor(caller, RequestStep.reconfigError(core.settings), out);
            return;
        }
        if (op == null || !RequestStep.isWrite(op)) {
            throw new MalformedFrameException("operation " + op + " is no write");
        }
        Request request = Request.read(op, body);
        ErrorCode unfit = RequestStep.unfit(request, core.settings);
        if (unfit != null) {
            failFor(caller, unfit, out);
            return;
        }
        write(preparer.prepare(request, caller, pipeline.nextZxid(), core.now.wallMs()), out);
    }

    void failFor(Caller caller, ErrorCode error, Outputs out) {
        write(preparer.failed(caller, pipeline.nextZxid(), core.now.wallMs(), error), out);
    }

    /** Answered behind all that was proposed before, when a quorum has confirmed that this server leads. */
    void syncFor(long link) {
        confirmations.await(
                log.confirm(),
                pipeline.preparedZxid(),
                null,
                null,
                o -> o.peers().toLearner(link, new LeaderPacket.SyncDone()));
    }

    // what becomes of it

    /** All up to this transaction is committed. */
    void committed(long zxid, Outputs out) {
        pipeline.committed(zxid, out);
    }

    boolean awaitsConfirmation() {
        return confirmations.count() > 0;
    }

    /** Answers what had waited for what is committed by now. */
    void runConfirmed(Outputs out) {
        confirmations.run(pipeline.committedZxid(), out);
    }

    /** At the end of the last batch that is committed as a whole. */
    State committedState() {
        return pipeline.committed();
    }

    @Override
    public long committedZxid() {
        return pipeline.committedZxid();
    }

    @Override
    public int waitingCount() {
        return pipeline.waitingCount() + confirmations.count() + turns;
    }

    /** What was taken of its requests is carried out, and answered to nobody. */
    @Override
    public void connectionClosed(Connection connection) {
        turns -= connection.turns.size();
        connection.turns.clear();
    }

    /**
     * The connection was open before this server led. Its session must live still; then what it asked meanwhile is taken.
     */
    void resume(Connection connection, Outputs out) {
        Session session = sessions.get(connection.sessionId);
        turns += connection.turns.size();
        if (connection.unsettled > 0) {
            connectionClosed(connection);
            close(connection, "the leader was lost before it did what was asked", out);
            return;
        }
        if (session == null) {
            connectionClosed(connection);
            close(connection, "the session expired", out);
            return;
        }
        session.moveTo(Session.HERE);
        connection.session = session;
        takeHeld(connection, out);
    }

    /** A transaction that changes nothing: whoever acknowledges it follows this server. */
    void proposeNothing(Outputs out) {
        failFor(new Caller(0, 0, List.of()), ErrorCode.OK, out);
    }

    /** So that no server of the ensemble has to make sessions without one. */
    void storeFirstSecret(Outputs out) {
        SessionSecret secret = core.settings.newSecret();
        if (secret != null && core.clients.storedSecret() == null) {
            storeSecret(secret, out);
        }
    }

    /**
     * This server leads no more. What was not committed as a whole batch is undecided, so the connections that wait for it are
     * closed; the state is the last one that was.
     */
    void stepDown(Outputs out) {
        pipeline.abandon(connection -> {
            if (!connection.gone) {
                connection.closed = true;
                Clients.end(connection, "the server lost its leadership before it could answer", out);
            }
        });
        confirmations.abandon();
        core.state.reset(pipeline.committed());
        core.clients.forEach(connection -> {
            connection.session = null;
            connection.isSyncing = false;
        });
    }

    /**
     * Ends what is no session and owns ephemeral znodes all the same, which nobody else would ever do. By transactions, so that
     * all servers of an ensemble lose the same; before anything that clients ask.
     */
    void endOrphans(Outputs out) {
        List<Long> owners = core.state.orphanOwners();
        if (owners.isEmpty()) {
            return;
        }
        int before = core.state.ephemeralCount();
        for (long owner : owners) {
            write(preparer.closeSession(owner, 0, pipeline.nextZxid(), core.now.wallMs()), out);
        }
        core.warn("orphans", Orphans.describe(before - core.state.ephemeralCount(), owners));
    }

    // what the time asks

    @Override
    public void endBatch(Outputs out) {
        if (log.isOpen()) {
            expireSessions(out);
            for (String path : reaper.due(core.state, core.now)) {
                write(preparer.deleteReaped(path, pipeline.nextZxid(), core.now.wallMs()), out);
            }
        }
        if (wroteInBatch) {
            wroteInBatch = false;
            pipeline.endOfBatch(core.state.freeze(), out);
            runConfirmed(out);
        }
    }

    /** After the inputs of the batch: a server that was paused hears what its clients sent meanwhile before it judges. */
    private void expireSessions(Outputs out) {
        List<Session> expired = sessions.expire(core.now.monotonicMs());
        core.expiredSessions += expired.size();
        for (Session session : expired) {
            Connection connection = core.clients.ofSession(session.id());
            endSession(session, 0, out);
            if (connection != null) {
                close(connection, "the session expired", out);
            }
        }
    }
}
