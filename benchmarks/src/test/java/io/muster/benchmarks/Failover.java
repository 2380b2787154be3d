package io.muster.benchmarks;

import io.muster.client.ConnectionEvent;
import io.muster.client.CoordinationException;
import io.muster.client.CreateOptions;
import io.muster.client.MusterClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The leader of three servers is killed under load: how long until a client of a survivor, which has its session there, has
 * written again. Muster and ZooKeeper 3.9.5 in turn, in one run; medians.
 *
 * <p>Arguments: kills of each (20).
 */
public final class Failover {
    private static final int SERVERS = 3;
    private static final List<String> JVM = List.of("-Xms256m", "-Xmx256m");

    private Failover() {}

    /** @param outages of the client's connection during the failover */
    private record Gap(double ms, int outages) {}

    public static void main(String[] args) throws Exception {
        int kills = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        Map<ServerChild.Kind, List<Gap>> gaps = new EnumMap<>(ServerChild.Kind.class);
        Map<ServerChild.Kind, List<ServerChild>> ensembles = new EnumMap<>(ServerChild.Kind.class);
        try {
            for (ServerChild.Kind kind : ServerChild.Kind.values()) {
                ensembles.put(kind, ServerChild.startEnsemble(kind, SERVERS, JVM));
                gaps.put(kind, new ArrayList<>());
            }
            for (int i = -1; i < kills; i++) {
                for (ServerChild.Kind kind : ServerChild.Kind.values()) {
                    Gap gap = kill(ensembles.get(kind));
                    System.out.printf(
                            Locale.ROOT, "%s %d: %.0f ms, connection lost %d times%n", kind, i, gap.ms, gap.outages);
                    if (i >= 0) {
                        gaps.get(kind).add(gap); // the first one warms up
                    }
                }
            }
        } finally {
            for (List<ServerChild> ensemble : ensembles.values()) {
                for (ServerChild server : ensemble) {
                    server.close();
                }
            }
        }
        double muster = median(gaps.get(ServerChild.Kind.MUSTER));
        double zookeeper = median(gaps.get(ServerChild.Kind.ZOOKEEPER));
        System.out.printf(
                Locale.ROOT,
                "median: Muster %.0f ms, ZooKeeper %.0f ms, ratio %.2f%n",
                muster,
                zookeeper,
                muster / zookeeper);
    }

    private static double median(List<Gap> gaps) {
        return Medians.median(gaps.stream().mapToDouble(Gap::ms).toArray());
    }

    private static Gap kill(List<ServerChild> ensemble) throws Exception {
        ServerChild leader = ensemble.stream()
                .filter(server -> server.mode().equals("leader"))
                .findFirst()
                .orElseThrow();
        ServerChild survivor =
                ensemble.stream().filter(server -> server != leader).findFirst().orElseThrow();
        AtomicBoolean ending = new AtomicBoolean();
        try (MusterClient client = connect(survivor);
                MusterClient loading = connect(survivor)) {
            client.create("/failover", new byte[0], CreateOptions.EPHEMERAL);
            int[] outages = new int[1];
            client.onConnectionEvent(event -> {
                if (event instanceof ConnectionEvent.Suspended) {
                    outages[0]++;
                }
            });
            Thread load = new Thread(() -> load(loading, ending), "load");
            load.start();
            write(client);
            long began = System.nanoTime();
            leader.kill();
            write(client);
            double ms = (System.nanoTime() - began) / 1e6;
            ending.set(true);
            load.join();
            leader.restart();
            return new Gap(ms, outages[0]);
        }
    }

    private static void load(MusterClient client, AtomicBoolean ending) {
        while (!ending.get()) {
            try {
                client.set("/failover", new byte[100]);
            } catch (CoordinationException e) {
                continue; // the leader is gone for a moment
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Until it succeeds. */
    private static void write(MusterClient client) throws InterruptedException {
        while (true) {
            try {
                client.within(Duration.ofSeconds(20)).set("/failover", new byte[10]);
                return;
            } catch (CoordinationException e) {
                continue; // tried again until it is done
            }
        }
    }

    private static MusterClient connect(ServerChild server) throws InterruptedException {
        MusterClient client = MusterClient.builder()
                .connectString(server.connectString())
                .sessionTimeout(Duration.ofSeconds(30))
                .connect();
        if (!client.awaitConnected(Duration.ofSeconds(30))) {
            throw new IllegalStateException("no connection to " + server.connectString());
        }
        return client;
    }
}
