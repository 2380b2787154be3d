package io.muster.replica;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteReader;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.session.SessionTable.Session;
import io.muster.replica.state.Caller;

/**
 * Where a leader takes what its learners' clients ask. There is no reply: the server that forwarded a request sees what came of
 * it in the transaction, so every request must become one, also if it fails. Owned by the replica's thread.
 */
final class LearnerDesk implements LearnerPacket.Handler<Void> {
    private final Primary primary;
    private long link;
    private Outputs out;

    LearnerDesk(Primary primary, Outputs out) {
        this.primary = primary;
        this.out = out;
    }

    /** @param from the learner's link: a session belongs to the one over which it was heard of last */
    void take(long from, LearnerPacket packet, Outputs to) {
        link = from;
        out = to;
        packet.accept(this);
    }

    @Override
    public Void request(LearnerPacket.Request packet) {
        Caller caller = new Caller(packet.sessionId(), packet.cxid(), packet.ids());
        OpCode op = OpCode.of(packet.opCode());
        try {
            JuteReader body = new JuteReader(packet.body());
            if (op == OpCode.CREATE_SESSION) {
                primary.sessions().createFor(link, packet.sessionId(), body.readInt("timeOut"), out);
                return null;
            }
            if (op == OpCode.SYNC) {
                primary.syncFor(link);
                return null;
            }
            ErrorCode refusal = owner(packet.sessionId());
            if (refusal != ErrorCode.OK) {
                primary.failFor(caller, refusal, out);
            } else if (op == OpCode.CLOSE_SESSION) {
                primary.sessions().closeFor(packet.sessionId(), packet.cxid(), out);
            } else {
                primary.writeFor(caller, op, body, out);
            }
        } catch (MalformedFrameException e) {
            primary.failFor(caller, ErrorCode.MARSHALLING_ERROR, out);
        }
        return null;
    }

    /** Whether the session may be spoken for over this link. */
    private ErrorCode owner(long sessionId) {
        Session session = primary.sessions().get(sessionId);
        if (session == null || session.isClosing()) {
            return ErrorCode.SESSION_EXPIRED;
        }
        return session.belongsTo(link) ? ErrorCode.OK : ErrorCode.SESSION_MOVED;
    }

    @Override
    public Void revalidate(LearnerPacket.Revalidate packet) {
        Session session = primary.sessions().get(packet.sessionId());
        boolean lives = session != null && !session.isClosing();
        if (session != null && lives) {
            session.moveTo(link);
            primary.sessions().renew(packet.sessionId(), packet.timeoutMs());
        }
        out.peers().toLearner(link, new LeaderPacket.Revalidated(packet.sessionId(), lives));
        return null;
    }

    @Override
    public Void pingReply(LearnerPacket.PingReply packet) {
        for (LearnerPacket.Touch touch : packet.touches()) {
            Session session = primary.sessions().get(touch.sessionId());
            if (session != null) {
                primary.sessions().touch(session);
            }
        }
        return null;
    }

    @Override
    public Void followerInfo(LearnerPacket.FollowerInfo packet) {
        return notForUs(packet);
    }

    @Override
    public Void observerInfo(LearnerPacket.ObserverInfo packet) {
        return notForUs(packet);
    }

    @Override
    public Void ackEpoch(LearnerPacket.AckEpoch packet) {
        return notForUs(packet);
    }

    @Override
    public Void ack(LearnerPacket.Ack packet) {
        return notForUs(packet);
    }

    private static Void notForUs(LearnerPacket packet) {
        throw new IllegalStateException(packet + " is the protocol's own");
    }
}
