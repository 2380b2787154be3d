package io.muster.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Runs workloads on Muster and on ZooKeeper, which are both there at the same time; rounds alternate between them, and what counts
 * is the ratio of medians. Used by one thread.
 */
final class Comparison {
    private final Map<String, Map<ServerChild.Kind, List<Sample>>> samples = new LinkedHashMap<>();
    private final double factor;
    private final String only;

    /** Nanoseconds per operation of one round: elapsed, and CPU of all servers of the side. */
    private record Sample(double elapsedNanos, double cpuNanos) {}

    /** One run of a workload. */
    interface Work {
        void run(int operations) throws Exception;
    }

    record Workload(String name, Work work, double operations) {}

    /** Servers of one kind, with their clients. */
    interface Side extends AutoCloseable {
        List<Workload> workloads();

        /** That its servers have used so far. */
        long cpuNanos() throws Exception;
    }

    interface Starter {
        Side start(ServerChild.Kind kind) throws Exception;
    }

    private Comparison(double factor, String only) {
        this.factor = factor;
        this.only = only;
    }

    /**
     * Prints a table after each start.
     *
     * @param arguments starts (3), rounds per start (7), factor on the number of operations (1.0), a part of the names of the
     *     workloads to run (all)
     */
    static void run(String[] arguments, Starter starter) throws Exception {
        int starts = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
        double factor = arguments.length > 2 ? Double.parseDouble(arguments[2]) : 1;
        Comparison comparison = new Comparison(factor, arguments.length > 3 ? arguments[3] : "");
        for (int start = 0; start < starts; start++) {
            try (Side muster = starter.start(ServerChild.Kind.MUSTER);
                    Side zookeeper = starter.start(ServerChild.Kind.ZOOKEEPER)) {
                for (int round = -1; round < rounds; round++) {
                    for (Side side : round % 2 == 0 ? List.of(muster, zookeeper) : List.of(zookeeper, muster)) {
                        comparison.round(
                                side == muster ? ServerChild.Kind.MUSTER : ServerChild.Kind.ZOOKEEPER,
                                side,
                                round >= 0); // the first one warms up
                    }
                }
            }
            System.out.println("after start " + (start + 1) + " of " + starts + ":");
            comparison.print();
        }
    }

    private void round(ServerChild.Kind kind, Side side, boolean counts) throws Exception {
        for (Workload workload : side.workloads()) {
            if (!workload.name.contains(only)) {
                continue;
            }
            Sample sample = measure(side, workload);
            if (counts) {
                samples.computeIfAbsent(workload.name, key -> new EnumMap<>(ServerChild.Kind.class))
                        .computeIfAbsent(kind, key -> new ArrayList<>())
                        .add(sample);
            }
        }
    }

    private Sample measure(Side side, Workload workload) throws Exception {
        int count = (int) Math.max(1, workload.operations * factor);
        long cpu = side.cpuNanos();
        long began = System.nanoTime();
        workload.work.run(count);
        double elapsed = (double) (System.nanoTime() - began) / count;
        return new Sample(elapsed, (double) (side.cpuNanos() - cpu) / count);
    }

    private void print() {
        System.out.println(
                "| workload | Muster us/op | ZooKeeper us/op | ratio | Muster server CPU us/op | ZooKeeper | ratio |");
        System.out.println("|---|---|---|---|---|---|---|");
        samples.forEach((workload, bySide) -> {
            List<Sample> muster = bySide.get(ServerChild.Kind.MUSTER);
            List<Sample> zookeeper = bySide.get(ServerChild.Kind.ZOOKEEPER);
            double musterElapsed = median(muster, Sample::elapsedNanos);
            double zookeeperElapsed = median(zookeeper, Sample::elapsedNanos);
            double musterCpu = median(muster, Sample::cpuNanos);
            double zookeeperCpu = median(zookeeper, Sample::cpuNanos);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f |%n",
                    workload,
                    musterElapsed / 1e3,
                    zookeeperElapsed / 1e3,
                    musterElapsed / zookeeperElapsed,
                    musterCpu / 1e3,
                    zookeeperCpu / 1e3,
                    musterCpu / zookeeperCpu);
        });
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return Medians.median(samples.stream().mapToDouble(value).toArray());
    }
}
