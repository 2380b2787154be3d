package io.muster.benchmarks;

import io.muster.benchmarks.Comparison.Workload;
import io.muster.client.MusterClient;
import io.muster.protocol.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Writes on three servers, Muster's and ZooKeeper 3.9.5's side by side in one run: both ensembles run at the same time, each
 * server in its own JVM; rounds alternate between them; what counts is the ratio of medians. The CPU is that of all three
 * servers together.
 *
 * <p>Arguments: starts (3), rounds per start (7), factor on the number of operations (1.0), a part of the names of the
 * workloads to run (all).
 */
public final class EnsembleSideBySide {
    private static final int SERVERS = 3;
    private static final byte[] SET = RawLoad.frame(new Request.SetData("/data", new byte[100], -1));
    private static final List<String> JVM = List.of(
            "-Xms512m", "-Xmx512m", "-XX:-UseDynamicNumberOfCompilerThreads", "-XX:-UseDynamicNumberOfGCThreads");

    private EnsembleSideBySide() {}

    /** One ensemble with its clients. */
    private static final class Side implements Comparison.Side {
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

        @Override
        public List<Workload> workloads() {
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

        @Override
        public long cpuNanos() throws IOException {
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

    public static void main(String[] arguments) throws Exception {
        Comparison.run(arguments, Side::new);
    }
}
