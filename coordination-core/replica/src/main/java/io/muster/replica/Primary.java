package io.muster.replica;

import io.muster.protocol.ConnectRequest;
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
    private final SessionKeeper sessions;
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
        this.sessions = new SessionKeeper(core, preparer, pipeline, this::write);
        this.reaper = new Reaper(settings.reaping(), core.now);
    }

    SessionKeeper sessions() {
        return sessions;
    }

    // what clients ask

    @Override
    public void connect(Connection connection, ConnectRequest request, Outputs out) {
        String objection = log.isOpen()
                ? core.clients.objection(connection, request, pipeline.committedZxid(), out)
                : "this server is about to lead no more";
        if (objection != null) {
            pipeline.close(connection, objection, out);
            return;
        }
        sessions.connect(connection, request, out);
    }

    @Override
    public boolean touch(Connection connection) {
        if (connection.session == null || connection.session.isClosing()) {
            return false;
        }
        sessions.touch(connection.session);
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
        boolean isSync = request instanceof Request.Sync;
        long round = isSync || request instanceof Request.Ping && connection.confirmsPings ? log.confirm() : 0;
        if (round != 0) {
            awaitConfirmation(connection, asked, round);
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

    /**
     * A ping is answered when a quorum has confirmed that this server led after the session was touched: then none has ended it. A
     * sync is, behind all that was prepared, when it led after it was asked: a read behind it sees all that any server had
     * committed by then.
     */
    private void awaitConfirmation(Connection connection, Turn.Asked asked, long round) {
        if (!(asked.request() instanceof Request.Sync sync)) {
            confirmations.await(round, 0, connection, asked, o -> {
                ReplyHeader header = new ReplyHeader(Xids.PING, pipeline.committedZxid(), ErrorCode.OK.code());
                o.reply(connection.number, header, Response.EMPTY);
            });
            return;
        }
        connection.isSyncing = true;
        long zxid = pipeline.preparedZxid();
        confirmations.await(round, zxid, connection, asked, o -> {
            ReplyHeader header = new ReplyHeader(asked.header().xid(), zxid, ErrorCode.OK.code());
            o.reply(connection.number, header, new Response.Synced(sync.path()));
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
        pipeline.close(connection, "it has proven nothing of what is enforced", out);
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
            pipeline.close(connection, "an undecodable credential", out);
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
            pipeline.close(connection, "request type " + header.type() + " is refused", out);
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
            sessions.end(connection.session, xid, out);
        }
        ReplyHeader header = new ReplyHeader(xid, pipeline.preparedZxid(), ErrorCode.OK.code());
        return o -> {
            o.reply(connection.number, header, Response.EMPTY);
            Clients.end(connection, "the session was closed by its client", o);
        };
    }

    // what learners' clients ask

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
            pipeline.close(connection, "the leader was lost before it did what was asked", out);
            return;
        }
        if (session == null) {
            connectionClosed(connection);
            pipeline.close(connection, "the session expired", out);
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

    // what the time asks

    @Override
    public void endBatch(Outputs out) {
        if (log.isOpen()) {
            sessions.expire(out);
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
}
