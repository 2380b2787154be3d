package io.muster.replica.peer;

import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import org.jspecify.annotations.Nullable;

/** What a leader says to its learners. */
public sealed interface LeaderPacket {
    <R> R accept(Handler<R> handler);

    /** One method for each case, so that a case that nobody handles does not compile. */
    interface Handler<R> {
        R leaderInfo(LeaderInfo packet);

        R diff(Diff packet);

        R trunc(Trunc packet);

        R snap(Snap packet);

        R newLeader(NewLeader packet);

        R upToDate(UpToDate packet);

        R propose(Propose packet);

        R commit(Commit packet);

        R commitAndActivate(CommitAndActivate packet);

        R inform(Inform packet);

        R informAndActivate(InformAndActivate packet);

        R ping(Ping packet);

        R revalidated(Revalidated packet);

        R syncDone(SyncDone packet);
    }

    /**
     * The epoch that the leader will lead, which is on its disk.
     *
     * @param epoch above every epoch that a quorum had promised to
     * @param protocolVersion {@link LearnerInfo#PROTOCOL}, or what {@link PeerExtensions} makes of the features agreed on
     */
    record LeaderInfo(long epoch, int protocolVersion) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.leaderInfo(this);
        }
    }

    /**
     * Keep what you have; what you miss follows.
     *
     * @param zxid the leader's last committed one, for information
     */
    record Diff(long zxid) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.diff(this);
        }
    }

    /** Forget every transaction after this one; what you miss follows. @param zxid the last one to keep */
    record Trunc(long zxid) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.trunc(this);
        }
    }

    /**
     * Forget what you have and take this state; what came after it follows, and may repeat what is in it.
     *
     * @param zxid the last transaction in it, at least
     * @param state whole, though on the wire it is streamed
     */
    record Snap(long zxid, State state) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.snap(this);
        }
    }

    /**
     * The history so far is the leader's: once it is on your disk, and then that you are in this epoch, acknowledge it.
     *
     * @param membershipText the leader's last proposed membership; null to learners of ZooKeeper before 3.5
     */
    record NewLeader(long epoch, @Nullable String membershipText) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.newLeader(this);
        }
    }

    /** A quorum has the leader's history: serve. */
    record UpToDate() implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.upToDate(this);
        }
    }

    /** To be logged and acknowledged. */
    record Propose(Transaction transaction) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.propose(this);
        }
    }

    /** @param zxid of the oldest proposal that is not committed yet */
    record Commit(long zxid) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.commit(this);
        }
    }

    /**
     * Commits a change of the membership, which is in force from now on.
     *
     * @param designatedLeader the server id of who is to lead the new membership
     */
    record CommitAndActivate(long zxid, long designatedLeader) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.commitAndActivate(this);
        }
    }

    /** A committed transaction, to an observer. */
    record Inform(Transaction transaction) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.inform(this);
        }
    }

    /** A committed change of the membership, to an observer. @param designatedLeader as in {@link CommitAndActivate} */
    record InformAndActivate(long designatedLeader, Transaction transaction) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.informAndActivate(this);
        }
    }

    /**
     * @param zxid the last proposed one
     * @param round which the reply is to carry back, from 1; 0 for none, and always to learners without {@link
     *     PeerExtensions#ROUNDS}
     */
    record Ping(long zxid, long round) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.ping(this);
        }
    }

    /** Whether a session lives; it belongs to the learner that asked now. */
    record Revalidated(long sessionId, boolean valid) implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.revalidated(this);
        }
    }

    /** Everything that was proposed before the learner's oldest unanswered sync is committed, and was sent before this. */
    record SyncDone() implements LeaderPacket {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.syncDone(this);
        }
    }
}
