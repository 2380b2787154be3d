package io.muster.replica.zab;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Which sets of servers may decide, in one membership: any two of them have a server in common. Never changes.
 *
 * <p>Without groups, more than half of the participants. With groups, in more than half of the groups whose weights do not sum
 * to 0, servers whose weights sum to more than half of the group's.
 */
final class Quorum {
    private final List<Voter> voters;
    private final List<Long> groupTotals;

    /** @param group index of its group's total; -1 for a participant in no group, whose word counts for nothing */
    private record Voter(long id, int group, long weight) {}

    private Quorum(List<Voter> voters, List<Long> groupTotals) {
        this.voters = List.copyOf(voters);
        this.groupTotals = List.copyOf(groupTotals);
    }

    static Quorum of(Membership membership) {
        List<Voter> voters = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        List<List<Long>> groups = new ArrayList<>(membership.groups().values());
        groups.forEach(group -> totals.add(0L));
        if (groups.isEmpty()) {
            totals.add(0L);
        }
        for (Member member : membership.members()) {
            if (member.role() == Role.PARTICIPANT) {
                int group = groups.isEmpty() ? 0 : groupOf(member.id(), groups);
                long weight = groups.isEmpty() ? 1 : membership.weights().getOrDefault(member.id(), 1L);
                if (group >= 0) {
                    totals.set(group, totals.get(group) + weight);
                }
                voters.add(new Voter(member.id(), group, group < 0 ? 0 : weight));
            }
        }
        return new Quorum(voters, totals);
    }

    private static int groupOf(long id, List<List<Long>> groups) {
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i).contains(id)) {
                return i;
            }
        }
        return -1;
    }

    /** Participants, by ascending id. */
    List<Long> voters() {
        return voters.stream().map(Voter::id).toList();
    }

    boolean isVoter(long id) {
        return voters.stream().anyMatch(voter -> voter.id == id);
    }

    /** Whether the server is a participant with some weight. */
    boolean mayLead(long id) {
        return voters.stream().anyMatch(voter -> voter.id == id && voter.weight > 0);
    }

    /** Whether the servers for which something holds may decide. */
    boolean contains(LongPredicate holds) {
        long[] sums = new long[groupTotals.size()];
        for (Voter voter : voters) {
            if (voter.weight > 0 && holds.test(voter.id)) {
                sums[voter.group] += voter.weight;
            }
        }
        int groups = 0;
        int won = 0;
        for (int i = 0; i < sums.length; i++) {
            long total = groupTotals.get(i);
            if (total > 0) {
                groups++;
                won += sums[i] > total / 2 ? 1 : 0;
            }
        }
        return won > groups / 2;
    }
}
