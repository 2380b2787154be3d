package io.muster.benchmarks;

import io.muster.benchmarks.Comparison.Workload;
import io.muster.client.MusterClient;
import io.muster.protocol.Request;
import io.muster.recipes.lock.DistributedLock;
import io.muster.recipes.lock.LockLease;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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

    /** One server with its clients. */
    private static final class Side implements Comparison.Side {
        final ServerChild.Kind kind;
        final ServerChild server;
        final MusterClient client;
        final CuratorFramework curator;
        final RawLoad of64;
        final RawLoad of256;

        Side(ServerChild.Kind kind) throws Exception {
            this.kind = kind;
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
        public List<Workload> workloads() {
            return List.of(
                    new Workload("setData, 256 in flight", this::pipelinedSets, 20_000),
                    new Workload("getData, 256 in flight", this::pipelinedGets, 60_000),
                    new Workload("setData, 64 connections, 16 in flight each", n -> sets(of64, n), 40_000),
                    new Workload("getData, 64 connections, 16 in flight each", n -> gets(of64, n), 60_000),
                    new Workload("setData, 256 connections, 4 in flight each", n -> sets(of256, n), 40_000),
                    new Workload("getData, 256 connections, 4 in flight each", n -> gets(of256, n), 60_000),
                    new Workload("setData, one by one", this::sequentialSets, 500),
                    new Workload("getData, one by one", this::sequentialGets, 5_000),
                    new Workload("lock/unlock, DistributedLock", this::locks, 300),
                    new Workload(
                            "lock/unlock, Curator on ZooKeeper",
                            kind == ServerChild.Kind.MUSTER ? this::locks : this::curatorLocks,
                            300));
        }

        @Override
        public long cpuNanos() throws IOException {
            return server.cpuNanos();
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

    public static void main(String[] arguments) throws Exception {
        Comparison.run(arguments, Side::new);
    }
}
