package io.muster.benchmarks;

import io.muster.protocol.Acl;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * A tree of a million znodes under full write load: how long writes take while a snapshot is written, and while none is. A
 * snapshot is being written when its file, which has a name of its own until it is whole, is there.
 *
 * <p>Arguments: znodes (1,000,000), seconds of load (120; so long that about as much is written between snapshots as while one is).
 */
public final class SnapshotUnderLoad {
    private static final int PARENTS = 1_000;
    private static final int CONNECTIONS = 16;
    private static final int IN_FLIGHT = 16;
    private static final int OPERATIONS = 50_000;
    private static final byte[] DATA = new byte[100];

    private SnapshotUnderLoad() {}

    /** Looks every few milliseconds whether a snapshot is being written. */
    private static final class Watcher implements AutoCloseable {
        private final Path directory;
        private final Thread thread;
        private volatile boolean writing;
        private volatile int snapshots;
        private volatile boolean stopped;

        Watcher(Path directory) {
            this.directory = directory;
            this.thread = new Thread(this::run);
            thread.start();
        }

        private void run() {
            while (!stopped) {
                boolean now = unfinished();
                if (now && !writing) {
                    snapshots++;
                }
                writing = now;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }

        private boolean unfinished() {
            try (Stream<Path> files = Files.list(directory)) {
                return files.map(file -> file.getFileName().toString())
                        .anyMatch(name -> name.contains("snapshot") && !name.startsWith("snapshot."));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            thread.join();
        }
    }

    public static void main(String[] args) throws Exception {
        int znodes = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 120;
        Histogram during = new Histogram(3);
        Histogram between = new Histogram(3);
        try (ServerChild server = ServerChild.start(
                        ServerChild.Kind.MUSTER, List.of("-Xms2g", "-Xmx2g", "-Dzookeeper.snapCount=2000000"));
                RawLoad load = new RawLoad(server.connectString(), CONNECTIONS, IN_FLIGHT)) {
            load.run(PARENTS, i -> create(parent(i)), nanos -> {});
            load.run(znodes, i -> create(child(i)), nanos -> {});
            byte[][] sets = new byte[znodes][];
            for (int i = 0; i < znodes; i++) {
                sets[i] = RawLoad.frame(new Request.SetData(child((int) (i * 7919L % znodes)), DATA, -1));
            }
            try (Watcher watcher = new Watcher(server.data().resolve("version-2"))) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
                for (int from = 0; System.nanoTime() < end; from = (from + OPERATIONS) % znodes) {
                    int first = from;
                    load.run(
                            OPERATIONS,
                            i -> sets[(first + i) % znodes],
                            nanos -> (watcher.writing ? during : between).recordValue(nanos / 1_000));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%d snapshots, %.0f %% of the writes while one was written%n",
                        watcher.snapshots,
                        100.0 * during.getTotalCount() / (during.getTotalCount() + between.getTotalCount()));
            }
        }
        System.out.println("| writes, us | median | 99th percentile | 99.9th | longest |");
        System.out.println("|---|---|---|---|---|");
        print("between snapshots", between);
        print("while one is written", during);
        System.out.printf(
                Locale.ROOT,
                "| ratio | %.2f | %.2f | %.2f | %.2f |%n",
                ratio(during, between, 50),
                ratio(during, between, 99),
                ratio(during, between, 99.9),
                ratio(during, between, 100));
    }

    private static double ratio(Histogram a, Histogram b, double percentile) {
        return (double) a.getValueAtPercentile(percentile) / b.getValueAtPercentile(percentile);
    }

    private static void print(String name, Histogram histogram) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %,d | %,d | %,d | %,d |%n",
                name,
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                histogram.getMaxValue());
    }

    private static String parent(int i) {
        return "/parent-" + (1000 + i % PARENTS);
    }

    private static String child(int i) {
        return parent(i) + String.format(Locale.ROOT, "/n-%010d", i / PARENTS);
    }

    private static byte[] create(String path) {
        return RawLoad.frame(new Request.Create(OpCode.CREATE, path, DATA, Acl.OPEN, 0, 0));
    }
}
