package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.replica.Pipeline.Effect;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.session.SessionIds;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.zab.Peer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Serves clients by a leader's word: writes, syncs and all about sessions are forwarded to it, and answered when what came of
 * them is delivered; reads are answered from what was delivered so far. Owned by the replica's thread.
 *
 * <p>A connection's requests are answered in its order. Its writes do not wait for one another, its reads wait for its writes.
 *
 * <p>Invariant: the first of a connection's turns is {@link Turn.Forwarded}, or it has none, or it {@link
 * Connection#isConnecting}.
 */
final class Backup implements Duty {
    private final Core core;
    private final Peer peer;
    private final Delivery delivery;
    /** When this is committed, what was asked of an earlier leader is in the history, or will never be. */
    private final long settledBy;

    private boolean isSettled;
    private final SessionIds sessionIds;
    /** Sessions whose making was asked for, and who waits for them. */
    private final Map<Long, Handshake> creating = new HashMap<>();
    /** Sessions that were asked about, and who waits for the answers, the oldest first. */
    private final Map<Long, Queue<Handshake>> renewing = new HashMap<>();

    private final Syncs syncs;
    private int waiting;
    private boolean deliveredInBatch;

    /** @param request null for a connection that was open before its server followed this leader */
    private record Handshake(
            Connection connection, @Nullable ConnectRequest request, int timeoutMs) {}

    Backup(Core core, Peer peer, Delivery delivery) {
        this.core = core;
        this.peer = peer;
        this.delivery = delivery;
        this.syncs = new Syncs(core);
        this.settledBy = peer.status().lastZxid();
        this.sessionIds =
                new SessionIds(core.settings.serverId(), Math.max(core.now.wallMs(), core.state.latestTimeMs()));
        core.state.forEachSession((id, timeoutMs) -> sessionIds.taken(id));
    }

    @Override
    public int waitingCount() {
        return waiting + creating.size() + syncs.pingCount();
    }

    // what clients ask

    @Override
    public void connect(Connection connection, ConnectRequest request, Outputs out) {
        String objection = core.clients.objection(connection, request, core.state.zxid(), out);
        if (objection != null) {
            end(connection, objection, out);
            return;
        }
        int timeoutMs = core.clients.timeoutMs(request);
        if (request.sessionId() == 0) {
            createSession(connection, request, timeoutMs);
        } else {
            renewSession(connection, request, timeoutMs, out);
        }
    }

    private void createSession(Connection connection, ConnectRequest request, int timeoutMs) {
        SessionSecret secret = core.clients.storedSecret();
        // the leader stores a secret as soon as it leads; until that is here, as with a leader of ZooKeeper's, there is
        // none
        long id = secret == null || core.settings.newSecret() == null
                ? sessionIds.nextOfZooKeepers(secret)
                : sessionIds.next(secret);
        connection.isConnecting = true;
        creating.put(id, new Handshake(connection, request, timeoutMs));
        byte[] body = new JuteWriter().writeInt(timeoutMs).toByteArray();
        forward(new LearnerPacket.Request(id, 0, OpCode.CREATE_SESSION.code(), body, List.of()));
    }

    private void renewSession(Connection connection, ConnectRequest request, int timeoutMs, Outputs out) {
        if (!core.clients.ownsItsSession(request)) {
            reject(connection, request, out);
            return;
        }
        Connection other = core.clients.ofSession(request.sessionId());
        if (other != null) {
            end(other, "its session moved to another connection", out);
        }
        connection.isConnecting = true;
        askAbout(request.sessionId(), new Handshake(connection, request, timeoutMs));
    }

    /** A connection stayed open while there was no leader: whether its session has, the new one is to say. */
    void resume(Connection connection, Outputs out) {
        waiting += connection.turns.size();
        if (connection.confirmsPings && !peer.isLeaderConfirmed()) {
            end(connection, "its pings cannot be confirmed by the new leader", out);
            return;
        }
        connection.isConnecting = true;
        askAbout(connection.sessionId, new Handshake(connection, null, connection.timeoutMs));
    }

    private void askAbout(long sessionId, Handshake handshake) {
        renewing.computeIfAbsent(sessionId, key -> new ArrayDeque<>()).add(handshake);
        forward(new LearnerPacket.Revalidate(sessionId, handshake.timeoutMs));
    }

    /** Nobody but the leader of the present step can be meant: without one the replica is no backup. */
    private void forward(LearnerPacket packet) {
        if (!peer.forward(packet)) {
            throw new IllegalStateException("nobody to forward to: " + peer);
        }
    }

    @Override
    public boolean touch(Connection connection) {
        if (connection.sessionId == 0) {
            return false;
        }
        peer.touched(connection.sessionId, connection.timeoutMs);
        return true;
    }

    @Override
    public void arrived(Connection connection, RequestHeader header, Request request, Outputs out) {
        if (connection.isConnecting) {
            connection.turns.add(new Turn.Asked(header, request));
            waiting++;
            return;
        }
        if (request instanceof Request.Ping && connection.confirmsPings) {
            syncs.ping(connection, new Turn.Asked(header, request));
            return;
        }
        if (request instanceof Request.Auth || request instanceof Request.Sasl) {
            // who the client is counts for what it asks next, which may not wait for what it asked before
            Effect effect = request.accept(step(connection, header, out));
            inTurn(connection, new Turn.Done(effect), out);
            return;
        }
        if (!core.settings.access().letsIn(connection.ids)) {
            inTurn(connection, new Turn.Done(notLetIn(connection, header)), out);
            connection.closed = true;
            return;
        }
        ErrorCode unfit = RequestStep.unfit(request, core.settings);
        if (!isForTheLeader(request)) {
            inTurn(connection, new Turn.Asked(header, request), out);
        } else if (unfit != null) {
            RequestStep.warnIfTooLong(request, core.settings, connection, out);
            inTurn(connection, new Turn.Undecodable(header, unfit, false), out);
        } else {
            forward(connection, header, request);
        }
    }

    private static boolean isForTheLeader(Request request) {
        return switch (request.op()) {
            case RECONFIG, SYNC, CLOSE_SESSION -> true;
            default -> RequestStep.isWrite(request.op());
        };
    }

    private void forward(Connection connection, RequestHeader header, Request request) {
        JuteWriter body = new JuteWriter();
        request.write(body);
        forward(new LearnerPacket.Request(
                connection.sessionId, header.xid(), header.type(), body.toByteArray(), connection.ids));
        connection.turns.add(new Turn.Forwarded(header.xid(), request));
        waiting++;
        if (request instanceof Request.Sync) {
            syncs.asked(connection);
        }
        if (request instanceof Request.CloseSession) {
            connection.closed = true;
        }
    }

    @Override
    public void refused(Connection connection, RequestHeader header, ErrorCode error, boolean thenClose, Outputs out) {
        Turn turn = new Turn.Undecodable(header, error, thenClose);
        if (connection.isConnecting) {
            connection.turns.add(turn);
            waiting++;
        } else {
            inTurn(connection, turn, out);
        }
    }

    private void inTurn(Connection connection, Turn turn, Outputs out) {
        if (connection.turns.isEmpty()) {
            take(connection, turn, out);
        } else {
            connection.turns.add(turn);
            waiting++;
        }
    }

    private void take(Connection connection, Turn turn, Outputs out) {
        if (turn instanceof Turn.Done done) {
            done.effect().run(out);
        } else if (turn instanceof Turn.Asked asked) {
            asked.request().accept(step(connection, asked.header(), out)).run(out);
        } else if (turn instanceof Turn.Undecodable bad) {
            undecodable(connection, bad, out);
        } else {
            throw new IllegalStateException(turn + " is for the leader");
        }
    }

    /** A turn that was taken down while nobody could be asked. */
    private void again(Connection connection, Turn turn, Outputs out) {
        if (connection.closed) {
            return;
        }
        if (turn instanceof Turn.Asked asked) {
            arrived(connection, asked.header(), asked.request(), out);
        } else if (turn instanceof Turn.Forwarded) {
            connection.turns.add(turn);
            waiting++;
        } else {
            inTurn(connection, turn, out);
        }
    }

    /** Whoever waits for what an earlier leader was asked is closed once it is certain that nothing came of it. */
    private void settle(Outputs out) {
        if (isSettled || core.state.zxid() < settledBy) {
            return;
        }
        isSettled = true;
        core.clients.forEach(connection -> {
            if (!connection.closed && connection.unsettled > 0) {
                end(connection, "the leader was lost before it did what was asked", out);
            }
        });
    }

    private RequestStep step(Connection connection, RequestHeader header, Outputs out) {
        return new RequestStep(core, RequestStep.Writes.ELSEWHERE, connection, header.xid(), out);
    }

    private static Effect notLetIn(Connection connection, RequestHeader header) {
        ReplyHeader reply = new ReplyHeader(header.xid(), 0, ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH.code());
        return o -> {
            o.reply(connection.number, reply, Response.EMPTY);
            Clients.end(connection, "it has proven nothing of what is enforced", o);
        };
    }

    /** None takes a zxid here: the leader is not bothered with what it could not decode either. */
    private void undecodable(Connection connection, Turn.Undecodable bad, Outputs out) {
        int type = bad.header().type();
        if (type == OpCode.AUTH.code() || type == OpCode.SASL.code()) {
            end(connection, "an undecodable credential", out);
            return;
        }
        long zxid = bad.thenClose() ? -1 : core.state.zxid();
        out.reply(
                connection.number,
                new ReplyHeader(bad.header().xid(), zxid, bad.error().code()),
                Response.EMPTY);
        if (bad.thenClose()) {
            end(connection, "request type " + type + " is refused", out);
        }
    }

    /** Its turns are nobody's any more. What the leader has of them happens, or not. */
    @Override
    public void connectionClosed(Connection connection) {
        waiting -= connection.turns.size();
        connection.turns.clear();
    }

    // what the leader says

    /** @param mayRepeat whether the state may show it, or a part of it, already */
    void deliver(Transaction transaction, boolean mayRepeat, Outputs out) {
        deliveredInBatch = true;
        long sessionId = transaction.header().sessionId();
        Delivery.Answered answered = delivery.deliver(transaction, mayRepeat, out);
        if (answered != null) {
            if (answered.endReason() == null) {
                next(answered.connection(), out);
            } else {
                end(answered.connection(), answered.endReason(), out);
            }
        }
        if (transaction.txn() instanceof Txn.CreateSession) {
            sessionCreated(sessionId, out);
        } else if (transaction.txn() instanceof Txn.CloseSession) {
            sessionEnded(sessionId, out);
        }
    }

    /** The first turn is over; those after it that need no leader are taken. */
    private void next(Connection connection, Outputs out) {
        connection.turns.remove();
        waiting--;
        while (!connection.isConnecting
                && connection.turns.peek() != null
                && !(connection.turns.peek() instanceof Turn.Forwarded)) {
            Turn turn = connection.turns.remove();
            waiting--;
            take(connection, turn, out);
        }
    }

    private void sessionCreated(long sessionId, Outputs out) {
        sessionIds.taken(sessionId);
        Handshake handshake = creating.remove(sessionId);
        if (handshake != null && !handshake.connection.closed) {
            core.clients.sessionOpened(sessionId, handshake.connection);
            accept(sessionId, handshake, out);
        }
    }

    private void sessionEnded(long sessionId, Outputs out) {
        Connection connection = core.clients.ofSession(sessionId);
        core.clients.sessionEnded(sessionId);
        if (connection != null && !connection.gone) {
            end(connection, "the session expired", out);
        }
    }

    void revalidated(LeaderPacket.Revalidated answer, Outputs out) {
        long sessionId = answer.sessionId();
        Queue<Handshake> asked = renewing.get(sessionId);
        if (asked == null) {
            return; // nobody here has asked since this server follows
        }
        Handshake handshake = asked.remove();
        if (asked.isEmpty()) {
            renewing.remove(sessionId);
        }
        if (handshake.connection.closed) {
            return;
        }
        boolean lives = answer.valid();
        if (lives) {
            accept(sessionId, handshake, out);
        } else if (handshake.request == null) {
            end(handshake.connection, "the session expired", out);
        } else {
            reject(handshake.connection, handshake.request, out);
        }
    }

    private void accept(long sessionId, Handshake handshake, Outputs out) {
        Connection connection = handshake.connection;
        connection.isConnecting = false;
        connection.timeoutMs = handshake.timeoutMs;
        core.clients.attach(connection, sessionId);
        if (handshake.request == null) {
            List<Turn> held = List.copyOf(connection.turns);
            waiting -= held.size();
            connection.turns.clear();
            held.forEach(turn -> again(connection, turn, out));
        } else {
            ConnectResponse accepted = core.clients.accepted(
                    connection, sessionId, handshake.timeoutMs, handshake.request, peer.isLeaderConfirmed());
            out.identities(connection.number, connection.ids);
            out.accept(connection.number, sessionId, accepted);
        }
    }

    private static void reject(Connection connection, ConnectRequest request, Outputs out) {
        connection.closed = true;
        connection.gone = true;
        out.reject(connection.number, Clients.rejected(request));
    }

    void syncDone(Outputs out) {
        Connection connection = syncs.answered(out);
        if (connection == null) {
            return;
        }
        if (!(connection.turns.peek() instanceof Turn.Forwarded first)
                || !(first.request() instanceof Request.Sync sync)) {
            throw new IllegalStateException(
                    "the leader answered a sync before what was asked before it: " + connection.turns.peek());
        }
        ReplyHeader header = new ReplyHeader(first.xid(), core.state.zxid(), ErrorCode.OK.code());
        out.reply(connection.number, header, new Response.Synced(sync.path()));
        next(connection, out);
    }

    private void end(Connection connection, String reason, Outputs out) {
        connection.closed = true;
        connectionClosed(connection);
        Clients.end(connection, reason, out);
    }

    @Override
    public void endBatch(Outputs out) {
        if (syncs.pingCount() > 0) {
            peer.sendTouches();
            syncs.askForPings(this::forward);
        }
        settle(out);
        if (deliveredInBatch) {
            deliveredInBatch = false;
            out.publish(core.state.freeze());
        }
    }

    @Override
    public long committedZxid() {
        return core.state.zxid();
    }

    /**
     * There is no such leader any more. Whether what it was asked was done, the history of the next one says; who it was asked
     * about a session is closed.
     */
    void leave(Outputs out) {
        core.clients.forEach(connection -> {
            boolean isClosing = connection.closed && !connection.gone;
            if (isClosing || !connection.closed && connection.isConnecting) {
                end(connection, "the leader was lost before it answered", out);
            } else if (!connection.closed) {
                connection.unsettle();
            }
        });
        syncs.abandon();
    }
}
