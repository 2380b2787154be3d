package io.muster.benchmarks;

import io.muster.protocol.Acl;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;

/**
 * A million children under one parent, in Muster and in ZooKeeper 3.9.5, each a process of its own: what creating one more
 * costs, how long listing them takes, and how long other clients' requests take while one client lists them all the time.
 *
 * <p>Arguments: children (1,000,000), rounds (5).
 */
public final class BigParent {
    private static final byte[] DATA = new byte[10];
    private static final int OTHERS = 8;
    private static final int OPERATIONS = 20_000;

    private final int children;
    private final int rounds;

    private BigParent(int children, int rounds) {
        this.children = children;
        this.rounds = rounds;
    }

    /** One server, and what was measured of it. */
    private static final class Side implements AutoCloseable {
        final ServerChild server;
        final RawLoad others;
        final RawLoad lister;
        final List<Double> createBesideFew = new ArrayList<>();
        final List<Double> createBesideMany = new ArrayList<>();
        final List<Double> listMs = new ArrayList<>();
        final Histogram alone = new Histogram(3);
        final Histogram whileListed = new Histogram(3);
        private int created;

        Side(ServerChild.Kind kind) throws Exception {
            server = ServerChild.start(kind, List.of("-Xms2g", "-Xmx2g"));
            others = new RawLoad(server.connectString(), OTHERS, 1);
            lister = new RawLoad(server.connectString(), 1, 1);
            others.run(2, i -> create(i == 0 ? "/many" : "/few"), nanos -> {});
            others.run(1, i -> create("/other"), nanos -> {});
        }

        void fill(int children) throws Exception {
            try (RawLoad load = new RawLoad(server.connectString(), 16, 32)) {
                load.run(children, i -> create(String.format(Locale.ROOT, "/many/n-%010d", i)), nanos -> {});
                load.run(1_000, i -> create("/few/n-" + i), nanos -> {});
            }
        }

        /** CPU of the server, in microseconds for each create. */
        double creates(String parent) throws Exception {
            try (RawLoad load = new RawLoad(server.connectString(), 16, 32)) {
                int count = 30_000;
                int first = created;
                created += count;
                long cpu = server.cpuNanos();
                load.run(count, i -> create(parent + "/more-" + (first + i)), nanos -> {});
                return (server.cpuNanos() - cpu) / 1e3 / count;
            }
        }

        void measure(Histogram into) throws Exception {
            byte[] get = RawLoad.frame(new Request.GetData("/other", false));
            byte[] set = RawLoad.frame(new Request.SetData("/other", DATA, -1));
            others.run(OPERATIONS, i -> i % 10 == 0 ? set : get, nanos -> into.recordValue(nanos / 1_000));
        }

        /** Lists until told to stop. */
        Thread list(AtomicBoolean stop, AtomicReference<Throwable> failure) {
            byte[] list = RawLoad.frame(new Request.GetChildren2("/many", false));
            Thread thread = new Thread(() -> {
                try {
                    while (!stop.get()) {
                        lister.run(1, i -> list, nanos -> listMs.add(nanos / 1e6));
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            thread.start();
            return thread;
        }

        @Override
        public void close() throws Exception {
            others.close();
            lister.close();
            server.close();
        }
    }

    private static byte[] create(String path) {
        return RawLoad.frame(new Request.Create(OpCode.CREATE, path, DATA, Acl.OPEN, 0, 0));
    }

    public static void main(String[] args) throws Exception {
        int children = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        new BigParent(children, rounds).run();
    }

    private void run() throws Exception {
        try (Side muster = new Side(ServerChild.Kind.MUSTER);
                Side zookeeper = new Side(ServerChild.Kind.ZOOKEEPER)) {
            for (Side side : List.of(muster, zookeeper)) {
                side.fill(children);
            }
            for (int round = 0; round < rounds; round++) {
                for (Side side : List.of(muster, zookeeper)) {
                    round(side, round == 0);
                }
            }
            System.out.println("| | CPU us per create beside 1,000 | beside " + children
                    + " | list, ms | others' 50th, 99th, 99.9th percentile, us | while it is listed |");
            System.out.println("|---|---|---|---|---|---|");
            print("Muster", muster);
            print("ZooKeeper", zookeeper);
        }
    }

    private static void round(Side side, boolean warmUp) throws Exception {
        double few = side.creates("/few");
        double many = side.creates("/many");
        side.measure(side.alone);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread lister = side.list(stop, failure);
        side.measure(side.whileListed);
        stop.set(true);
        lister.join();
        if (failure.get() != null) {
            throw new IllegalStateException("listing failed", failure.get());
        }
        if (warmUp) {
            side.alone.reset();
            side.whileListed.reset();
            side.listMs.clear();
        } else {
            side.createBesideFew.add(few);
            side.createBesideMany.add(many);
        }
    }

    private static void print(String name, Side side) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.0f | %s | %s |%n",
                name,
                median(side.createBesideFew),
                median(side.createBesideMany),
                median(side.listMs),
                percentiles(side.alone),
                percentiles(side.whileListed));
    }

    private static String percentiles(Histogram histogram) {
        return String.format(
                Locale.ROOT,
                "%,d %,d %,d",
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9));
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(x -> x).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
