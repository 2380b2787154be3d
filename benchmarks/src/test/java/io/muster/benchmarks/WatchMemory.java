package io.muster.benchmarks;

import io.muster.protocol.AddWatchMode;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Change;
import io.muster.replica.watch.WatchTable;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.server.watch.IWatchManager;
import org.apache.zookeeper.server.watch.WatchManager;
import org.apache.zookeeper.server.watch.WatchManagerOptimized;
import org.apache.zookeeper.server.watch.WatcherMode;

/**
 * What a watch costs: live heap for each of a million, and the time of an event, in Muster's table and in ZooKeeper's two
 * watch managers, in one run.
 *
 * <p>Argument: the number of watches (1,000,000). Wants a heap of some gigabytes and the serial collector.
 */
public final class WatchMemory {
    private static final int CONNECTIONS = 10_000;

    private final int watches;

    private WatchMemory(int watches) {
        this.watches = watches;
    }

    /** Somebody's table of watches. */
    private interface Table {
        void data(String path, int connection);

        void child(String path, int connection);

        void recursive(String path, int connection);

        void changed(String path);
    }

    private static final class Ours implements Table {
        private final WatchTable table = new WatchTable(4711, 0);
        private long told;

        @Override
        public void data(String path, int connection) {
            table.addData(path, connection);
        }

        @Override
        public void child(String path, int connection) {
            table.addChild(path, connection);
        }

        @Override
        public void recursive(String path, int connection) {
            table.add(path, connection, AddWatchMode.PERSISTENT_RECURSIVE);
        }

        @Override
        public void changed(String path) {
            Change change = new Change(Change.Kind.DATA_CHANGED, path, AclList.OPEN, AclList.OPEN);
            table.trigger(change, (connection, type, changed, acl) -> told++);
        }
    }

    /** The watchers stand for connections, which a server has anyway: they are not counted. */
    private static final class ZooKeepers implements Table {
        private final IWatchManager dataWatches;
        private final IWatchManager childWatches;
        private final Watcher[] watchers;

        ZooKeepers(Supplier<IWatchManager> make, Watcher[] watchers) {
            this.dataWatches = make.get();
            this.childWatches = make.get();
            this.watchers = watchers;
        }

        @Override
        public void data(String path, int connection) {
            dataWatches.addWatch(path, watchers[connection]);
        }

        @Override
        public void child(String path, int connection) {
            childWatches.addWatch(path, watchers[connection]);
        }

        @Override
        public void recursive(String path, int connection) {
            dataWatches.addWatch(path, watchers[connection], WatcherMode.PERSISTENT_RECURSIVE);
        }

        @Override
        public void changed(String path) {
            dataWatches.triggerWatch(path, EventType.NodeDataChanged, 1, null);
        }
    }

    /** Sets the watch with a number. */
    private interface Shape {
        void set(Table table, int number);
    }

    private record Row(String name, Shape shape, boolean recursive) {}

    /** Thirty characters, of a string that nobody else holds, as one that was read from a request. */
    private static String path(int number) {
        return String.format(Locale.ROOT, "/services/app-%04d/node-%09d", number % 1000, number);
    }

    private static List<Row> rows() {
        return List.of(
                new Row(
                        "data, distinct paths, 10,000 connections",
                        (table, i) -> table.data(path(i), i % CONNECTIONS),
                        false),
                new Row("data, distinct paths, one connection", (table, i) -> table.data(path(i), 0), false),
                new Row(
                        "data, 100 paths, each watched by all of 10,000 connections",
                        (table, i) -> table.data(path(i / CONNECTIONS), i % CONNECTIONS),
                        false),
                new Row(
                        "children, distinct paths, 10,000 connections",
                        (table, i) -> table.child(path(i), i % CONNECTIONS),
                        false),
                new Row(
                        "data and children, 500,000 paths, 10,000 connections",
                        (table, i) -> {
                            if (i % 2 == 0) {
                                table.data(path(i / 2), i / 2 % CONNECTIONS);
                            } else {
                                table.child(path(i / 2), i / 2 % CONNECTIONS);
                            }
                        },
                        false),
                new Row(
                        "persistent recursive, distinct paths, 10,000 connections",
                        (table, i) -> table.recursive(path(i), i % CONNECTIONS),
                        true));
    }

    public static void main(String[] args) {
        new WatchMemory(args.length == 0 ? 1_000_000 : Integer.parseInt(args[0])).run();
    }

    private void run() {
        heapOfOne(Ours::new, rows().get(0).shape, 10_000); // loads the classes
        Watcher[] watchers = new Watcher[CONNECTIONS];
        Arrays.setAll(watchers, i -> new Connection(i));
        Supplier<Table> plain = () -> new ZooKeepers(WatchManager::new, watchers);
        Supplier<Table> optimized = () -> new ZooKeepers(WatchManagerOptimized::new, watchers);
        System.out.println("| live heap per watch, bytes | Muster | ZooKeeper | ZooKeeper, WatchManagerOptimized |");
        System.out.println("|---|---|---|---|");
        for (Row row : rows()) {
            System.out.printf(
                    "| %s | %s | %s | %s |%n",
                    row.name,
                    heap(Ours::new, row.shape, watches),
                    heap(plain, row.shape, watches),
                    // it takes minutes to fill with more, and a gigabyte
                    row.recursive ? "not supported" : heap(optimized, row.shape, watches / 10));
        }
        System.out.println();
        System.out.println("| CPU ns of a change of data | Muster | ZooKeeper | ZooKeeper, WatchManagerOptimized |");
        System.out.println("|---|---|---|---|");
        Shape apart = rows().get(0).shape;
        for (int count : new int[] {1_000, watches}) {
            System.out.printf(
                    "| that nobody watches, beside %,d watches | %s | %s | %s |%n",
                    count,
                    event(Ours::new, apart, count, 200_000),
                    event(plain, apart, count, 200_000),
                    event(optimized, apart, Math.min(count, 100_000), 200_000));
        }
        Shape same = (table, i) -> table.child("/other", i % CONNECTIONS);
        Shape above = (table, i) -> {
            table.data("/", i % CONNECTIONS);
            table.child("/other", i % CONNECTIONS);
            table.recursive("/elsewhere", 0);
        };
        System.out.printf(
                "| of a znode whose children 10,000 connections watch | %s | %s | %s |%n",
                event(Ours::new, same, CONNECTIONS, 200_000),
                event(plain, same, CONNECTIONS, 200_000),
                event(optimized, same, CONNECTIONS, 200_000));
        System.out.printf(
                "| the same, below a znode whose data 10,000 watch, and somebody watches recursively | %s | %s | not supported |%n",
                event(Ours::new, above, CONNECTIONS, 2_000), event(plain, above, CONNECTIONS, 2_000));
        System.exit(0); // ZooKeeper's optimized manager leaves threads behind
    }

    private record Connection(int number) implements Watcher {
        @Override
        public void process(org.apache.zookeeper.WatchedEvent event) {
            // only counted
        }
    }

    private static String heap(Supplier<Table> make, Shape shape, int count) {
        return Long.toString(Math.round((double) heapOfOne(make, shape, count) / count));
    }

    /** A method of its own, so that the table before is garbage when this one's begins. */
    private static long heapOfOne(Supplier<Table> make, Shape shape, int count) {
        long before = liveBytes();
        Table table = make.get();
        for (int i = 0; i < count; i++) {
            shape.set(table, i);
        }
        long after = liveBytes();
        Reference.reachabilityFence(table);
        return after - before;
    }

    /** After five collections in a row: the serial collector compacts all of the heap in every fourth only. */
    private static long liveBytes() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static String event(Supplier<Table> make, Shape shape, int count, int events) {
        Table table = make.get();
        for (int i = 0; i < count; i++) {
            shape.set(table, i);
        }
        double[] rounds = new double[9];
        for (int round = 0; round < rounds.length; round++) {
            long began = System.nanoTime();
            for (int i = 0; i < events; i++) {
                table.changed("/other");
            }
            rounds[round] = (double) (System.nanoTime() - began) / events;
        }
        double[] warm = Arrays.copyOfRange(rounds, 2, rounds.length);
        Arrays.sort(warm);
        return String.format(Locale.ROOT, "%.0f", warm[warm.length / 2]);
    }
}
