package io.muster.replica;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;

/**
 * Serves nobody while there is no leader. Connections with a session stay open, with what they ask unanswered, for a bounded
 * time: a client of a server that is cut off is to try another one. Owned by the replica's thread.
 */
final class Interim implements Duty {
    private final Core core;
    private final long untilMs;
    private int waiting;

    /** @param holdMs how long connections stay open */
    Interim(Core core, int holdMs) {
        this.core = core;
        this.untilMs = core.now.monotonicMs() + holdMs;
        core.clients.forEach(connection -> waiting += connection.turns.size());
    }

    @Override
    public void connect(Connection connection, ConnectRequest request, Outputs out) {
        end(connection, "this server has no leader", out);
    }

    /** It is not asked whether the session lives: whoever leads next says that. */
    @Override
    public boolean touch(Connection connection) {
        return connection.sessionId != 0;
    }

    @Override
    public void arrived(Connection connection, RequestHeader header, Request request, Outputs out) {
        hold(connection, new Turn.Asked(header, request));
    }

    @Override
    public void refused(Connection connection, RequestHeader header, ErrorCode error, boolean thenClose, Outputs out) {
        hold(connection, new Turn.Undecodable(header, error, thenClose));
    }

    private void hold(Connection connection, Turn turn) {
        connection.turns.add(turn);
        waiting++;
    }

    @Override
    public void connectionClosed(Connection connection) {
        waiting -= connection.turns.size();
        connection.turns.clear();
    }

    /** Somebody whose request was on its way may be told now what came of it. */
    void answered(Delivery.Answered answered, Outputs out) {
        Connection connection = answered.connection();
        if (answered.endReason() == null) {
            connection.turns.remove();
            waiting--;
        } else {
            end(connection, answered.endReason(), out);
        }
    }

    @Override
    public void endBatch(Outputs out) {
        if (core.now.monotonicMs() >= untilMs) {
            core.clients.forEach(connection -> {
                if (!connection.closed) {
                    end(connection, "this server has had no leader for too long", out);
                }
            });
        }
    }

    private void end(Connection connection, String reason, Outputs out) {
        connection.closed = true;
        connectionClosed(connection);
        Clients.end(connection, reason, out);
    }

    @Override
    public int waitingCount() {
        return waiting;
    }

    @Override
    public long committedZxid() {
        return core.state.zxid();
    }
}
