package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EnsembleTest {
    private static final int SEEDS = 300;

    static SimEnsemble history(long seed, boolean isTraced) {
        int voters = seed % 3 == 0 ? 5 : 3;
        SimEnsemble ensemble = new SimEnsemble(seed, voters, seed % 4 == 0 ? 1 : 0, isTraced);
        try {
            ensemble.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + " at " + ensemble.nowMs + " ms: " + e.getMessage(), e);
        }
        return ensemble;
    }

    @Test
    void invariantsHoldThroughFaultsAndEverybodyServesAfterThem() {
        Map<String, Integer> counts = new TreeMap<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimEnsemble ensemble = history(seed, false);
            ensemble.counts.forEach((what, count) -> counts.merge(what, count, Integer::sum));
            counts.merge("committed", ensemble.checks.committed(), Integer::sum);
        }
        for (String what :
                new String[] {"SNAP", "TRUNC", "TRUNC and reload", "log read", "crashes", "rounds", "epochs"}) {
            assertTrue(counts.getOrDefault(what, 0) > SEEDS / 10, () -> what + " is rare: " + counts);
        }
    }

    /** Of which 200 ms are waited for late votes at most, and only where a vote is late. */
    @Test
    void anotherLeadsSoonAfterALeaderDies() {
        List<Long> times = new ArrayList<>();
        for (long seed = 1; seed <= 40; seed++) {
            times.add(new SimEnsemble(seed, seed % 2 == 0 ? 5 : 3, 0, false).msWithoutLeader());
        }
        times.sort(null);
        assertTrue(times.get(20) < 300, times::toString);
        assertTrue(times.get(39) < 1_000, times::toString);
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        assertEquals(history(7, false).hash, history(7, false).hash);
    }
}
