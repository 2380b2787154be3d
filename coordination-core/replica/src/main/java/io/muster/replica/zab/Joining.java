package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerInfo;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A learner on its way to a leader: it promises the leader's epoch, takes over the leader's history, and says so.
 *
 * <table>
 * <caption>Steps</caption>
 * <tr><th>step</th><th>what ends it</th><th>then</th></tr>
 * <tr><td>CONNECTING</td><td>connected</td><td>says who it is</td></tr>
 * <tr><td>GREETING</td><td>LEADERINFO of no earlier epoch than promised</td><td>saves the accepted epoch</td></tr>
 * <tr><td>PROMISING</td><td>that is on the disk</td><td>ACKEPOCH</td></tr>
 * <tr><td>AWAITING_PLAN</td><td>DIFF, TRUNC or SNAP</td><td>notes it</td></tr>
 * <tr><td>RECEIVING</td><td>NEWLEADER; until then everything is only held</td><td>cuts the log, or installs the snapshot</td></tr>
 * <tr><td>RESETTING</td><td>that is on the disk</td><td>appends what was committed before NEWLEADER</td></tr>
 * <tr><td>FORCING</td><td>the whole log is on the disk</td><td>saves the current epoch</td></tr>
 * <tr><td>SAVING_EPOCH</td><td>that is on the disk</td><td>ACK of NEWLEADER</td></tr>
 * <tr><td>ACKNOWLEDGED</td><td>UPTODATE</td><td>hands up what is committed: {@link Following}, {@link Observing}</td></tr>
 * <tr><td>any</td><td>the link is lost, nothing comes in time, or what comes makes no sense</td><td>{@link Looking}</td></tr>
 * </table>
 *
 * <p>An interrupted synchronization leaves the disk as it was until NEWLEADER, and after it a beginning of the leader's
 * history under the old epoch, which promises nothing.
 */
final class Joining extends Part implements LeaderPacket.Handler<Verdict> {
    private enum Step {
        CONNECTING,
        GREETING,
        PROMISING,
        AWAITING_PLAN,
        RECEIVING,
        RESETTING,
        FORCING,
        SAVING_EPOCH,
        ACKNOWLEDGED
    }

    private final long leader;
    private final boolean observes;
    private Step step = Step.CONNECTING;
    private long heardMs;
    private long epoch;
    private int features;
    private boolean startsOver;
    private @Nullable LeaderPacket plan;
    private Held held = new Held(0);
    /** What was committed before NEWLEADER, and goes with its acknowledgement. */
    private List<Transaction> covered = List.of();

    Joining(Peer peer, long leader) {
        super(peer);
        this.leader = leader;
        this.observes = peer.observes();
        this.heardMs = peer.nowMs;
    }

    @Override
    ServerState state() {
        return observes ? ServerState.OBSERVING : ServerState.FOLLOWING;
    }

    @Override
    void begin() {
        peer.connectTo(leader);
    }

    @Override
    void leaderConnected() {
        step = Step.GREETING;
        heardMs = peer.nowMs;
        LearnerInfo info = new LearnerInfo(
                peer.settings.serverId(),
                PeerExtensions.encode(peer.settings.bounds().features()),
                peer.settings.membership().version());
        long accepted = peer.epochs.accepted();
        peer.toLeader(
                observes
                        ? new LearnerPacket.ObserverInfo(accepted, info)
                        : new LearnerPacket.FollowerInfo(accepted, info));
    }

    @Override
    void leaderLost(String reason) {
        peer.look("lost the leader " + leader + " in step " + step + ": " + reason);
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
        peer.look("left the leader " + leader + " in step " + step + ": " + reason);
    }

    private Verdict unexpected(LeaderPacket packet) {
        return Verdict.wrong(packet.getClass().getSimpleName() + " in step " + step);
    }

    @Override
    public Verdict leaderInfo(LeaderPacket.LeaderInfo packet) {
        if (step != Step.GREETING) {
            return unexpected(packet);
        }
        epoch = packet.epoch();
        if (epoch < peer.epochs.accepted()) {
            return Verdict.wrong("epoch " + epoch + " is before the accepted " + peer.epochs.accepted());
        }
        features = PeerExtensions.decode(packet.protocolVersion())
                & peer.settings.bounds().features();
        step = Step.PROMISING;
        if (epoch > peer.epochs.accepted()) {
            peer.epochs.accept(epoch);
            out.saveAcceptedEpoch(epoch);
        }
        promiseIfSaved();
        return Verdict.FINE;
    }

    private void promiseIfSaved() {
        if (!peer.epochs.isAcceptedOnDisk()) {
            return;
        }
        step = Step.AWAITING_PLAN;
        heardMs = peer.nowMs;
        startsOver = peer.startOverIn == epoch;
        boolean counts = peer.epochs.promiseTo(leader) && !startsOver;
        int current = counts ? Math.toIntExact(peer.epochs.current()) : LearnerPacket.AckEpoch.ACCEPTED_BEFORE;
        peer.toLeader(new LearnerPacket.AckEpoch(startsOver ? 0 : peer.history.last(), current));
    }

    @Override
    public Verdict diff(LeaderPacket.Diff packet) {
        return planned(packet, startsOver ? 0 : peer.history.last());
    }

    @Override
    public Verdict trunc(LeaderPacket.Trunc packet) {
        long zxid = packet.zxid();
        if (startsOver || zxid > peer.history.last()) {
            return Verdict.wrong("told to cut the log after " + text(zxid) + ", but the last is "
                    + text(startsOver ? 0 : peer.history.last()));
        }
        if (!peer.history.canTruncate(zxid)) {
            peer.startOverIn = epoch;
            return Verdict.wrong("the log cannot be cut after " + text(zxid) + ": a snapshot is needed");
        }
        return planned(packet, zxid);
    }

    @Override
    public Verdict snap(LeaderPacket.Snap packet) {
        return planned(packet, packet.zxid());
    }

    private Verdict planned(LeaderPacket packet, long base) {
        if (step != Step.AWAITING_PLAN) {
            return unexpected(packet);
        }
        plan = packet;
        held = new Held(base);
        step = Step.RECEIVING;
        return Verdict.FINE;
    }

    @Override
    public Verdict propose(LeaderPacket.Propose packet) {
        return hold(packet, held.propose(packet.transaction()));
    }

    @Override
    public Verdict commit(LeaderPacket.Commit packet) {
        return hold(packet, held.commit(packet.zxid()));
    }

    @Override
    public Verdict inform(LeaderPacket.Inform packet) {
        return hold(packet, held.inform(packet.transaction()));
    }

    private Verdict hold(LeaderPacket packet, boolean fits) {
        if (step.compareTo(Step.RECEIVING) < 0) {
            return unexpected(packet);
        }
        return fits
                ? Verdict.FINE
                : Verdict.wrong("out of order: " + packet.getClass().getSimpleName() + ", with " + held);
    }

    @Override
    public Verdict commitAndActivate(LeaderPacket.CommitAndActivate packet) {
        throw Learning.cannotReconfigure();
    }

    @Override
    public Verdict informAndActivate(LeaderPacket.InformAndActivate packet) {
        throw Learning.cannotReconfigure();
    }

    @Override
    public Verdict newLeader(LeaderPacket.NewLeader packet) {
        if (step != Step.RECEIVING || packet.epoch() != epoch) {
            return Verdict.wrong("NEWLEADER of epoch " + packet.epoch() + " in step " + step + " of epoch " + epoch);
        }
        step = Step.RESETTING;
        covered = held.take(true);
        if (plan instanceof LeaderPacket.Snap snap) {
            install(snap.state(), snap.zxid());
        } else if (startsOver && peer.history.last() != 0) {
            install(peer.settings.initial(), 0);
        } else if (plan instanceof LeaderPacket.Trunc trunc) {
            peer.history.truncate(trunc.zxid());
        } else {
            appendCommitted();
        }
        return Verdict.FINE;
    }

    private void install(State state, long zxid) {
        peer.history.install(state, zxid, covered);
    }

    @Override
    void diskAnswered() {
        switch (step) {
            case PROMISING -> promiseIfSaved();
            case RESETTING -> {
                if (peer.history.wasCutTooFar()) {
                    leave("the log has not what it was to be cut after, but ends at " + text(peer.history.last()));
                } else if (!peer.history.isResetting()) {
                    appendCommitted();
                }
            }
            case FORCING -> saveEpochIfForced();
            case SAVING_EPOCH -> acknowledgeIfSaved();
            default -> {}
        }
    }

    private void appendCommitted() {
        step = Step.FORCING;
        covered.forEach(peer.history::append);
        covered = List.of();
        saveEpochIfForced();
    }

    /** First the history, then the epoch: the other way round, a crash would give a high vote to a short history. */
    private void saveEpochIfForced() {
        if (peer.history.isPersisted()) {
            step = Step.SAVING_EPOCH;
            out.saveCurrentEpoch(epoch);
        }
    }

    private void acknowledgeIfSaved() {
        if (peer.epochs.current() == epoch) {
            step = Step.ACKNOWLEDGED;
            heardMs = peer.nowMs;
            peer.startOverIn = 0;
            peer.toLeader(new LearnerPacket.Ack(Zxid.of(epoch, 0)));
        }
    }

    @Override
    public Verdict upToDate(LeaderPacket.UpToDate packet) {
        if (step != Step.ACKNOWLEDGED) {
            return unexpected(packet);
        }
        long acknowledged = peer.history.last();
        peer.history.commit(acknowledged);
        peer.established(epoch);
        peer.toLeader(new LearnerPacket.Ack(Zxid.of(epoch, 0)));
        Learning next =
                observes ? new Observing(peer, leader, features) : new Following(peer, leader, features, acknowledged);
        Role role = observes ? new Role.Observing(leader, epoch) : new Role.Following(leader, epoch);
        peer.become(next, role, "has the leader's history up to " + text(acknowledged));
        held.take(false).forEach(peer.history::append);
        if (held.committed() > acknowledged) {
            peer.history.commit(held.committed());
        }
        return Verdict.FINE;
    }

    @Override
    public Verdict ping(LeaderPacket.Ping packet) {
        return Verdict.FINE; // not to be answered before UPTODATE
    }

    @Override
    public Verdict revalidated(LeaderPacket.Revalidated packet) {
        return Verdict.FINE; // nothing was asked on this link
    }

    @Override
    public Verdict syncDone(LeaderPacket.SyncDone packet) {
        return Verdict.FINE;
    }

    @Override
    long dueMs() {
        boolean waitsForDisk =
                step == Step.PROMISING || step == Step.RESETTING || step == Step.FORCING || step == Step.SAVING_EPOCH;
        int limitMs = step == Step.ACKNOWLEDGED ? peer.settings.syncLimitMs() : peer.settings.initLimitMs();
        return waitsForDisk ? Long.MAX_VALUE : heardMs + limitMs + 1;
    }

    @Override
    void endBatch() {
        if (peer.nowMs >= dueMs()) {
            leave("nothing heard for " + (peer.nowMs - heardMs) + " ms");
        }
    }
}
