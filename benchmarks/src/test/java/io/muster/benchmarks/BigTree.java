package io.muster.benchmarks;

import io.muster.client.MusterClient;
import io.muster.protocol.Acl;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A million znodes of 100 bytes under a thousand parents, in Muster and in ZooKeeper 3.9.5, each a process of its own: live
 * heap per znode, and how long a start takes after {@code kill -9}. Both have ZooKeeper's default of a snapshot after about
 * 100,000 transactions; before each kill there are writes, so that a start has a log to replay.
 *
 * <p>Arguments: znodes (1,000,000), restarts (5), writes before each restart (30,000).
 */
public final class BigTree {
    private static final int PARENTS = 1_000;
    private static final int CONNECTIONS = 16;
    /** Of each connection. */
    private static final int IN_FLIGHT = 32;

    private static final byte[] DATA = new byte[100];

    private BigTree() {}

    /** One server, and what was measured of it. */
    private static final class Side implements AutoCloseable {
        final ServerChild server;
        final long emptyHeapBytes;
        long fullHeapBytes;
        final List<Long> restartNanos = new ArrayList<>();
        final List<Long> cpuNanos = new ArrayList<>();

        Side(ServerChild.Kind kind) throws Exception {
            server = ServerChild.start(kind, List.of("-Xms2g", "-Xmx2g"));
            emptyHeapBytes = server.liveHeapBytes();
        }

        private MusterClient connect() {
            return MusterClient.builder()
                    .connectString(server.connectString())
                    .sessionTimeout(Duration.ofSeconds(30))
                    .connect();
        }

        void fill(int znodes) throws Exception {
            try (RawLoad load = new RawLoad(server.connectString(), CONNECTIONS, IN_FLIGHT)) {
                load.run(PARENTS, i -> create(parent(i)), nanos -> {});
                load.run(znodes, i -> create(child(i)), nanos -> {});
            }
            fullHeapBytes = server.liveHeapBytes();
        }

        /** Writes, then a kill in the midst of serving, then a start; the last write must be there. */
        void restart(int znodes, int writes, int round) throws Exception {
            byte[] written = ("round " + round).getBytes(StandardCharsets.UTF_8);
            try (RawLoad load = new RawLoad(server.connectString(), CONNECTIONS, IN_FLIGHT)) {
                load.run(writes, i -> set(child(i * 31 % znodes), DATA), nanos -> {});
                load.run(1, i -> set(child(7), written), nanos -> {});
                server.kill();
                restartNanos.add(server.restart());
                cpuNanos.add(server.cpuNanos());
            }
            try (MusterClient client = connect()) {
                if (!Arrays.equals(client.get(child(7)).data(), written)) {
                    throw new IllegalStateException("an acknowledged write is lost");
                }
            }
        }

        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    private static byte[] create(String path) {
        return RawLoad.frame(new Request.Create(OpCode.CREATE, path, DATA, Acl.OPEN, 0, 0));
    }

    private static byte[] set(String path, byte[] data) {
        return RawLoad.frame(new Request.SetData(path, data, -1));
    }

    private static String parent(int i) {
        return "/parent-" + (1000 + i % PARENTS);
    }

    private static String child(int i) {
        return parent(i) + String.format(Locale.ROOT, "/n-%010d", i / PARENTS);
    }

    public static void main(String[] args) throws Exception {
        int znodes = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int restarts = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        int writes = args.length > 2 ? Integer.parseInt(args[2]) : 30_000;
        Map<ServerChild.Kind, Side> sides = new EnumMap<>(ServerChild.Kind.class);
        try (Side muster = new Side(ServerChild.Kind.MUSTER);
                Side zookeeper = new Side(ServerChild.Kind.ZOOKEEPER)) {
            sides.put(ServerChild.Kind.MUSTER, muster);
            sides.put(ServerChild.Kind.ZOOKEEPER, zookeeper);
            for (Side side : sides.values()) {
                long began = System.nanoTime();
                side.fill(znodes);
                System.err.printf(
                        "filled in %.1f s, %d bytes of heap%n",
                        (System.nanoTime() - began) / 1e9, side.fullHeapBytes - side.emptyHeapBytes);
            }
            for (int round = 0; round < restarts; round++) {
                for (Side side : sides.values()) {
                    side.restart(znodes, writes, round);
                    System.err.printf("restart in %.2f s%n", side.restartNanos.get(round) / 1e9);
                }
            }
            print(sides, znodes);
        }
    }

    private static void print(Map<ServerChild.Kind, Side> sides, int znodes) {
        System.out.println(
                "| | live heap per znode, bytes | start after kill -9, s, median (least to most) | CPU of it, s |");
        System.out.println("|---|---|---|---|");
        sides.forEach((kind, side) -> {
            long[] nanos = side.restartNanos.stream().mapToLong(x -> x).sorted().toArray();
            long[] cpu = side.cpuNanos.stream().mapToLong(x -> x).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %.2f (%.2f to %.2f) | %.2f |%n",
                    kind == ServerChild.Kind.MUSTER ? "Muster" : "ZooKeeper",
                    (side.fullHeapBytes - side.emptyHeapBytes) / znodes,
                    nanos[nanos.length / 2] / 1e9,
                    nanos[0] / 1e9,
                    nanos[nanos.length - 1] / 1e9,
                    cpu[cpu.length / 2] / 1e9);
        });
    }
}
