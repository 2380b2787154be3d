package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.Transaction;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Was elected: makes an epoch of its own, has a quorum take over its history, and proposes.
 *
 * <table>
 * <caption>Steps</caption>
 * <tr><th>step</th><th>what ends it</th><th>then</th></tr>
 * <tr><td>GATHERING</td><td>a quorum has come, this server counted</td><td>saves an epoch above all that they promised</td></tr>
 * <tr><td>ACCEPTING</td><td>that is on the disk</td><td>LEADERINFO to those who wait</td></tr>
 * <tr><td>PROMISED</td><td>a quorum has promised that epoch, and none of it has more history</td><td>forces its own log</td></tr>
 * <tr><td>ENTERING</td><td>that, and then the current epoch, is on the disk</td><td>its history to those who wait</td></tr>
 * <tr><td>SYNCHRONIZING</td><td>a quorum has taken it over</td><td>hands it up, UPTODATE, proposes</td></tr>
 * <tr><td>ESTABLISHED</td><td>no quorum is heard of, the epoch is used up, or to be stopped</td><td>{@link Looking}, {@link
 * Retired}</td></tr>
 * <tr><td>any before that</td><td>takes too long</td><td>{@link Looking}</td></tr>
 * </table>
 *
 * <p>Learners that come later go through the same steps, as far as the leader is: {@link Learner}. From the plan on that is made
 * for a learner it is sent everything, so that nothing falls between what was and what comes.
 *
 * <p>Invariant: a transaction is committed only when a quorum, in which this server counts like any other, has it on its disks,
 * and only in an established epoch.
 */
final class Leading extends Part {
    private enum Step {
        GATHERING,
        ACCEPTING,
        PROMISED,
        ENTERING,
        SYNCHRONIZING,
        ESTABLISHED
    }

    private final Learners learners;
    private final Set<Long> gathered = new TreeSet<>();
    private final Set<Long> promised = new TreeSet<>();
    private final Set<Long> entered = new TreeSet<>();
    /** The last transaction of the history that this epoch begins with. */
    private final long initial;

    private final Proposals proposals;
    private final Rounds rounds;
    private final Synchronizer synchronizer;
    private Step step = Step.GATHERING;
    private boolean savesEpoch;
    private long epoch;
    private long deadlineMs;
    private long pingAtMs;
    private boolean checksQuorum;
    /** Why nothing is proposed any more; what was proposed is still to be committed. */
    private @Nullable String ending;

    private boolean retires;

    Leading(Peer peer) {
        super(peer);
        this.initial = peer.history.last();
        this.proposals = new Proposals(initial, peer.quorums);
        this.rounds = new Rounds(peer.confirmRound);
        this.learners = new Learners(peer.out);
        this.synchronizer = new Synchronizer(peer, proposals, initial);
    }

    @Override
    ServerState state() {
        return ServerState.LEADING;
    }

    @Override
    void begin() {
        gathered.add(self());
        advanceTo(Step.GATHERING);
        acceptIfGathered();
    }

    private long self() {
        return peer.settings.serverId();
    }

    private void advanceTo(Step next) {
        step = next;
        deadlineMs = peer.nowMs + peer.settings.initLimitMs();
    }

    private boolean isAtLeast(Step other) {
        return step.compareTo(other) >= 0;
    }

    private boolean votes(Learner learner) {
        return !learner.observes() && peer.quorums.isVoter(learner.server());
    }

    // what learners ask

    long membershipVersion() {
        return peer.settings.membership().version();
    }

    int features() {
        return peer.settings.bounds().features();
    }

    long nowMs() {
        return peer.nowMs;
    }

    long nextZxid() {
        long last = peer.history.last();
        return Zxid.epoch(last) == epoch ? last + 1 : Zxid.of(epoch, 1);
    }

    List<PeerStatus.LearnerStatus> learners() {
        return learners.status(this::votes);
    }

    // learners come and go

    @Override
    void learnerConnected(long link) {
        learners.add(new Learner(this, link, peer.nowMs));
    }

    @Override
    void learnerLost(long link) {
        learners.lost(link);
    }

    @Override
    void fromLearner(long link, LearnerPacket packet) {
        Learner learner = learners.get(link);
        if (learner == null) {
            return;
        }
        learner.heard(peer.nowMs);
        String wrong = packet.accept(learner).wrong();
        if (wrong != null) {
            learners.close(learner, wrong);
        }
    }

    // the epoch

    Verdict greeted(Learner learner, long acceptedEpoch) {
        learners.closeOlder(learner);
        peer.epochs.see(acceptedEpoch);
        if (step == Step.GATHERING) {
            if (votes(learner)) {
                gathered.add(learner.server());
            }
            acceptIfGathered();
            return Verdict.FINE;
        }
        if (acceptedEpoch > epoch) {
            if (votes(learner)) {
                end("server " + learner.server() + " has promised epoch " + acceptedEpoch
                        + ", and can join only a later one");
            }
            return Verdict.wrong("it has promised epoch " + acceptedEpoch + ", and this is " + epoch);
        }
        if (isAtLeast(Step.PROMISED)) {
            inform(learner);
        }
        return Verdict.FINE;
    }

    private void acceptIfGathered() {
        if (!peer.quorums.contain(gathered::contains)) {
            return;
        }
        advanceTo(Step.ACCEPTING);
        epoch = peer.epochs.seen() + 1;
        peer.epochs.accept(epoch);
        out.saveAcceptedEpoch(epoch);
    }

    private void inform(Learner learner) {
        learner.become(Learner.Step.PROMISING);
        out.toLearner(learner.link, learner.leaderInfo(epoch));
    }

    @Override
    void diskAnswered() {
        switch (step) {
            case ACCEPTING -> informIfAccepted();
            case ENTERING -> enterIfForced();
            case ESTABLISHED -> {
                proposals.ack(self(), peer.history.persisted());
                commit();
            }
            default -> {}
        }
    }

    private void informIfAccepted() {
        if (!peer.epochs.isAcceptedOnDisk()) {
            return;
        }
        advanceTo(Step.PROMISED);
        peer.epochs.promiseTo(self());
        promised.add(self());
        learners.in(Learner.Step.WAITING_FOR_EPOCH).forEach(this::inform);
        enterIfPromised();
    }

    Verdict promised(Learner learner, int currentEpoch) {
        if (isAtLeast(Step.SYNCHRONIZING)) {
            plan(learner);
            return Verdict.FINE;
        }
        if (currentEpoch == LearnerPacket.AckEpoch.ACCEPTED_BEFORE) {
            return Verdict.FINE;
        }
        long own = peer.epochs.current();
        if (currentEpoch > own || currentEpoch == own && learner.last() > initial) {
            return Verdict.wrong("it has more history than its leader: " + text(learner.last()) + " of epoch "
                    + currentEpoch + " is after " + text(initial) + " of epoch " + own);
        }
        if (votes(learner) && learner.last() != -1) {
            promised.add(learner.server());
        }
        enterIfPromised();
        return Verdict.FINE;
    }

    private void enterIfPromised() {
        if (step == Step.PROMISED && peer.quorums.contain(promised::contains)) {
            advanceTo(Step.ENTERING);
            enterIfForced();
        }
    }

    /** Its own history first, then its own epoch, like any follower's. */
    private void enterIfForced() {
        if (!savesEpoch && peer.history.isPersisted()) {
            savesEpoch = true;
            out.saveCurrentEpoch(epoch);
        }
        if (peer.epochs.current() == epoch) {
            advanceTo(Step.SYNCHRONIZING);
            entered.add(self());
            learners.in(Learner.Step.WAITING_FOR_QUORUM).forEach(this::plan);
            establishIfEntered();
        }
    }

    // the history

    private void plan(Learner learner) {
        synchronizer.plan(learner, epoch, step == Step.ESTABLISHED);
    }

    @Override
    void logRead(long link, @Nullable List<Transaction> transactions) {
        Learner learner = learners.get(link);
        if (learner != null && learner.step() == Learner.Step.READING_LOG) {
            synchronizer.logRead(learner, transactions, epoch, step == Step.ESTABLISHED);
        }
    }

    Verdict acknowledged(Learner learner, long zxid) {
        if (zxid != Zxid.of(epoch, 0)) {
            return Verdict.wrong("acknowledged " + text(zxid) + " instead of NEWLEADER of epoch " + epoch);
        }
        learner.become(Learner.Step.ACKNOWLEDGED);
        if (votes(learner)) {
            entered.add(learner.server());
            proposals.ack(learner.server(), learner.acked());
        }
        if (step == Step.ESTABLISHED) {
            upToDate(learner);
        } else {
            establishIfEntered();
        }
        return Verdict.FINE;
    }

    private void upToDate(Learner learner) {
        learner.become(Learner.Step.UP);
        out.toLearner(learner.link, new LeaderPacket.UpToDate());
    }

    private void establishIfEntered() {
        if (step != Step.SYNCHRONIZING || !peer.quorums.contain(entered::contains)) {
            return;
        }
        advanceTo(Step.ESTABLISHED);
        pingAtMs = peer.nowMs + halfTickMs();
        proposals.ack(self(), peer.history.persisted());
        peer.history.commit(initial);
        peer.established(epoch);
        peer.changeRole(new Role.Leading(epoch), "a quorum has the history up to " + text(initial));
        learners.in(Learner.Step.ACKNOWLEDGED).forEach(this::upToDate);
    }

    // proposals

    boolean mayPropose() {
        return step == Step.ESTABLISHED && ending == null;
    }

    void propose(Transaction transaction) {
        long zxid = transaction.zxid();
        if (!mayPropose() || zxid != nextZxid()) {
            throw new IllegalStateException("proposed " + text(zxid) + ", but the next is " + text(nextZxid())
                    + ", and in step " + step + (mayPropose() ? " it may" : " nothing may") + " be proposed");
        }
        peer.history.append(transaction);
        LeaderPacket packet = new LeaderPacket.Propose(transaction);
        learners.forEach(Learner.Step.SYNCHRONIZING, learner -> {
            if (!learner.observes()) {
                out.toLearner(learner.link, packet);
                learner.proposed(zxid, peer.nowMs);
            }
        });
        if (Zxid.counter(zxid) >= peer.settings.bounds().lastCounter()) {
            end("the numbers of epoch " + epoch + " are used up");
        }
    }

    void acked(Learner learner, long zxid) {
        if (votes(learner)) {
            proposals.ack(learner.server(), zxid);
            rounds.acked(learner.server(), zxid);
            commit();
            confirmRounds();
        }
    }

    private void commit() {
        long before = proposals.committed();
        long after = proposals.advance(peer.history.last());
        for (Transaction each : peer.history.window().between(before, after)) {
            LeaderPacket commit = new LeaderPacket.Commit(each.zxid());
            LeaderPacket inform = new LeaderPacket.Inform(each);
            learners.forEach(
                    Learner.Step.SYNCHRONIZING,
                    learner -> out.toLearner(learner.link, learner.observes() ? inform : commit));
        }
        if (after > before) {
            peer.history.commit(after);
        }
    }

    // rounds

    long confirm() {
        if (step != Step.ESTABLISHED) {
            throw new IllegalStateException("asked to confirm in step " + step);
        }
        peer.confirmRound = rounds.request(peer.history.last());
        return peer.confirmRound;
    }

    Verdict pinged(Learner learner, LearnerPacket.PingReply packet) {
        if (packet.round() != 0 && votes(learner)) {
            if (!rounds.answer(learner.server(), packet.round())) {
                return Verdict.wrong("answered round " + packet.round() + ", which was never sent");
            }
            confirmRounds();
        }
        return packet.touches().isEmpty() ? Verdict.FINE : passUp(learner, packet);
    }

    /** Whether a round is open that only the acknowledgement of a proposal can confirm, and there is none. */
    boolean wantsProposal() {
        if (!mayPropose() || !rounds.awaitsProposal(peer.history.last())) {
            return false;
        }
        return !isQuorum(learners.servers(Learner.Step.UP, this::answersRounds));
    }

    /** Together with this server. */
    private boolean isQuorum(Set<Long> others) {
        return peer.quorums.contain(server -> server == self() || others.contains(server));
    }

    private boolean answersRounds(Learner learner) {
        return learner.has(PeerExtensions.ROUNDS) && votes(learner) && learner.step() == Learner.Step.UP;
    }

    private void confirmRounds() {
        if (rounds.advance(self(), peer.quorums)) {
            out.confirmed(rounds.confirmed());
        }
    }

    Verdict passUp(Learner learner, LearnerPacket packet) {
        out.fromLearner(learner.link, learner.server(), packet);
        return Verdict.FINE;
    }

    // time

    private int halfTickMs() {
        return Math.max(1, peer.settings.tickTimeMs() / 2);
    }

    @Override
    long dueMs() {
        return step == Step.ESTABLISHED ? pingAtMs : deadlineMs;
    }

    @Override
    void endBatch() {
        if (step != Step.ESTABLISHED) {
            if (peer.nowMs >= deadlineMs) {
                giveUp("no quorum in step " + step + " within " + peer.settings.initLimitMs() + " ms");
            }
            return;
        }
        confirmRounds();
        if (ending != null && peer.history.committed() == peer.history.last()) {
            giveUp(ending);
            return;
        }
        boolean isPingDue = peer.nowMs >= pingAtMs;
        if (rounds.isDue() || isPingDue) {
            ping(isPingDue);
        }
        if (isPingDue) {
            pingAtMs = peer.nowMs + halfTickMs();
            checksQuorum = !checksQuorum;
            if (checksQuorum) {
                giveUpWithoutQuorum();
            }
        }
    }

    /** @param everyone whether those are pinged too that cannot answer a round */
    private void ping(boolean everyone) {
        long round = rounds.send();
        for (Learner learner : learners.all()) {
            boolean answersRounds = answersRounds(learner);
            if (everyone && learner.waitsMs(peer.nowMs) > peer.settings.syncLimitMs()) {
                learners.close(learner, "a proposal was not acknowledged for " + learner.waitsMs(peer.nowMs) + " ms");
            } else if (everyone && !isInTime(learner)) {
                learners.close(learner, "nothing heard for too long in step " + learner.step());
            } else if (answersRounds || everyone && learner.isAtLeast(Learner.Step.SYNCHRONIZING)) {
                out.toLearner(learner.link, new LeaderPacket.Ping(peer.history.last(), answersRounds ? round : 0));
            }
        }
    }

    /** Who takes over a history has more time: it may be long. */
    private boolean isInTime(Learner learner) {
        int more = learner.isAtLeast(Learner.Step.ACKNOWLEDGED) ? 0 : peer.settings.initLimitMs();
        return learner.isHeardSince(peer.nowMs - more - peer.settings.syncLimitMs());
    }

    private void giveUpWithoutQuorum() {
        Set<Long> heard =
                learners.servers(Learner.Step.WAITING_FOR_EPOCH, learner -> isInTime(learner) && votes(learner));
        if (!isQuorum(heard)) {
            heard.add(self());
            giveUp("only the servers " + heard + " are heard of");
        }
    }

    /** Gives the epoch up as soon as what was proposed is committed. */
    private void end(String why) {
        if (ending == null) {
            ending = why;
        }
    }

    @Override
    void handOver() {
        retires = true;
        if (step == Step.ESTABLISHED) {
            end("about to stop");
        } else {
            giveUp("about to stop");
        }
    }

    private void giveUp(String why) {
        learners.all().forEach(learner -> learners.close(learner, why));
        if (retires) {
            peer.retire(why);
        } else {
            peer.look(why);
        }
    }
}
