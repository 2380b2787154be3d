package io.muster.replica;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.Change;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.zab.Peer;
import io.muster.replica.zab.PeerInput;
import io.muster.replica.zab.PeerOutputs;
import io.muster.replica.zab.PeerSettings;
import io.muster.replica.zab.Recovered;
import io.muster.replica.zab.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What makes a server a member of an ensemble: its peer says who leads, and this gives it the duty that follows from that. A
 * leader's is {@link Primary}, a learner's {@link Backup}, and while there is no leader it is {@link Interim}. Owned by the
 * replica's thread.
 *
 * <p>The peer must not be called from within its outputs; what would call it is done {@link #afterwards}, in the same step.
 */
final class Member implements PeerOutputs {
    private final Core core;
    private final DigestHistory digests;
    private final Delivery delivery;
    private final int holdMs;
    private final String membershipText;
    private final Peer peer;
    private final Queue<Runnable> afterwards = new ArrayDeque<>();
    /** Committed transactions since the last batch that is committed as a whole, on a leader. */
    private final List<Transaction> committedOfBatch = new ArrayList<>();

    private Duty duty;
    private Interim interim;
    private @Nullable Primary primary;
    private @Nullable Backup backup;
    private @Nullable LearnerDesk desk;
    private boolean isUnpublished = true;
    /** Of the present step. */
    private Outputs out;

    /** @param holdMs how long clients' connections stay open without a leader */
    Member(Core core, DigestHistory digests, PeerSettings settings, Recovered recovered, int holdMs, Outputs out) {
        this.core = core;
        this.digests = digests;
        this.delivery = new Delivery(core, digests);
        this.holdMs = holdMs;
        this.membershipText = settings.membershipText();
        core.state.configure(membershipText);
        this.out = out;
        this.interim = new Interim(core, 0);
        this.duty = interim;
        this.peer = new Peer(settings, recovered, this);
        peer.start(core.now.monotonicMs());
    }

    Duty duty() {
        return duty;
    }

    /** Null unless this server leads. */
    @Nullable
    Primary primary() {
        return primary;
    }

    Peer peer() {
        return peer;
    }

    int digestMismatches() {
        return delivery.mismatches();
    }

    /** What is put out from now on goes there. */
    void outputs(Outputs to) {
        out = to;
    }

    void step(PeerInput input) {
        peer.step(input);
        doAfterwards();
    }

    void handOver() {
        peer.handOver();
        doAfterwards();
    }

    void endBatch() {
        if (primary != null && peer.wantsProposal()) {
            primary.proposeNothing(out);
        }
        peer.endBatch();
        doAfterwards();
        duty.endBatch(out);
        if (isUnpublished && primary == null && backup != null) {
            isUnpublished = false;
            out.publish(core.state.freeze());
        }
    }

    private void doAfterwards() {
        for (Runnable next = afterwards.poll(); next != null; next = afterwards.poll()) {
            next.run();
        }
    }

    // what the peer says of who leads

    @Override
    public void roleChanged(Role role, String why) {
        out.peers().roleChanged(role, why);
        if (role instanceof Role.Leading) {
            afterwards.add(this::lead);
        } else if (role instanceof Role.Following || role instanceof Role.Observing) {
            afterwards.add(this::follow);
        } else {
            leaveDuty();
        }
    }

    private void leaveDuty() {
        if (primary == null && backup == null) {
            return;
        }
        out.suspend();
        isUnpublished = true;
        if (primary != null) {
            primary.stepDown(out);
            committedOfBatch.forEach(each -> delivery.deliver(each, false, out));
            committedOfBatch.clear();
        } else if (backup != null) {
            backup.leave(out);
        }
        primary = null;
        desk = null;
        backup = null;
        interim = new Interim(core, holdMs);
        duty = interim;
    }

    private void lead() {
        if (!(peer.role() instanceof Role.Leading leading)) {
            return; // not any more
        }
        core.state.skipTo(Zxid.of(leading.epoch(), 0));
        Primary now = new Primary(core, digests, new Proposals());
        primary = now;
        desk = new LearnerDesk(now, out);
        duty = now;
        out.publish(now.committedState());
        isUnpublished = false;
        now.sessions().endOrphans(out);
        now.sessions().storeFirstSecret(out);
        forEachWithSession(connection -> now.resume(connection, out));
    }

    private final class Proposals implements Primary.Log {
        @Override
        public void append(Transaction transaction, Outputs to) {
            peer.propose(transaction);
        }

        @Override
        public boolean isOpen() {
            return peer.mayPropose();
        }

        @Override
        public long confirm() {
            return peer.confirm();
        }
    }

    private void follow() {
        if (backup != null || !(peer.role() instanceof Role.Following || peer.role() instanceof Role.Observing)) {
            return;
        }
        Backup now = new Backup(core, peer, delivery);
        backup = now;
        duty = now;
        forEachWithSession(connection -> now.resume(connection, out));
    }

    private void forEachWithSession(Consumer<Connection> visitor) {
        core.clients.forEach(connection -> {
            if (!connection.closed && connection.sessionId != 0) {
                visitor.accept(connection);
            }
        });
    }

    // what the peer says of transactions

    @Override
    public void deliver(Transaction transaction, boolean mayRepeat) {
        if (primary != null) {
            committedOfBatch.add(transaction);
            primary.committed(transaction.zxid(), out);
            if (primary.awaitsConfirmation()) {
                afterwards.add(this::runConfirmed);
            }
            if (primary.committedZxid() == transaction.zxid()) {
                committedOfBatch.clear();
            }
        } else if (backup != null) {
            backup.deliver(transaction, mayRepeat, out);
        } else {
            // while nobody is served, those who watched before are told all the same
            Delivery.Answered answered = delivery.deliver(transaction, mayRepeat, out);
            if (answered != null) {
                interim.answered(answered, out);
            }
            isUnpublished = true;
        }
    }

    private void runConfirmed() {
        if (primary != null) {
            primary.runConfirmed(out);
        }
    }

    /** Nobody says what happened in between, so whoever watches is to come again and to say what it has seen. */
    @Override
    public void stateReplaced(State state) {
        core.state.reset(state);
        core.state.configure(membershipText);
        isUnpublished = true;
        core.clients.forEach(connection -> {
            if (!connection.closed && core.watches.count(connection.number) > 0) {
                connection.closed = true;
                duty.connectionClosed(connection);
                Clients.end(connection, "it watches, and the state was replaced by the leader's", out);
            }
        });
    }

    @Override
    public void sendSnapshot(long link, @Nullable State state) {
        State whole = state == null ? committedState() : state;
        out.peers().toLearner(link, new LeaderPacket.Snap(whole.zxid(), whole));
    }

    /** After all that was delivered: of a batch of which only a part is, the part is applied anew. */
    private State committedState() {
        if (primary == null) {
            return core.state.freeze();
        }
        if (committedOfBatch.isEmpty()) {
            return primary.committedState();
        }
        StateEditor editor = primary.committedState().edit();
        List<Change> unseen = new ArrayList<>();
        committedOfBatch.forEach(transaction -> editor.apply(transaction, unseen));
        return editor.freeze();
    }

    // what the peer hands on

    @Override
    public void fromLearner(long link, long server, LearnerPacket packet) {
        afterwards.add(() -> {
            if (desk != null && peer.mayPropose()) {
                desk.take(link, packet, out);
            }
        });
    }

    @Override
    public void learnerLost(long link) {
        // its sessions belong to nobody who can be heard, until they come to another server or expire
    }

    @Override
    public void fromLeader(LeaderPacket packet) {
        afterwards.add(() -> {
            if (backup == null) {
                return;
            }
            if (packet instanceof LeaderPacket.Revalidated answer) {
                backup.revalidated(answer, out);
            } else if (packet instanceof LeaderPacket.SyncDone) {
                backup.syncDone(out);
            }
        });
    }

    @Override
    public void confirmed(long round) {
        afterwards.add(() -> {
            if (primary != null) {
                primary.confirmed(round, out);
            }
        });
    }

    // what the peer wants done elsewhere

    @Override
    public void append(Transaction transaction) {
        out.append(transaction);
    }

    @Override
    public void notify(long server, Notification notification) {
        out.peers().notify(server, notification);
    }

    @Override
    public void connectTo(long link, long leader) {
        out.peers().connectTo(link, leader);
    }

    @Override
    public void disconnect(long link, String reason) {
        out.peers().disconnect(link, reason);
    }

    @Override
    public void toLeader(long link, LearnerPacket packet) {
        out.peers().toLeader(link, packet);
    }

    @Override
    public void toLearner(long link, LeaderPacket packet) {
        out.peers().toLearner(link, packet);
    }

    @Override
    public void closeLearner(long link, String reason) {
        out.peers().closeLearner(link, reason);
    }

    @Override
    public void truncate(long zxid, boolean reload) {
        out.peers().truncate(zxid, reload);
    }

    @Override
    public void install(State state, long zxid) {
        out.peers().install(state, zxid);
    }

    @Override
    public void saveAcceptedEpoch(long epoch) {
        out.peers().saveAcceptedEpoch(epoch);
    }

    @Override
    public void saveCurrentEpoch(long epoch) {
        out.peers().saveCurrentEpoch(epoch);
    }

    @Override
    public void readLog(long link, long after, long upTo, long maxBytes) {
        out.peers().readLog(link, after, upTo, maxBytes);
    }
}
