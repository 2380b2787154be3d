package io.muster.replica;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Response;
import io.muster.protocol.Xids;
import io.muster.replica.peer.LearnerPacket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a leader's word, which it gives behind all that is committed and once a quorum has confirmed that it leads: clients
 * that have asked for it, and those whose pings it answers. The leader's answers carry no names, so they are told apart by their
 * order. Owned by the replica's thread.
 */
final class Syncs {
    private final Core core;
    private final Queue<Sync> asked = new ArrayDeque<>();
    /** Of this batch. */
    private List<Ping> pings = new ArrayList<>();

    private sealed interface Sync {
        /** By a client. */
        record OfClient(Connection connection) implements Sync {}

        /** By this server, for the pings of its clients. */
        record OfPings(List<Ping> pings) implements Sync {}
    }

    private record Ping(Connection connection, Turn.Asked asked) {}

    Syncs(Core core) {
        this.core = core;
    }

    /** A client's sync was forwarded. */
    void asked(Connection connection) {
        asked.add(new Sync.OfClient(connection));
    }

    /** At the end of the batch the leader is to be asked for the pings that came in it. */
    void ping(Connection connection, Turn.Asked ping) {
        pings.add(new Ping(connection, ping));
    }

    /** Pings for which the leader is still to be asked. */
    int pingCount() {
        return pings.size();
    }

    /** Asks the leader once for all pings of the batch; it must have heard of their sessions before. */
    void askForPings(Consumer<LearnerPacket> leader) {
        Connection first = pings.get(0).connection;
        byte[] body = new JuteWriter().writeString("/").toByteArray();
        leader.accept(new LearnerPacket.Request(first.sessionId, 0, OpCode.SYNC.code(), body, first.ids));
        asked.add(new Sync.OfPings(pings));
        pings = new ArrayList<>();
    }

    /** The leader has answered the oldest. Pings are answered here; a client is returned, if it was one's and it is not gone. */
    @Nullable
    Connection answered(Outputs out) {
        Sync sync = asked.poll();
        if (sync instanceof Sync.OfClient ofClient) {
            return ofClient.connection.gone ? null : ofClient.connection;
        }
        if (sync instanceof Sync.OfPings ofPings) {
            ReplyHeader header = new ReplyHeader(Xids.PING, core.state.zxid(), ErrorCode.OK.code());
            for (Ping ping : ofPings.pings) {
                if (!ping.connection.gone) {
                    out.reply(ping.connection.number, header, Response.EMPTY);
                }
            }
        }
        return null;
    }

    /** There is no such leader any more: pings are to be asked again of the next. */
    void abandon() {
        again(pings);
        for (Sync sync : asked) {
            if (sync instanceof Sync.OfPings ofPings) {
                again(ofPings.pings);
            }
        }
    }

    private static void again(List<Ping> pings) {
        for (Ping ping : pings) {
            if (!ping.connection.closed) {
                ping.connection.turns.add(ping.asked);
            }
        }
    }
}
