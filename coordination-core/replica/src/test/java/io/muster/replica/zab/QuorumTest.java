package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {
    private static Membership majority(int voters, long... observers) {
        List<Member> members = new ArrayList<>();
        for (long id = 1; id <= voters; id++) {
            members.add(new Member(id, Role.PARTICIPANT, List.of(), null));
        }
        for (long id : observers) {
            members.add(new Member(id, Role.OBSERVER, List.of(), null));
        }
        return new Membership(members, 0);
    }

    private static boolean contains(Quorum quorum, String ids) {
        List<Long> set = ids == null
                ? List.of()
                : Arrays.stream(ids.split(" ")).map(Long::valueOf).toList();
        return quorum.contains(set::contains);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, true",
        "1, , false",
        "2, 1, false",
        "2, 1 2, true",
        "3, 1, false",
        "3, 1 3, true",
        "4, 1 2, false",
        "4, 1 2 4, true",
        "5, 1 2, false",
        "5, 3 4 5, true",
        "3, 1 8 9, false"
    })
    void moreThanHalfOfTheParticipantsDecide(int voters, String ids, boolean decides) {
        assertEquals(decides, contains(Quorum.of(majority(voters, 8, 9)), ids));
    }

    @Test
    void aMembershipWithoutParticipantsDecidesNothing() {
        assertFalse(contains(Quorum.of(majority(0, 1, 2)), "1 2"));
    }

    /** Three groups of three; in the last only one server has weight, and a fourth group has none. */
    private static Quorum hierarchy() {
        Map<Long, List<Long>> groups =
                Map.of(1L, List.of(1L, 2L, 3L), 2L, List.of(4L, 5L, 6L), 3L, List.of(7L, 8L, 9L));
        TreeMap<Long, List<Long>> sorted = new TreeMap<>(groups);
        sorted.put(4L, List.of(10L));
        Membership plain = majority(11);
        TreeMap<Long, Long> weights = new TreeMap<>(Map.of(7L, 0L, 8L, 0L, 9L, 3L, 10L, 0L));
        return Quorum.of(new Membership(plain.members(), sorted, weights, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "1 2 4 5, true",
        "1 2 9, true",
        "1 2 7 8, false",
        "1 4 9, false",
        "1 2 3 10 11, false",
        "4 6 9, true",
        "1 2 3 4 7 8 10, false"
    })
    void moreThanHalfOfTheGroupsWithWeightDecideByMoreThanHalfOfTheirs(String ids, boolean decides) {
        assertEquals(decides, contains(hierarchy(), ids));
    }

    @Test
    void whoHasNoWeightVotesForOthersOnly() {
        Quorum quorum = hierarchy();
        assertTrue(quorum.isVoter(7));
        assertFalse(quorum.mayLead(7));
        assertTrue(quorum.mayLead(9));
        assertFalse(quorum.mayLead(11), "in no group");
        assertFalse(quorum.isVoter(12));
    }

    /** Any two quorums of one membership have a server in common: else two leaders could be established. */
    @Test
    void anyTwoQuorumsIntersect() {
        for (Quorum quorum : List.of(Quorum.of(majority(4)), Quorum.of(majority(5)), hierarchy())) {
            int sets = 1 << 11;
            List<Integer> quorums = new ArrayList<>();
            for (int bits = 0; bits < sets; bits++) {
                int set = bits;
                if (quorum.contains(id -> (set >> (id - 1) & 1) == 1)) {
                    quorums.add(set);
                }
            }
            // a smallest quorum that misses another one would be disjoint from it
            int all = sets - 1;
            quorums.forEach(one -> assertFalse(
                    quorum.contains(id -> (all & ~one) >> (id - 1) % 11 != 0 && ((all & ~one) >> (id - 1) & 1) == 1),
                    () -> Integer.toBinaryString(one)));
        }
    }

    @Test
    void aQuorumOfEveryMembershipIsNeededWhileOneFollowsTheOther() {
        Membership later = new Membership(
                List.of(
                        new Member(3, Role.PARTICIPANT, List.of(), null),
                        new Member(4, Role.PARTICIPANT, List.of(), null),
                        new Member(5, Role.PARTICIPANT, List.of(), null)),
                7);
        Quorums both = Quorums.of(List.of(majority(3), later));
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), both.voters());
        assertFalse(both.contain(List.of(1L, 2L, 3L)::contains));
        assertFalse(both.contain(List.of(3L, 4L, 5L)::contains));
        assertTrue(both.contain(List.of(1L, 3L, 4L)::contains));
        assertTrue(both.mayLead(5));
    }

    @Test
    void aQuorumHasComeAsFarAsItsSlowestServer() {
        Quorums quorums = Quorums.of(List.of(majority(5)));
        Map<Long, Long> progress = Map.of(1L, 9L, 2L, 3L, 3L, 7L, 4L, 0L, 5L, 5L);
        assertEquals(5, quorums.reached(id -> progress.getOrDefault(id, 0L)));
        assertEquals(0, quorums.reached(id -> 0));
        assertEquals(Long.MIN_VALUE, Quorums.of(List.of(majority(0))).reached(id -> 3));
    }
}
