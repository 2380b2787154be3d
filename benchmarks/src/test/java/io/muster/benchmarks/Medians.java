package io.muster.benchmarks;

import java.util.Arrays;

/** The middle of what was measured. */
final class Medians {
    private Medians() {}

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
