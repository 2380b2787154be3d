package io.muster.replica.zab;

import io.muster.replica.peer.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * A quorum in every one of some memberships: of the one in force, and of the one that is to follow it, if there is one. Never
 * changes.
 */
final class Quorums {
    private final List<Quorum> all;
    private final List<Long> voters;

    private Quorums(List<Quorum> all) {
        this.all = all;
        TreeSet<Long> ids = new TreeSet<>();
        all.forEach(quorum -> ids.addAll(quorum.voters()));
        this.voters = List.copyOf(ids);
    }

    /** @param memberships at least one */
    static Quorums of(List<Membership> memberships) {
        if (memberships.isEmpty()) {
            throw new IllegalArgumentException("no membership");
        }
        List<Quorum> all = new ArrayList<>();
        memberships.forEach(membership -> all.add(Quorum.of(membership)));
        return new Quorums(List.copyOf(all));
    }

    /** Participants of any of the memberships, by ascending id. */
    List<Long> voters() {
        return voters;
    }

    boolean isVoter(long id) {
        return voters.contains(id);
    }

    /** Whether the server is a participant with some weight, in any of the memberships. */
    boolean mayLead(long id) {
        return all.stream().anyMatch(quorum -> quorum.mayLead(id));
    }

    /** Whether the servers for which something holds are a quorum in every membership. */
    boolean contain(LongPredicate holds) {
        for (Quorum quorum : all) {
            if (!quorum.contains(holds)) {
                return false;
            }
        }
        return true;
    }

    /**
     * How far a quorum in every membership has come.
     *
     * @param progress of each server
     * @return the greatest of these numbers that the servers of a quorum have reached; {@link Long#MIN_VALUE} if there is none
     */
    long reached(LongUnaryOperator progress) {
        long best = Long.MIN_VALUE;
        for (long voter : voters) {
            long candidate = progress.applyAsLong(voter);
            if (candidate > best && contain(id -> progress.applyAsLong(id) >= candidate)) {
                best = candidate;
            }
        }
        return best;
    }
}
