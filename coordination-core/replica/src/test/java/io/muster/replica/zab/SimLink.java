package io.muster.replica.zab;

import java.util.ArrayList;
import java.util.List;

/** A connection between two servers: what is sent arrives in its order after a while, or the connection breaks. */
final class SimLink {
    private final SimEnsemble ensemble;
    final SimServer one;
    final SimServer other;
    final boolean isElection;
    /** The link's number at the learner, which has connected to a leader. */
    final long leaderNumber;
    /** Its number at the leader. */
    final long learnerNumber;

    private boolean isOpen = true;
    private final long[] arrivesMs = new long[2];
    private final List<List<PeerInput>> stalled = List.of(new ArrayList<>(), new ArrayList<>());
    private final boolean[] closedBy = new boolean[2];

    SimLink(
            SimEnsemble ensemble,
            SimServer one,
            SimServer other,
            boolean isElection,
            long leaderNumber,
            long learnerNumber) {
        this.ensemble = ensemble;
        this.one = one;
        this.other = other;
        this.isElection = isElection;
        this.leaderNumber = leaderNumber;
        this.learnerNumber = learnerNumber;
    }

    boolean isOpen() {
        return isOpen;
    }

    boolean joins(long a, long b) {
        return one.id == a && other.id == b || one.id == b && other.id == a;
    }

    boolean isOf(long id) {
        return one.id == id || other.id == id;
    }

    void send(long from, PeerInput input) {
        int direction = from == one.id ? 0 : 1;
        if (!isOpen || closedBy[direction]) {
            return;
        }
        SimServer to = direction == 0 ? other : one;
        if (ensemble.isCut(from, to.id) || !stalled.get(direction).isEmpty()) {
            stalled.get(direction).add(input);
            return;
        }
        arrivesMs[direction] = Math.max(arrivesMs[direction], ensemble.nowMs + ensemble.networkMs());
        ensemble.at(arrivesMs[direction], () -> {
            if (isOpen && !closedBy[1 - direction]) {
                arrive(to, input);
            }
        });
    }

    private void arrive(SimServer to, PeerInput input) {
        if (input instanceof PeerInput.LearnerLost || input instanceof PeerInput.LeaderLost) {
            isOpen = false;
            ensemble.forget(this);
        }
        if (to.isUp) {
            to.inbox.add(input);
            to.run();
        }
    }

    /** What was held back by a cut goes on. */
    void healed() {
        for (int direction = 0; direction < 2; direction++) {
            SimServer from = direction == 0 ? one : other;
            SimServer to = direction == 0 ? other : one;
            if (!ensemble.isCut(from.id, to.id)) {
                List<PeerInput> waiting = List.copyOf(stalled.get(direction));
                stalled.get(direction).clear();
                waiting.forEach(input -> send(from.id, input));
            }
        }
    }

    /** One end closes it: the other hears of that after all that was sent. */
    void closeFrom(long id) {
        send(id, lost(id == one.id ? other : one));
        closedBy[id == one.id ? 0 : 1] = true;
    }

    /** It is gone, with what was on its way. */
    void breakNow() {
        if (isOpen) {
            isOpen = false;
            ensemble.forget(this);
            for (SimServer end : List.of(one, other)) {
                int of = end.life;
                boolean closed = closedBy[end == one ? 0 : 1];
                ensemble.after(ensemble.networkMs(), () -> {
                    if (end.life == of && end.isUp && !closed) {
                        end.inbox.add(lost(end));
                        end.run();
                    }
                });
            }
        }
    }

    private PeerInput lost(SimServer end) {
        if (isElection) {
            return new PeerInput.ElectionLost(end == one ? other.id : one.id);
        }
        return end == one
                ? new PeerInput.LeaderLost(leaderNumber, "the link is gone")
                : new PeerInput.LearnerLost(learnerNumber);
    }
}
