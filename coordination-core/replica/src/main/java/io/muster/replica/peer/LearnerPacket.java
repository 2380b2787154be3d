package io.muster.replica.peer;

import io.muster.protocol.Id;
import java.util.List;

/** What a learner says to its leader. */
public sealed interface LearnerPacket {
    <R> R accept(Handler<R> handler);

    /** One method for each case, so that a case that nobody handles does not compile. */
    interface Handler<R> {
        R followerInfo(FollowerInfo packet);

        R observerInfo(ObserverInfo packet);

        R ackEpoch(AckEpoch packet);

        R ack(Ack packet);

        R pingReply(PingReply packet);

        R request(Request packet);

        R revalidate(Revalidate packet);
    }

    /**
     * The first word of a follower, voting or not.
     *
     * @param acceptedEpoch the last epoch that it promised to
     */
    record FollowerInfo(long acceptedEpoch, LearnerInfo info) implements LearnerPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.followerInfo(this);
        }
    }

    /** The first word of an observer. @param acceptedEpoch as a follower's */
    record ObserverInfo(long acceptedEpoch, LearnerInfo info) implements LearnerPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.observerInfo(this);
        }
    }

    /**
     * The learner's promise to accept nothing from an earlier epoch, which is on its disk.
     *
     * @param lastZxid the last transaction in its log, committed or not
     * @param currentEpoch of the last leader whose history it took over; {@link #ACCEPTED_BEFORE} if it had promised to this
     *     epoch before, and is not to be counted
     */
    record AckEpoch(long lastZxid, int currentEpoch) implements LearnerPacket {
        public static final int ACCEPTED_BEFORE = -1;

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.ackEpoch(this);
        }
    }

    /**
     * On the learner's disk.
     *
     * @param zxid of a proposal; or the epoch's, counter 0, which first answers NEWLEADER and then UPTODATE
     */
    record Ack(long zxid) implements LearnerPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.ack(this);
        }
    }

    /**
     * @param zxid the ping's
     * @param round the ping's; 0 for none
     * @param touches the sessions that were heard from since the last reply
     */
    record PingReply(long zxid, long round, List<Touch> touches) implements LearnerPacket {
        public PingReply {
            touches = List.copyOf(touches);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.pingReply(this);
        }
    }

    /** @param timeoutMs the session's, as its server agreed it */
    record Touch(long sessionId, int timeoutMs) {}

    /**
     * A client's request, forwarded.
     *
     * @param sessionId the client's
     * @param cxid the client's number for the request; 0 for sessions
     * @param opCode as {@link io.muster.protocol.OpCode} has it
     * @param body the request's record as the client sent it; not copied, nobody may change it
     * @param ids who the client is
     */
    record Request(long sessionId, int cxid, int opCode, byte[] body, List<Id> ids) implements LearnerPacket {
        public Request {
            ids = List.copyOf(ids);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.request(this);
        }
    }

    /** Asks whether a session that came to the learner lives. @param timeoutMs as agreed with its client */
    record Revalidate(long sessionId, int timeoutMs) implements LearnerPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.revalidate(this);
        }
    }
}
