package io.muster.replica;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Membership;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.zab.PeerInput;
import io.muster.replica.zab.PeerSettings;
import io.muster.replica.zab.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Three replicas on one thread, a network that loses nothing, and a clock that goes when it is told to. */
final class ScriptedEnsemble {
    static final int HOLD_MS = 1_000;
    private static final int STEP_MS = 10;

    final List<ScriptedMember> members = new ArrayList<>();
    private final Membership membership;
    private final Queue<Runnable> events = new ArrayDeque<>();
    private final List<Link> links = new ArrayList<>();
    private final List<ScriptedMember> deaf = new ArrayList<>();
    /** Leaders say another digest than that of their tree. */
    boolean wrongDigests;

    private final int features;
    private long nowMs;
    private long lastLink;

    /** From a learner to its leader; each end has its own number for it. */
    private record Link(ScriptedMember learner, long atLearner, ScriptedMember leader, long atLeader) {}

    ScriptedEnsemble() {
        this(State.initial(1, true));
    }

    /** @param features that the servers have beyond ZooKeeper's; 0 for none */
    ScriptedEnsemble(int features) {
        this(State.initial(1, true), features);
    }

    /** @param recovered what each member's disk holds, in a snapshot */
    ScriptedEnsemble(State recovered) {
        this(recovered, PeerExtensions.ROUNDS | PeerExtensions.CUMULATIVE_ACKS);
    }

    private ScriptedEnsemble(State recovered, int features) {
        this.features = features;
        List<Membership.Member> all = new ArrayList<>();
        for (long id = 1; id <= 3; id++) {
            all.add(new Membership.Member(
                    id,
                    Membership.Role.PARTICIPANT,
                    List.of(new Membership.Endpoint("server" + id, 2888, 3888)),
                    null));
        }
        membership = new Membership(all, 0);
        for (long id = 1; id <= 3; id++) {
            members.add(new ScriptedMember(this, id, recovered));
        }
        for (ScriptedMember each : members) {
            for (ScriptedMember other : members) {
                if (each != other) {
                    later(() -> each.take(new Input.OfPeer(new PeerInput.ElectionConnected(other.id))));
                }
            }
        }
    }

    PeerSettings settings(long id) {
        return new PeerSettings(
                id,
                membership,
                "version=0",
                100,
                10,
                5,
                State.initial(1, true),
                PeerSettings.Election.DEFAULT,
                new PeerSettings.Bounds(500, 1 << 20, 0, PeerSettings.Bounds.LAST_COUNTER, features));
    }

    void later(Runnable event) {
        events.add(event);
    }

    /** Until nothing is on its way; time stands still. */
    void settle() {
        for (int i = 0; !events.isEmpty(); i++) {
            if (i == 100_000) {
                throw new AssertionError("it never comes to an end");
            }
            events.remove().run();
        }
    }

    /** What is on its way arrives, one after the other, until something holds. */
    void settleUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            events.remove().run();
        }
    }

    void pass(long ms) {
        for (long until = nowMs + ms; nowMs < until; ) {
            nowMs += STEP_MS;
            for (ScriptedMember member : members) {
                member.take(new Input.Tick(nowMs, 1_000_000 + nowMs));
            }
            settle();
        }
    }

    /** The one that leads, once two others or one follow it. */
    ScriptedMember awaitLeader() {
        for (int i = 0; i < 1_000; i++) {
            pass(STEP_MS);
            ScriptedMember leader = leader();
            boolean all = members.stream()
                    .filter(member -> member.isUp)
                    .allMatch(member -> member == leader || member.role instanceof Role.Following);
            if (leader != null && all) {
                return leader;
            }
        }
        throw new AssertionError(
                "no leader: " + members.stream().map(member -> member.role).toList());
    }

    @Nullable
    ScriptedMember leader() {
        return members.stream()
                .filter(member -> member.isUp && member.role instanceof Role.Leading)
                .findFirst()
                .orElse(null);
    }

    List<ScriptedMember> followers() {
        return members.stream()
                .filter(member -> member.isUp && member.role instanceof Role.Following)
                .toList();
    }

    /** What the server says from now on is lost, and it hears nothing, but no connection breaks. */
    void cutOff(ScriptedMember victim) {
        deaf.add(victim);
    }

    /** What is said from now on arrives. */
    void reconnectAll() {
        deaf.clear();
    }

    long nowMs() {
        return nowMs;
    }

    private boolean isCut(ScriptedMember one, ScriptedMember other) {
        return deaf.contains(one) || deaf.contains(other);
    }

    /** Without a word to anybody. */
    void kill(ScriptedMember victim) {
        victim.isUp = false;
        for (ScriptedMember other : members) {
            later(() -> other.take(new Input.OfPeer(new PeerInput.ElectionLost(victim.id))));
        }
        for (Link link : List.copyOf(links)) {
            if (link.learner == victim || link.leader == victim) {
                cut(link);
            }
        }
        settle();
    }

    void toServer(ScriptedMember from, long server, PeerInput input) {
        boolean isSent = !deaf.contains(from);
        later(() -> {
            ScriptedMember to = members.get((int) server - 1);
            if (isSent && !deaf.contains(to)) {
                to.take(new Input.OfPeer(input));
            }
        });
    }

    void connect(ScriptedMember learner, long atLearner, long leaderId) {
        ScriptedMember leader = members.get((int) leaderId - 1);
        if (!leader.isUp || isCut(learner, leader)) {
            later(() -> learner.take(new Input.OfPeer(new PeerInput.LeaderLost(atLearner, "it is down"))));
            return;
        }
        Link link = new Link(learner, atLearner, leader, ++lastLink);
        links.add(link);
        later(() -> leader.take(new Input.OfPeer(new PeerInput.LearnerConnected(link.atLeader))));
        later(() -> learner.take(new Input.OfPeer(new PeerInput.LeaderConnected(atLearner))));
    }

    void toLeader(ScriptedMember learner, long atLearner, LearnerPacket packet) {
        for (Link link : links) {
            if (link.learner == learner && link.atLearner == atLearner && !isCut(learner, link.leader)) {
                later(() -> link.leader.take(new Input.OfPeer(new PeerInput.FromLearner(link.atLeader, packet))));
            }
        }
    }

    void toLearner(ScriptedMember leader, long atLeader, LeaderPacket sent) {
        LeaderPacket packet = wrongDigests && sent instanceof LeaderPacket.Propose propose
                ? new LeaderPacket.Propose(withWrongDigest(propose.transaction()))
                : sent;
        for (Link link : links) {
            if (link.leader == leader && link.atLeader == atLeader && !isCut(leader, link.learner)) {
                later(() -> link.learner.take(new Input.OfPeer(new PeerInput.FromLeader(link.atLearner, packet))));
            }
        }
    }

    private static Transaction withWrongDigest(Transaction right) {
        Long digest = right.digest();
        return new Transaction(right.header(), right.txn(), digest == null ? null : digest + 1);
    }

    void cut(ScriptedMember learner, long atLearner) {
        for (Link link : List.copyOf(links)) {
            if (link.learner == learner && link.atLearner == atLearner) {
                cut(link);
            }
        }
    }

    void cutLearner(ScriptedMember leader, long atLeader) {
        for (Link link : List.copyOf(links)) {
            if (link.leader == leader && link.atLeader == atLeader) {
                cut(link);
            }
        }
    }

    private void cut(Link link) {
        links.remove(link);
        later(() -> link.leader.take(new Input.OfPeer(new PeerInput.LearnerLost(link.atLeader))));
        later(() -> link.learner.take(new Input.OfPeer(new PeerInput.LeaderLost(link.atLearner, "cut"))));
    }
}
