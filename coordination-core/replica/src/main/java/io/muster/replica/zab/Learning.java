package io.muster.replica.zab;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.state.Transaction;

/** What {@link Following} and {@link Observing} have in common: a leader, whose word is waited for. */
abstract sealed class Learning extends Part implements LeaderPacket.Handler<Verdict> permits Following, Observing {
    final long leader;
    final int features;
    private long heardMs;

    Learning(Peer peer, long leader, int features) {
        super(peer);
        this.leader = leader;
        this.features = features;
        this.heardMs = peer.nowMs;
    }

    /** A failed check: the membership that is in force is not the one that this server was started with. */
    static IllegalStateException cannotReconfigure() {
        return new IllegalStateException(
                "The ensemble's membership was changed by a reconfiguration, which this version"
                        + " cannot follow. Put the new members into its configuration, and start it again.");
    }

    @Override
    void leaderLost(String reason) {
        peer.look("lost the leader " + leader + ": " + reason);
    }

    @Override
    void fromLeader(LeaderPacket packet) {
        heardMs = peer.nowMs;
        String wrong = packet.accept(this).wrong();
        if (wrong != null) {
            leave(wrong);
        }
    }

    private void leave(String reason) {
        peer.disconnect(reason);
        peer.look("left the leader " + leader + ": " + reason);
    }

    @Override
    void handOver() {
        peer.disconnect("about to stop");
        peer.retire("handed over");
    }

    @Override
    long dueMs() {
        return heardMs + peer.settings.syncLimitMs() + 1;
    }

    @Override
    void endBatch() {
        if (peer.nowMs >= dueMs()) {
            leave("nothing heard for " + (peer.nowMs - heardMs) + " ms");
        }
    }

    /** Appends a transaction, if it continues the log. */
    final Verdict append(Transaction transaction) {
        long last = peer.history.last();
        if (!Window.follows(last, transaction.zxid())) {
            return Verdict.wrong("a hole: " + text(transaction.zxid()) + " after " + text(last));
        }
        peer.history.append(transaction);
        return Verdict.FINE;
    }

    @Override
    public Verdict ping(LeaderPacket.Ping packet) {
        long round = (features & PeerExtensions.ROUNDS) == 0 ? 0 : packet.round();
        peer.toLeader(new LearnerPacket.PingReply(packet.zxid(), round, peer.takeTouches()));
        return Verdict.FINE;
    }

    @Override
    public Verdict revalidated(LeaderPacket.Revalidated packet) {
        out.fromLeader(packet);
        return Verdict.FINE;
    }

    @Override
    public Verdict syncDone(LeaderPacket.SyncDone packet) {
        out.fromLeader(packet);
        return Verdict.FINE;
    }

    @Override
    public Verdict upToDate(LeaderPacket.UpToDate packet) {
        return Verdict.FINE; // said again: it means nothing, and ZooKeeper lets it pass
    }

    @Override
    public Verdict leaderInfo(LeaderPacket.LeaderInfo packet) {
        return unexpected(packet);
    }

    @Override
    public Verdict diff(LeaderPacket.Diff packet) {
        return unexpected(packet);
    }

    @Override
    public Verdict trunc(LeaderPacket.Trunc packet) {
        return unexpected(packet);
    }

    @Override
    public Verdict snap(LeaderPacket.Snap packet) {
        return unexpected(packet);
    }

    @Override
    public Verdict newLeader(LeaderPacket.NewLeader packet) {
        return unexpected(packet);
    }

    @Override
    public Verdict commitAndActivate(LeaderPacket.CommitAndActivate packet) {
        throw cannotReconfigure();
    }

    @Override
    public Verdict informAndActivate(LeaderPacket.InformAndActivate packet) {
        throw cannotReconfigure();
    }

    private static Verdict unexpected(LeaderPacket packet) {
        return Verdict.wrong(packet.getClass().getSimpleName() + " after UPTODATE");
    }
}
