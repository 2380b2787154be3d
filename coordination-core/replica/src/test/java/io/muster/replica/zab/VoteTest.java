package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.ServerState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VoteTest {
    /** Exactly one of two different votes is the better one, and better is transitive (ZOOKEEPER-1419). */
    @Test
    void theOrderIsTotal() {
        List<Vote> votes = new ArrayList<>(List.of(Vote.NOBODY));
        for (long leader = 1; leader <= 3; leader++) {
            for (long zxid = 0; zxid <= 2; zxid++) {
                for (long epoch = 0; epoch <= 2; epoch++) {
                    votes.add(new Vote(leader, zxid, epoch));
                }
            }
        }
        for (Vote a : votes) {
            for (Vote b : votes) {
                assertEquals(!a.equals(b), a.isBetterThan(b) != b.isBetterThan(a), () -> a + " " + b);
                for (Vote c : votes) {
                    if (a.isBetterThan(b) && b.isBetterThan(c)) {
                        assertTrue(a.isBetterThan(c), () -> a + " " + b + " " + c);
                    }
                }
            }
            assertFalse(Vote.NOBODY.isBetterThan(a));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 9, 1, 2, 1, 2, false", "1, 5, 2, 9, 9, 1, true", "1, 6, 2, 9, 5, 2, true", "3, 5, 2, 2, 5, 2, true"
    })
    void theEpochComesFirstThenTheZxidThenTheServer(
            long leader, long zxid, long epoch, long leader2, long zxid2, long epoch2, boolean better) {
        assertEquals(better, new Vote(leader, zxid, epoch).isBetterThan(new Vote(leader2, zxid2, epoch2)));
    }

    @ParameterizedTest
    @CsvSource({
        "LOOKING, 3, 5, 1, 2, 2, LOOKING, 3, 5, 1, 2, 2, true",
        "LOOKING, 3, 5, 1, 2, 2, LOOKING, 3, 5, 2, 2, 2, false",
        "LOOKING, 3, 5, 1, 2, 2, LOOKING, 3, 6, 1, 2, 2, false",
        "LOOKING, 3, 5, 1, 2, 2, FOLLOWING, 3, 6, 1, 2, 2, false",
        "FOLLOWING, 3, 5, 1, 2, 2, LEADING, 3, 6, 7, 2, 2, true",
        "FOLLOWING, 3, 5, 1, 2, 2, LEADING, 3, 6, 7, 3, 2, false",
        "FOLLOWING, 3, 5, 1, 2, 2, LEADING, 3, 6, 7, 3, 0, true",
        "FOLLOWING, 3, 5, 1, 2, 0, LEADING, 3, 6, 7, 3, 0, false",
        "FOLLOWING, 3, 5, 1, 2, 2, LEADING, 2, 5, 1, 2, 2, false"
    })
    void ofServersThatHaveALeaderOnlyLeaderAndEpochCount(
            ServerState state,
            long leader,
            long zxid,
            long round,
            long epoch,
            int version,
            ServerState state2,
            long leader2,
            long zxid2,
            long round2,
            long epoch2,
            int version2,
            boolean agree) {
        Ballot one = new Ballot(new Vote(leader, zxid, epoch), round, state, version);
        Ballot two = new Ballot(new Vote(leader2, zxid2, epoch2), round2, state2, version2);
        assertEquals(agree, one.agreesWith(two));
        assertEquals(agree, two.agreesWith(one));
    }
}
