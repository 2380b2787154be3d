package io.muster.benchmarks;

import io.muster.client.MusterClient;
import io.muster.protocol.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes on three servers, Muster's and ZooKeeper 3.9.5's side by side in one run: both ensembles run at the same time, each
 * server in its own JVM; rounds alternate between them; what counts is the ratio of medians. The CPU is that of all three
 * servers together.
 *
 * <p>Arguments: starts (3), rounds per start (7), factor on the number of operations (1.0).
 */
public final class EnsembleSideBySide {
    private static final int SERVERS = 3;
    private static final byte[] SET = RawLoad.frame(new Request.SetData("/data", new byte[100], -1));
    private static final List<String> JVM = List.of(
            "-Xms512m", "-Xmx512m", "-XX:-UseDynamicNumberOfCompilerThreads", "-XX:-UseDynamicNumberOfGCThreads");

    private EnsembleSideBySide() {}

    /** Nanoseconds per operation of one round: elapsed, and the servers' CPU. */
    private record Sample(double elapsedNanos, double cpuNanos) {}

    private interface Work {
        void run(int operations) throws Exception;
    }

    private record Workload(String name, Work work, double operations) {}

    /** One ensemble with its clients. */
    private static final class Side implements AutoCloseable {
        final List<ServerChild> servers;
        final MusterClient client;
        final RawLoad onLeader;
        final RawLoad onFollower;

        Side(ServerChild.Kind kind) throws Exception {
            servers = ServerChild.startEnsemble(kind, SERVERS, JVM);
            ServerChild leader = servers.get(SERVERS - 1);
            if (!leader.mode().equals("leader")) {
                throw new IllegalStateException("the last server does not lead, but is " + leader.mode());
            }
            client = MusterClient.builder()
                    .connectString(servers.get(0).connectString())
                    .sessionTimeout(Duration.ofSeconds(30))
                    .connect();
            client.create("/data", new byte[100]);
            onLeader = new RawLoad(leader.connectString(), 64, 16);
            onFollower = new RawLoad(servers.get(0).connectString(), 64, 16);
        }

        List<Workload> workloads() {
            return List.of(
                    new Workload(
                            "setData on the leader, 64 connections, 16 in flight each",
                            n -> onLeader.run(n, i -> SET, nanos -> {}),
                            20_000),
                    new Workload(
                            "setData on a follower, 64 connections, 16 in flight each",
                            n -> onFollower.run(n, i -> SET, nanos -> {}),
                            20_000),
                    new Workload("setData on a follower, one by one", this::oneByOne, 1_500));
        }

        private void oneByOne(int operations) throws InterruptedException {
            for (int i = 0; i < operations; i++) {
                client.set("/data", new byte[100]);
            }
        }

        long cpuNanos() throws Exception {
            long sum = 0;
            for (ServerChild server : servers) {
                sum += server.cpuNanos();
            }
            return sum;
        }

        @Override
        public void close() throws Exception {
            onLeader.close();
            onFollower.close();
            client.close();
            for (ServerChild server : servers) {
                server.close();
            }
        }
    }

    public static void main(String[] args) throws Exception {
        int starts = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        double factor = args.length > 2 ? Double.parseDouble(args[2]) : 1;
        Map<String, Map<ServerChild.Kind, List<Sample>>> samples = new LinkedHashMap<>();
        for (int start = 0; start < starts; start++) {
            try (Side muster = new Side(ServerChild.Kind.MUSTER);
                    Side zookeeper = new Side(ServerChild.Kind.ZOOKEEPER)) {
                for (int round = -1; round < rounds; round++) {
                    boolean counts = round >= 0; // the first one warms up
                    for (Side side : round % 2 == 0 ? List.of(muster, zookeeper) : List.of(zookeeper, muster)) {
                        ServerChild.Kind kind = side == muster ? ServerChild.Kind.MUSTER : ServerChild.Kind.ZOOKEEPER;
                        for (Workload each : side.workloads()) {
                            Sample sample = measure(side, each, factor);
                            if (counts) {
                                samples.computeIfAbsent(each.name, key -> new EnumMap<>(ServerChild.Kind.class))
                                        .computeIfAbsent(kind, key -> new ArrayList<>())
                                        .add(sample);
                            }
                        }
                    }
                }
            }
            System.out.println("after start " + (start + 1) + " of " + starts + ":");
            print(samples);
        }
    }

    private static Sample measure(Side side, Workload workload, double factor) throws Exception {
        int count = (int) Math.max(1, workload.operations * factor);
        long cpu = side.cpuNanos();
        long began = System.nanoTime();
        workload.work.run(count);
        double elapsed = (double) (System.nanoTime() - began) / count;
        return new Sample(elapsed, (double) (side.cpuNanos() - cpu) / count);
    }

    private static void print(Map<String, Map<ServerChild.Kind, List<Sample>>> samples) {
        System.out.println(
                "| workload | Muster us/op | ZooKeeper us/op | throughput ratio | Muster servers' CPU us/op |"
                        + " ZooKeeper | CPU ratio |");
        System.out.println("|---|---|---|---|---|---|---|");
        samples.forEach((workload, bySide) -> {
            List<Sample> muster = bySide.get(ServerChild.Kind.MUSTER);
            List<Sample> zookeeper = bySide.get(ServerChild.Kind.ZOOKEEPER);
            double musterElapsed = elapsed(muster);
            double zookeeperElapsed = elapsed(zookeeper);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f |%n",
                    workload,
                    musterElapsed / 1e3,
                    zookeeperElapsed / 1e3,
                    zookeeperElapsed / musterElapsed,
                    cpu(muster) / 1e3,
                    cpu(zookeeper) / 1e3,
                    cpu(muster) / cpu(zookeeper));
        });
    }

    private static double elapsed(List<Sample> samples) {
        return Medians.median(samples.stream().mapToDouble(Sample::elapsedNanos).toArray());
    }

    private static double cpu(List<Sample> samples) {
        return Medians.median(samples.stream().mapToDouble(Sample::cpuNanos).toArray());
    }
}
