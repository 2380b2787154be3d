package io.muster.replica.zab;

import java.util.Map;
import java.util.TreeMap;

/** Runs a range of seeds: first, last; or shows the trace of one. */
final class SimMain {
    private SimMain() {}

    public static void main(String[] arguments) {
        long first = Long.parseLong(arguments[0]);
        if (arguments.length == 1) {
            trace(first);
            return;
        }
        Map<String, Integer> counts = new TreeMap<>();
        int failed = 0;
        for (long seed = first;
                seed <= Long.parseLong(arguments[1])
                        && failed < (arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10);
                seed++) {
            try {
                SimEnsemble ensemble = EnsembleTest.history(seed, false);
                ensemble.counts.forEach((what, count) -> counts.merge(what, count, Integer::sum));
                counts.merge("committed", ensemble.checks.committed(), Integer::sum);
            } catch (AssertionError e) {
                failed++;
                System.out.println(e.getMessage());
            }
        }
        System.out.println(counts + ", failed " + failed);
    }

    private static void trace(long seed) {
        int voters = seed % 3 == 0 ? 5 : 3;
        SimEnsemble ensemble = new SimEnsemble(seed, voters, seed % 4 == 0 ? 1 : 0, true);
        try {
            ensemble.run();
        } catch (AssertionError | RuntimeException e) {
            e.printStackTrace(System.out);
        }
        ensemble.trace.forEach(System.out::println);
    }
}
