package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.LearnerPacket.Touch;
import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One server's part in the protocol. What it does at present is a {@link Part}; what outlives that is here: the history, the
 * epochs, the round and the last vote.
 *
 * <p>Used by one thread, and never from within one of its own outputs. After a batch of {@link #step} calls, {@link #endBatch}
 * is to be called once: time is looked at there, so that whoever was paused hears what came meanwhile before it judges others.
 *
 * <p>A broken invariant is an {@link IllegalStateException} with the numbers that broke it; the server is to end then.
 */
public final class Peer {
    final PeerSettings settings;
    final PeerOutputs out;
    final Quorums quorums;
    final History history;
    final Epochs epochs;
    long nowMs;
    /** The election round. */
    long round;
    /** How the last election ended, as the others are told. */
    Ballot decided;
    /** The epoch in which this server needs a snapshot, because its log cannot be cut where it should be; 0 for none. */
    long startOverIn;
    /** The last number that {@link #confirm} gave. */
    long confirmRound;

    private Part part;
    private Role role = new Role.Looking();
    private final Set<Long> connected = new TreeSet<>();
    private final Map<Long, Integer> touches = new LinkedHashMap<>();
    private long leaderLink;
    private boolean isLinked;
    private boolean isStepping;

    /** @param out what is to be done is told here, from within the calls of the other methods */
    public Peer(PeerSettings settings, Recovered recovered, PeerOutputs out) {
        this.settings = settings;
        this.out = out;
        this.quorums = Quorums.of(List.of(settings.membership()));
        this.history = new History(recovered, settings.bounds(), out);
        this.epochs = new Epochs(recovered.acceptedEpoch(), recovered.currentEpoch());
        this.decided = new Ballot(ownVote(), 0, ServerState.LOOKING, Notification.VERSION);
        this.part = new Retired(this);
    }

    /** Begins to look for a leader. To be called once, before anything else. */
    public void start(long monotonicMs) {
        run(() -> {
            nowMs = monotonicMs;
            become(new Looking(this), new Role.Looking(), "started");
        });
    }

    /** Takes one input and puts out what follows from it. */
    public void step(PeerInput input) {
        run(() -> take(input));
    }

    private void take(PeerInput input) {
        if (input instanceof PeerInput.FromLearner from) {
            part.fromLearner(from.link(), from.packet());
        } else if (input instanceof PeerInput.FromLeader from) {
            if (isLink(from.link())) {
                part.fromLeader(from.packet());
            }
        } else if (input instanceof PeerInput.Persisted disk) {
            history.persisted(disk.zxid());
            part.diskAnswered();
        } else if (input instanceof PeerInput.Tick tick) {
            nowMs = Math.max(nowMs, tick.monotonicMs());
        } else if (input instanceof PeerInput.NotificationArrived arrived) {
            part.notified(arrived.server(), arrived.notification());
        } else if (input instanceof PeerInput.ElectionConnected election) {
            connected.add(election.server());
            part.electionConnected(election.server());
        } else if (input instanceof PeerInput.ElectionLost election) {
            connected.remove(election.server());
            part.electionLost(election.server());
        } else if (input instanceof PeerInput.LearnerConnected learner) {
            part.learnerConnected(learner.link());
        } else if (input instanceof PeerInput.LearnerLost learner) {
            part.learnerLost(learner.link());
        } else if (input instanceof PeerInput.LogRead read) {
            part.logRead(read.link(), read.transactions());
        } else {
            takeRare(input);
        }
    }

    private void takeRare(PeerInput input) {
        if (input instanceof PeerInput.LeaderConnected leader) {
            if (isLink(leader.link())) {
                part.leaderConnected();
            }
            return;
        } else if (input instanceof PeerInput.LeaderLost leader) {
            if (isLink(leader.link())) {
                isLinked = false;
                part.leaderLost(leader.reason());
            }
            return;
        } else if (input instanceof PeerInput.AcceptedEpochSaved saved) {
            epochs.acceptedSaved(saved.epoch());
        } else if (input instanceof PeerInput.CurrentEpochSaved saved) {
            epochs.currentSaved(saved.epoch());
        } else if (input instanceof PeerInput.Installed installed) {
            history.installed(installed.zxid());
        } else if (input instanceof PeerInput.Truncated truncated) {
            history.truncated(truncated.zxid(), truncated.last(), truncated.reloaded());
        }
        part.diskAnswered();
    }

    /** To be called when all inputs that were there at once have been taken. */
    public void endBatch() {
        run(() -> part.endBatch());
    }

    /**
     * When a tick and {@link #endBatch} are due though nothing else came; {@link Long#MAX_VALUE} for never. It can change with
     * every call, and a tick that comes earlier does no harm.
     */
    public long dueMs() {
        return part.dueMs();
    }

    public Role role() {
        return role;
    }

    public PeerStatus status() {
        return new PeerStatus(
                role,
                epochs.accepted(),
                epochs.current(),
                history.last(),
                history.committed(),
                part instanceof Leading leading ? leading.learners() : List.of());
    }

    /** Whether {@link #propose} would take a transaction: this server leads, and does not give its epoch up. */
    public boolean mayPropose() {
        return part instanceof Leading leading && leading.mayPropose();
    }

    /** The number of the next transaction. To be asked when {@link #mayPropose}. */
    public long nextZxid() {
        return leading().nextZxid();
    }

    /**
     * Proposes a transaction, as a part of a batch. It will have been delivered when a quorum has it on its disks, unless another leads by then.
     *
     * @throws IllegalStateException if this server may not propose, or the zxid is not {@link #nextZxid}
     */
    public void propose(Transaction transaction) {
        run(() -> leading().propose(transaction));
    }

    /**
     * Asks for a round, as a part of a batch: {@link PeerOutputs#confirmed} of this number is to say that a quorum has answered something that was
     * sent after this call, so that this server led when it was called. Servers that are not Muster's answer only by
     * acknowledging what was proposed after it.
     *
     * @return a number that never falls, and that several calls may share
     * @throws IllegalStateException if this server does not lead
     */
    public long confirm() {
        if (isStepping) {
            throw new IllegalStateException("called from within an output");
        }
        return leading().confirm();
    }

    /**
     * Whether a number that {@link #confirm} gave can be confirmed only by the acknowledgement of a transaction, and none has
     * been proposed since: some followers, as those of ZooKeeper, acknowledge nothing else. Any transaction will do.
     */
    public boolean wantsProposal() {
        return part instanceof Leading leading && leading.wantsProposal();
    }

    /** Whether the leader that this server learns from has a quorum confirm that it leads before it answers a sync. */
    public boolean isLeaderConfirmed() {
        return part instanceof Learning learning && (learning.features & PeerExtensions.ROUNDS) != 0;
    }

    /**
     * Takes no part any more. A leader has what it proposed committed before, so that whoever comes next has it all; {@link
     * Role.Retired} says that this has been done.
     */
    public void handOver() {
        run(() -> part.handOver());
    }

    /** A session was heard from; its leader is to know with the next answer to its ping. */
    public void touched(long sessionId, int timeoutMs) {
        if (part instanceof Learning) {
            touches.put(sessionId, timeoutMs);
        }
    }

    /** Tells the leader at once what sessions were heard from. */
    public void sendTouches() {
        run(() -> {
            if (part instanceof Learning && !touches.isEmpty()) {
                toLeader(new LearnerPacket.PingReply(history.last(), 0, takeTouches()));
            }
        });
    }

    /**
     * Forwards a client's request to the leader, or asks it about a session.
     *
     * @param packet a {@link LearnerPacket.Request} or a {@link LearnerPacket.Revalidate}; the rest is the peer's own
     * @return false if there is no leader
     */
    public boolean forward(LearnerPacket packet) {
        boolean learns = part instanceof Learning;
        if (learns) {
            run(() -> toLeader(packet));
        }
        return learns;
    }

    private void run(Runnable body) {
        if (isStepping) {
            throw new IllegalStateException("called from within an output, or after a failed check");
        }
        isStepping = true;
        body.run();
        isStepping = false;
    }

    private Leading leading() {
        if (part instanceof Leading leading) {
            return leading;
        }
        throw new IllegalStateException("server " + settings.serverId() + " does not lead: " + role);
    }

    Part part() {
        return part;
    }

    boolean isConnected(long server) {
        return connected.contains(server);
    }

    /** Whether this server is an observer; one that is not a member is a follower without a vote. */
    boolean observes() {
        return settings.membership()
                .member(settings.serverId())
                .filter(member -> member.role() == Membership.Role.OBSERVER)
                .isPresent();
    }

    /** Whether this server has a vote. */
    boolean votes() {
        return quorums.isVoter(settings.serverId());
    }

    Vote ownVote() {
        return new Vote(settings.serverId(), history.last(), epochs.current());
    }

    void notify(long server, ServerState state, Vote vote, long ofRound) {
        out.notify(
                server,
                new Notification(
                        state,
                        vote.leader(),
                        vote.zxid(),
                        ofRound,
                        vote.peerEpoch(),
                        Notification.VERSION,
                        settings.membershipText()));
    }

    /** From now on this server says that its leader leads this epoch; the rest of the vote stays as it was elected. */
    void established(long epoch) {
        Vote vote = decided.vote();
        decided = new Ballot(
                new Vote(vote.leader(), vote.zxid(), epoch), decided.round(), decided.state(), decided.version());
    }

    void look(String why) {
        become(new Looking(this), new Role.Looking(), why);
    }

    void retire(String why) {
        become(new Retired(this), new Role.Retired(), why);
    }

    void become(Part next, Role as, String why) {
        if (!(next instanceof Learning)) {
            disconnect(why);
        }
        touches.clear();
        part = next;
        changeRole(as, why);
        next.begin();
    }

    /** The same part, further on. */
    void changeRole(Role as, String why) {
        role = as;
        out.roleChanged(as, why);
    }

    List<Touch> takeTouches() {
        List<Touch> taken = new ArrayList<>();
        touches.forEach((id, timeoutMs) -> taken.add(new Touch(id, timeoutMs)));
        touches.clear();
        return taken;
    }

    void connectTo(long leader) {
        leaderLink++;
        isLinked = true;
        out.connectTo(leaderLink, leader);
    }

    void toLeader(LearnerPacket packet) {
        out.toLeader(leaderLink, packet);
    }

    void disconnect(String reason) {
        if (isLinked) {
            isLinked = false;
            out.disconnect(leaderLink, reason);
        }
    }

    private boolean isLink(long link) {
        return isLinked && link == leaderLink;
    }

    @Override
    public String toString() {
        return "server " + settings.serverId() + " " + role + " epoch " + epochs.current() + "/" + epochs.accepted()
                + " committed " + Zxid.toString(history.committed()) + " last " + Zxid.toString(history.last());
    }
}
