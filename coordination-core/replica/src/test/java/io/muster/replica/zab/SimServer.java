package io.muster.replica.zab;

import io.muster.protocol.OpCode;
import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One server of a simulated ensemble: a peer, its disk, and an owner that applies what is delivered and proposes. */
final class SimServer implements PeerOutputs {
    final SimEnsemble ensemble;
    final long id;
    final SimDisk disk;
    boolean isUp;
    boolean isPaused;
    /** It has not run since it was paused. */
    boolean wasPaused;
    /** Grows with each crash, so that what was meant for the process before it finds nobody. */
    int life;
    /** After how many more outputs the machine dies. */
    int outputsLeft = Integer.MAX_VALUE;

    @Nullable
    Peer peer;

    Role role = new Role.Looking();
    State state;
    /** What is in the state. */
    List<Transaction> applied = new ArrayList<>();

    final List<PeerInput> inbox = new ArrayList<>();
    final Map<Long, Notification> lastSaid = new TreeMap<>();
    final Map<Long, SimLink> learnerLinks = new TreeMap<>();
    /** Rounds that were asked for, and the highest epoch that was established then. */
    final TreeMap<Long, Long> confirms = new TreeMap<>();

    @Nullable
    SimLink leaderLink;

    private long wakesAtMs;
    private long wantedLink;
    private long lastLearnerLink;
    private boolean diskWorks;
    /** Nothing was delivered since it started. */
    private boolean isFresh;

    SimServer(SimEnsemble ensemble, long id) {
        this.ensemble = ensemble;
        this.id = id;
        this.disk = new SimDisk(ensemble.initial);
        this.state = ensemble.initial;
    }

    Peer peer() {
        if (peer == null) {
            throw new IllegalStateException("server " + id + " is down");
        }
        return peer;
    }

    void boot() {
        isUp = true;
        isFresh = true;
        role = new Role.Looking();
        state = disk.load();
        applied = new ArrayList<>(disk.history);
        ensemble.contents.put(state, List.copyOf(applied));
        peer = new Peer(ensemble.settings(id), disk.recover(ensemble.recentCount), this);
        peer.start(ensemble.nowMs);
        endBatch();
    }

    void crash() {
        ensemble.log(this, "crash");
        life++;
        isUp = false;
        isPaused = false;
        wasPaused = false;
        outputsLeft = Integer.MAX_VALUE;
        inbox.clear();
        lastSaid.clear();
        confirms.clear();
        leaderLink = null;
        learnerLinks.clear();
        wakesAtMs = 0;
        wantedLink = 0;
        diskWorks = false;
        disk.crash(ensemble.random);
        peer = null;
        role = new Role.Looking();
        ensemble.breakLinksOf(id);
    }

    /** Takes all that has come. */
    void run() {
        if (!isUp || isPaused) {
            return;
        }
        Peer running = peer();
        running.step(new PeerInput.Tick(ensemble.nowMs));
        if (ensemble.random.nextInt(wasPaused ? 2 : 8) == 0) {
            confirm(running);
        }
        wasPaused = false;
        List<PeerInput> batch = List.copyOf(inbox);
        inbox.clear();
        for (PeerInput input : batch) {
            ensemble.log(this, input);
            running.step(input);
        }
        endBatch();
    }

    private void endBatch() {
        peer().endBatch();
        if (outputsLeft <= 0) {
            crash();
        } else {
            sleepUntilDue();
        }
        ensemble.checks.after(this);
    }

    private void sleepUntilDue() {
        long due = Math.max(peer().dueMs(), ensemble.nowMs);
        if (due != wakesAtMs && due != Long.MAX_VALUE) {
            wakesAtMs = due;
            int of = life;
            ensemble.at(due, () -> {
                if (life == of && wakesAtMs == due) {
                    wakesAtMs = 0;
                    run();
                }
            });
        }
    }

    void proposeSome(int count) {
        Peer running = peer();
        for (int i = 0; i < count && running.mayPropose(); i++) {
            long zxid = running.nextZxid();
            TxnHeader header = new TxnHeader(id, ensemble.nextRequest++, zxid, ensemble.nowMs, OpCode.ERROR.code());
            Transaction transaction = new Transaction(header, new Txn.Error(-ensemble.nextRequest), null);
            ensemble.checks.proposed(this, transaction);
            running.propose(transaction);
        }
        confirm(running);
        endBatch();
    }

    private void confirm(Peer running) {
        if (running.role() instanceof Role.Leading) {
            confirms.merge(running.confirm(), ensemble.checks.highestEpoch(), Math::max);
        }
    }

    private boolean mayAct() {
        return outputsLeft-- > 0;
    }

    @Override
    public void notify(long server, Notification notification) {
        if (mayAct()) {
            lastSaid.put(server, notification);
            ensemble.sayInElection(this, server, notification);
        }
    }

    @Override
    public void connectTo(long link, long leader) {
        if (mayAct()) {
            wantedLink = link;
            int of = life;
            ensemble.connect(this, link, leader, 5, () -> life == of && wantedLink == link);
        }
    }

    @Override
    public void disconnect(long link, String reason) {
        if (mayAct()) {
            wantedLink = 0;
            ensemble.checks.closed(this, reason);
            if (leaderLink != null) {
                leaderLink.closeFrom(id);
                leaderLink = null;
            }
        }
    }

    @Override
    public void toLeader(long link, LearnerPacket packet) {
        if (mayAct() && leaderLink != null) {
            SimLink to = leaderLink;
            to.send(id, new PeerInput.FromLearner(to.learnerNumber, packet));
        }
    }

    @Override
    public void toLearner(long link, LeaderPacket packet) {
        SimLink to = learnerLinks.get(link);
        if (mayAct() && to != null) {
            to.send(id, new PeerInput.FromLeader(to.leaderNumber, packet));
        }
    }

    @Override
    public void sendSnapshot(long link, @Nullable State other) {
        State sent = other == null ? state : other;
        if (other == null) {
            ensemble.contents.put(sent, List.copyOf(applied));
        }
        ensemble.count("SNAP");
        toLearner(link, new LeaderPacket.Snap(sent.zxid(), sent));
    }

    @Override
    public void closeLearner(long link, String reason) {
        SimLink to = learnerLinks.remove(link);
        if (mayAct() && to != null) {
            ensemble.checks.closed(this, reason);
            to.closeFrom(id);
        }
    }

    @Override
    public void append(Transaction transaction) {
        if (mayAct()) {
            disk.append(transaction);
            work();
        }
    }

    @Override
    public void truncate(long zxid, boolean reload) {
        if (mayAct()) {
            ensemble.count(reload ? "TRUNC and reload" : "TRUNC");
            disk.truncate(zxid, reload);
            work();
        }
    }

    @Override
    public void install(State other, long zxid) {
        if (mayAct()) {
            disk.install(other, ensemble.content(other), zxid);
            work();
        }
    }

    @Override
    public void saveAcceptedEpoch(long epoch) {
        if (mayAct()) {
            disk.saveAccepted(epoch);
            work();
        }
    }

    @Override
    public void saveCurrentEpoch(long epoch) {
        if (mayAct()) {
            disk.saveCurrent(epoch);
            work();
        }
    }

    @Override
    public void readLog(long link, long after, long upTo, long maxBytes) {
        if (mayAct()) {
            ensemble.count("log read");
            int of = life;
            disk.asked.add(new SimDisk.Op(
                    () -> {
                        if (life == of) {
                            inbox.add(new PeerInput.LogRead(link, disk.read(after, upTo)));
                        }
                    },
                    null,
                    SimDisk.Kind.OTHER));
            work();
        }
    }

    /** The log thread goes on. */
    private void work() {
        if (!diskWorks) {
            diskWorks = true;
            int of = life;
            ensemble.after(ensemble.diskMs(this), () -> {
                if (life == of) {
                    doNext();
                }
            });
        }
    }

    /**
     * One thing at a time: some appends, a force, or something else. An epoch, which is a file of its own, may be saved before
     * what was appended is forced.
     */
    private void doNext() {
        SimDisk.Op next = disk.asked.peek();
        boolean isForced = disk.forced == disk.history.size();
        if (!isForced && (next == null || next.waitsForForce() || ensemble.random.nextBoolean())) {
            disk.force();
            answer(new PeerInput.Persisted(disk.last()));
        } else if (next != null && next.isAppend()) {
            for (int i = 0; i < 5 && !disk.asked.isEmpty() && disk.asked.peek().isAppend(); i++) {
                disk.asked.remove().effect().run();
            }
        } else if (next != null) {
            disk.asked.remove();
            next.effect().run();
            answer(answerTo(next));
        }
        diskWorks = false;
        if (!disk.asked.isEmpty() || disk.forced < disk.history.size()) {
            work();
        }
    }

    private @Nullable PeerInput answerTo(SimDisk.Op op) {
        if (!(op.answer() instanceof PeerInput.Truncated cut)) {
            return op.answer();
        }
        State reloaded = cut.reloaded() == null ? null : disk.load();
        if (reloaded != null) {
            ensemble.contents.put(reloaded, List.copyOf(disk.history));
        }
        return new PeerInput.Truncated(cut.zxid(), disk.last(), reloaded);
    }

    private void answer(@Nullable PeerInput answer) {
        if (answer != null) {
            inbox.add(answer);
        }
        int of = life;
        ensemble.after(ensemble.random.nextInt(3), () -> {
            if (life == of) {
                run();
            }
        });
    }

    @Override
    public void deliver(Transaction transaction, boolean mayRepeat) {
        if (outputsLeft > 0) {
            StateEditor editor = state.edit();
            editor.replay(transaction);
            state = editor.freeze();
            applied.add(transaction);
            if (isFresh) {
                ensemble.checks.everything(this); // what was recovered is committed with this
            } else {
                ensemble.checks.delivered(this);
            }
            isFresh = false;
        }
    }

    @Override
    public void stateReplaced(State other) {
        if (outputsLeft > 0) {
            state = other;
            applied = new ArrayList<>(ensemble.content(other));
            isFresh = false;
            ensemble.checks.everything(this);
        }
    }

    @Override
    public void roleChanged(Role next, String why) {
        ensemble.log(this, next + " " + why);
        if (outputsLeft > 0) {
            role = next;
            confirms.clear();
            ensemble.checks.roleChanged(this);
        }
    }

    @Override
    public void fromLearner(long link, long server, LearnerPacket packet) {}

    @Override
    public void learnerLost(long link) {}

    @Override
    public void fromLeader(LeaderPacket packet) {}

    @Override
    public void confirmed(long round) {
        if (outputsLeft > 0) {
            ensemble.checks.confirmed(this, round);
        }
    }

    /** What is committed goes into a snapshot, and leaves the log. */
    void takeSnapshot() {
        int count = 0;
        while (count < Math.min(applied.size(), disk.forced)
                && applied.get(count).equals(disk.history.get(count))) {
            count++;
        }
        boolean serves =
                role instanceof Role.Leading || role instanceof Role.Following || role instanceof Role.Observing;
        if (serves && disk.asked.isEmpty() && count == applied.size() && count > disk.inSnapshot) {
            ensemble.contents.put(state, List.copyOf(applied));
            disk.snapshot(state, count);
        }
    }

    long nextLearnerLink() {
        return ++lastLearnerLink;
    }

    @Override
    public String toString() {
        return "server " + id + (isUp ? " " + role : " down") + " applied " + applied.size() + " disk "
                + disk.history.size() + "/" + disk.forced + " last " + Zxid.toString(disk.last()) + " epochs "
                + disk.currentEpoch + "/" + disk.acceptedEpoch;
    }
}
