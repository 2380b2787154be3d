package io.muster.benchmarks;

import io.muster.client.MusterClient;
import io.muster.protocol.Request;
import io.muster.recipes.lock.DistributedLock;
import io.muster.recipes.lock.LockLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;

/**
 * Muster and ZooKeeper 3.9.5 side by side in one run: both servers run at the same time, each in its own JVM on its own
 * directory of the same disk; rounds alternate between them; what counts is the ratio of medians. Each workload uses
 * Muster's client on both servers, so that the servers are compared; the locks are also taken with Curator on ZooKeeper, so
 * that the whole stacks are.
 *
 * <p>Arguments: starts (3), rounds per start (7), factor on the number of operations (1.0), a part of the names of the
 * workloads to run (all).
 */
public final class SideBySide {
    private static final int IN_FLIGHT = 256;
    private static final byte[] DATA = new byte[100];
    private static final byte[] SET = RawLoad.frame(new Request.SetData("/data", DATA, -1));
    private static final byte[] GET = RawLoad.frame(new Request.GetData("/data", false));

    private SideBySide() {}

    /** One run of a workload. */
    private interface Work {
        void run(int operations) throws Exception;
    }

    /** Nanoseconds per operation of one round: elapsed, and the server's CPU. */
    private record Sample(double elapsedNanos, double serverCpuNanos) {}

    /** One server with its clients. */
    private static final class Side implements AutoCloseable {
        final ServerChild server;
        final MusterClient client;
        final CuratorFramework curator;
        final RawLoad of64;
        final RawLoad of256;

        Side(ServerChild.Kind kind) throws Exception {
            server = ServerChild.start(kind);
            client = MusterClient.builder()
                    .connectString(server.connectString())
                    .sessionTimeout(Duration.ofSeconds(30))
                    .connect();
            client.create("/data", DATA);
            curator = CuratorFrameworkFactory.newClient(server.connectString(), new RetryOneTime(100));
            curator.start();
            curator.blockUntilConnected();
            of64 = new RawLoad(server.connectString(), 64, 16);
            of256 = new RawLoad(server.connectString(), 256, 4);
        }

        void pipelinedSets(int operations) throws Exception {
            Pipelined.run(operations, IN_FLIGHT, i -> client.setAsync("/data", DATA));
        }

        void pipelinedGets(int operations) throws Exception {
            Pipelined.run(operations, IN_FLIGHT, i -> client.getAsync("/data"));
        }

        static void sets(RawLoad load, int operations) throws Exception {
            load.run(operations, i -> SET, nanos -> {});
        }

        static void gets(RawLoad load, int operations) throws Exception {
            load.run(operations, i -> GET, nanos -> {});
        }

        void sequentialSets(int operations) throws Exception {
            for (int i = 0; i < operations; i++) {
                client.set("/data", DATA);
            }
        }

        void sequentialGets(int operations) throws Exception {
            for (int i = 0; i < operations; i++) {
                client.get("/data");
            }
        }

        void locks(int operations) throws Exception {
            DistributedLock lock = DistributedLock.on(client, "/locks/muster");
            for (int i = 0; i < operations; i++) {
                try (LockLease lease = lock.acquire(Duration.ofSeconds(10))) {
                    lease.token();
                }
            }
        }

        void curatorLocks(int operations) throws Exception {
            InterProcessMutex mutex = new InterProcessMutex(curator, "/locks/curator");
            for (int i = 0; i < operations; i++) {
                mutex.acquire();
                mutex.release();
            }
        }

        @Override
        public void close() throws Exception {
            of64.close();
            of256.close();
            curator.close();
            client.close();
            server.close();
        }
    }

    private record Workload(String name, Work work, double operations) {}

    private static List<Workload> workloads(ServerChild.Kind kind, Side side) {
        return List.of(
                new Workload("setData, 256 in flight", side::pipelinedSets, 20_000),
                new Workload("getData, 256 in flight", side::pipelinedGets, 60_000),
                new Workload("setData, 64 connections, 16 in flight each", n -> Side.sets(side.of64, n), 40_000),
                new Workload("getData, 64 connections, 16 in flight each", n -> Side.gets(side.of64, n), 60_000),
                new Workload("setData, 256 connections, 4 in flight each", n -> Side.sets(side.of256, n), 40_000),
                new Workload("getData, 256 connections, 4 in flight each", n -> Side.gets(side.of256, n), 60_000),
                new Workload("setData, one by one", side::sequentialSets, 500),
                new Workload("getData, one by one", side::sequentialGets, 5_000),
                new Workload("lock/unlock, DistributedLock", side::locks, 300),
                new Workload(
                        "lock/unlock, Curator on ZooKeeper",
                        kind == ServerChild.Kind.MUSTER ? side::locks : side::curatorLocks,
                        300));
    }

    public static void main(String[] args) throws Exception {
        int starts = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        double factor = args.length > 2 ? Double.parseDouble(args[2]) : 1;
        String only = args.length > 3 ? args[3] : "";
        Map<String, Map<ServerChild.Kind, List<Sample>>> samples = new LinkedHashMap<>();
        for (int start = 0; start < starts; start++) {
            try (Side muster = new Side(ServerChild.Kind.MUSTER);
                    Side zookeeper = new Side(ServerChild.Kind.ZOOKEEPER)) {
                for (int round = -1; round < rounds; round++) {
                    boolean counts = round >= 0; // the first one warms up
                    boolean musterFirst = round % 2 == 0;
                    for (Side side : musterFirst ? List.of(muster, zookeeper) : List.of(zookeeper, muster)) {
                        ServerChild.Kind kind = side == muster ? ServerChild.Kind.MUSTER : ServerChild.Kind.ZOOKEEPER;
                        for (Workload each : workloads(kind, side)) {
                            if (!each.name.contains(only)) {
                                continue;
                            }
                            measure(samples, each.name, kind, side, each.work, each.operations * factor, counts);
                        }
                    }
                }
            }
            System.out.println("after start " + (start + 1) + " of " + starts + ":");
            print(samples);
        }
    }

    private static void measure(
            Map<String, Map<ServerChild.Kind, List<Sample>>> samples,
            String workload,
            ServerChild.Kind kind,
            Side side,
            Work work,
            double operations,
            boolean counts)
            throws Exception {
        int count = (int) Math.max(1, operations);
        long cpu = side.server.cpuNanos();
        long began = System.nanoTime();
        work.run(count);
        double elapsed = (double) (System.nanoTime() - began) / count;
        double serverCpu = (double) (side.server.cpuNanos() - cpu) / count;
        if (counts) {
            samples.computeIfAbsent(workload, key -> new EnumMap<>(ServerChild.Kind.class))
                    .computeIfAbsent(kind, key -> new ArrayList<>())
                    .add(new Sample(elapsed, serverCpu));
        }
    }

    private static void print(Map<String, Map<ServerChild.Kind, List<Sample>>> samples) {
        System.out.println(
                "| workload | Muster us/op | ZooKeeper us/op | ratio | Muster server CPU us/op | ZooKeeper | ratio |");
        System.out.println("|---|---|---|---|---|---|---|");
        samples.forEach((workload, bySide) -> {
            double[] muster = medians(bySide.get(ServerChild.Kind.MUSTER));
            double[] zookeeper = medians(bySide.get(ServerChild.Kind.ZOOKEEPER));
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f |%n",
                    workload,
                    muster[0] / 1e3,
                    zookeeper[0] / 1e3,
                    muster[0] / zookeeper[0],
                    muster[1] / 1e3,
                    zookeeper[1] / 1e3,
                    muster[1] / zookeeper[1]);
        });
    }

    private static double[] medians(List<Sample> samples) {
        return new double[] {
            Medians.median(samples.stream().mapToDouble(Sample::elapsedNanos).toArray()),
            Medians.median(samples.stream().mapToDouble(Sample::serverCpuNanos).toArray())
        };
    }
}
