package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a {@link SyncPlan}: sends a learner the leader's history, and NEWLEADER behind it. All of that is one step, and from
 * it on the learner is sent whatever comes. Owned by one thread.
 */
final class Synchronizer {
    private final Peer peer;
    private final Proposals proposals;
    private final long initial;

    /** @param initial the last transaction of the history that the epoch begins with */
    Synchronizer(Peer peer, Proposals proposals, long initial) {
        this.peer = peer;
        this.proposals = proposals;
        this.initial = initial;
    }

    /**
     * Synchronizes a learner, or has the log read first.
     *
     * @param isEstablished whether a quorum is in the epoch; before that the whole initial history is sent as committed
     */
    void plan(Learner learner, long epoch, boolean isEstablished) {
        SyncPlan plan = question(learner, epoch, isEstablished).plan();
        long maxBytes = peer.settings.bounds().fromLogBytes();
        if (plan instanceof SyncPlan.FromLog fromLog && maxBytes > 0) {
            learner.become(Learner.Step.READING_LOG);
            peer.out.readLog(learner.link, fromLog.after(), fromLog.upTo(), maxBytes);
        } else {
            carryOut(learner, plan, epoch, isEstablished);
        }
    }

    /** What was asked for was read. */
    void logRead(Learner learner, @Nullable List<Transaction> transactions, long epoch, boolean isEstablished) {
        SyncPlan plan = question(learner, epoch, isEstablished).planWith(transactions);
        carryOut(learner, plan, epoch, isEstablished);
    }

    private long settled(boolean isEstablished) {
        return isEstablished ? proposals.committed() : initial;
    }

    private SyncPlan.Question question(Learner learner, long epoch, boolean isEstablished) {
        return new SyncPlan.Question(
                learner.last(),
                peer.history.window(),
                settled(isEstablished),
                Zxid.of(epoch, 0),
                isEstablished,
                learner.isMuster());
    }

    private void carryOut(Learner learner, SyncPlan plan, long epoch, boolean isEstablished) {
        PeerOutputs out = peer.out;
        Window window = peer.history.window();
        long link = learner.link;
        long settled = settled(isEstablished);
        long keeps;
        List<Transaction> then;
        if (plan instanceof SyncPlan.Diff diff) {
            out.toLearner(link, new LeaderPacket.Diff(settled));
            keeps = learner.last();
            then = diff.then();
        } else if (plan instanceof SyncPlan.TruncThenDiff trunc) {
            out.toLearner(link, new LeaderPacket.Trunc(trunc.zxid()));
            keeps = trunc.zxid();
            then = trunc.then();
        } else {
            keeps = peer.history.delivered();
            out.sendSnapshot(link, peer.history.replacement());
            then = window.between(keeps, settled);
        }
        proposals.withdraw(learner.server(), keeps);
        for (Transaction each : then) {
            out.toLearner(link, new LeaderPacket.Propose(each));
            out.toLearner(link, new LeaderPacket.Commit(each.zxid()));
        }
        if (!learner.observes()) {
            for (Transaction each : window.between(settled, peer.history.last())) {
                out.toLearner(link, new LeaderPacket.Propose(each));
                learner.proposed(each.zxid(), peer.nowMs);
            }
        }
        learner.synchronizedUpTo(settled);
        out.toLearner(link, new LeaderPacket.NewLeader(epoch, peer.settings.membershipText()));
    }
}
