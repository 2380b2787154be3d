package io.muster.benchmarks;

import com.sun.management.ThreadMXBean;
import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Change;
import io.muster.replica.state.MapInMapTree;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.SetDataTxn;

/**
 * What a znode costs in memory, and a change of one in time and garbage: our state, the same with a map in a map, and
 * ZooKeeper's tree. All keep the tree's digest. Time is the thread's CPU time, so that other work on the machine matters
 * less; what the collector does is not in it, what it has to collect is the column of bytes.
 *
 * <p>How to run it, and what it gave: {@code docs/state-layout.md}.
 */
public final class StateLayoutBenchmark {
    private static final int ZNODES = 1_000_000;
    private static final int DATA_BYTES = 100;
    private static final int HEAP_ROUNDS = 3;
    private static final int PARENTS = 1000;
    private static final int CHILDREN = 100;
    private static final int OPS = 50_000;
    private static final int WARM_UP_ROUNDS = 3;
    private static final int ROUNDS = 5;
    private static final long TIME_MS = 1_700_000_000_000L;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int scale;

    private StateLayoutBenchmark(int scale) {
        this.scale = scale;
    }

    /** One tree under test. */
    private interface Tree {
        void create(String path, byte[] data, long zxid);

        void setData(String path, byte[] data, int version, long zxid);

        /** Publishes what is there: later changes do not touch it. Does nothing where there is no such thing. */
        void freeze();
    }

    private static final class Ours implements Tree {
        private final StateEditor editor = State.initial(1, false).edit();
        private final List<Change> changes = new ArrayList<>();
        private State published = editor.freeze();

        @Override
        public void create(String path, byte[] data, long zxid) {
            apply(zxid, new Txn.Create(OpCode.CREATE.code(), path, data, AclList.OPEN, false, -1));
        }

        @Override
        public void setData(String path, byte[] data, int version, long zxid) {
            apply(zxid, new Txn.SetData(OpCode.SET_DATA.code(), path, data, version));
        }

        private void apply(long zxid, Txn txn) {
            editor.apply(new Transaction(new TxnHeader(1, 1, zxid, TIME_MS, txn.type()), txn, null), changes);
            changes.clear();
        }

        @Override
        public void freeze() {
            published = editor.freeze();
            if (published.znodeCount() < 0) {
                throw new AssertionError("never");
            }
        }
    }

    private static final class MapInMap implements Tree {
        private final MapInMapTree tree = new MapInMapTree();
        private Object published = tree.freeze();

        @Override
        public void create(String path, byte[] data, long zxid) {
            tree.create(path, data, zxid, TIME_MS);
        }

        @Override
        public void setData(String path, byte[] data, int version, long zxid) {
            tree.setData(path, data, version, zxid, TIME_MS);
        }

        @Override
        public void freeze() {
            published = tree.freeze();
            if (published.equals("")) {
                throw new AssertionError("never");
            }
        }
    }

    private static final class ZooKeepers implements Tree {
        private final DataTree tree = new DataTree();

        @Override
        public void create(String path, byte[] data, long zxid) {
            tree.processTxn(
                    header(zxid, ZooDefs.OpCode.create), new CreateTxn(path, data, Ids.OPEN_ACL_UNSAFE, false, -1));
        }

        @Override
        public void setData(String path, byte[] data, int version, long zxid) {
            tree.processTxn(header(zxid, ZooDefs.OpCode.setData), new SetDataTxn(path, data, version));
        }

        private static org.apache.zookeeper.txn.TxnHeader header(long zxid, int type) {
            return new org.apache.zookeeper.txn.TxnHeader(1, 1, zxid, TIME_MS, type);
        }

        @Override
        public void freeze() {
            // one tree, changed in place
        }
    }

    private record Layout(String name, Supplier<Tree> make, boolean freezes) {}

    private record Cost(long cpuNanos, long bytes) {}

    /** @param args a divisor of all sizes, to try it out; none for 1 */
    public static void main(String[] args) {
        new StateLayoutBenchmark(args.length == 0 ? 1 : Integer.parseInt(args[0])).run();
    }

    private void run() {
        List<Layout> layouts = List.of(
                new Layout("ours: one map by path", Ours::new, true),
                new Layout("map in a map", MapInMap::new, true),
                new Layout("ZooKeeper's DataTree", ZooKeepers::new, false));
        print(
                "| live heap per znode, bytes | 1,000 parents, 100 changes per freeze | 1,000 parents, 1 change per freeze"
                        + " | one parent, 100 changes per freeze |");
        print("|---|---|---|---|");
        for (Layout layout : layouts) {
            print(
                    "| %s | %s | %s | %s |",
                    layout.name,
                    heapPerZnode(layout, PARENTS, 100),
                    layout.freezes ? heapPerZnode(layout, PARENTS, 1) : "–",
                    heapPerZnode(layout, 1, 100));
        }
        print("");
        print("| CPU ns and allocated bytes per change | create, depth 3 | create, depth 12 | setData, depth 3 |"
                + " setData, depth 12 |");
        print("|---|---|---|---|---|");
        for (Layout layout : layouts) {
            for (int perFreeze : layout.freezes ? new int[] {1, 100} : new int[] {1}) {
                String name = layout.freezes ? layout.name + ", " + perFreeze + " per freeze" : layout.name;
                print(
                        "| %s | %s | %s | %s | %s |",
                        name,
                        cost(layout, 3, perFreeze, true),
                        cost(layout, 12, perFreeze, true),
                        cost(layout, 3, perFreeze, false),
                        cost(layout, 12, perFreeze, false));
            }
        }
    }

    private String heapPerZnode(Layout layout, int parents, int perFreeze) {
        long[] perZnode = new long[HEAP_ROUNDS];
        for (int round = 0; round < HEAP_ROUNDS; round++) {
            perZnode[round] = heapOfOne(layout, parents, perFreeze);
        }
        Arrays.sort(perZnode);
        return Long.toString(perZnode[HEAP_ROUNDS / 2]);
    }

    /** A method of its own, so that the tree of the round before is garbage when this one's begins. */
    private long heapOfOne(Layout layout, int parents, int perFreeze) {
        int znodes = ZNODES / scale;
        long before = liveBytes();
        Tree tree = layout.make.get();
        long zxid = 1;
        for (int i = 0; i < parents; i++) {
            tree.create(parent(i), new byte[DATA_BYTES], zxid++);
        }
        for (int i = 0; i < znodes; i++) {
            String path = parent(i % parents) + child(i / parents);
            tree.create(path, new byte[DATA_BYTES], zxid++);
            if (i % perFreeze == 0) {
                tree.freeze();
            }
        }
        tree.freeze();
        long after = liveBytes();
        Reference.reachabilityFence(tree);
        return (after - before) / (znodes + parents);
    }

    private static String parent(int index) {
        return "/p-" + (1000 + index);
    }

    /** As long as a sequential znode's name with a short prefix: twelve characters. */
    private static String child(int index) {
        return "/n-" + Paths.sequenceSuffix(index);
    }

    /** After five collections in a row: the serial collector compacts all of the heap in every fourth only. */
    private static long liveBytes() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Parents with children at a depth, and siblings without children beside every znode above them. */
    private String cost(Layout layout, int depth, int perFreeze, boolean create) {
        Tree tree = layout.make.get();
        long zxid = 1;
        StringBuilder above = new StringBuilder();
        for (int level = 1; level < depth - 1; level++) {
            for (int sibling = 0; sibling < 32; sibling++) {
                tree.create(above + "/level-" + sibling, new byte[DATA_BYTES], zxid++);
            }
            above.append("/level-7");
        }
        int parents = PARENTS / scale;
        for (int i = 0; i < parents; i++) {
            tree.create(above + parent(i), new byte[DATA_BYTES], zxid++);
        }
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < parents * CHILDREN; i++) {
            String path = above + parent(i % parents) + child(i / parents);
            paths.add(path);
            tree.create(path, new byte[DATA_BYTES], zxid++);
        }
        tree.freeze();
        Random random = new Random(7);
        List<Cost> costs = new ArrayList<>();
        for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
            int ops = OPS / scale;
            String[] chosen = new String[ops];
            for (int i = 0; i < ops; i++) {
                chosen[i] = create
                        ? above + parent(random.nextInt(parents)) + "/new-" + round + "-" + i
                        : paths.get(random.nextInt(paths.size()));
            }
            Cost cost = measure(tree, chosen, perFreeze, create, zxid);
            zxid += ops;
            if (round >= WARM_UP_ROUNDS) {
                costs.add(cost);
            }
        }
        long nanos = costs.stream()
                .mapToLong(Cost::cpuNanos)
                .sorted()
                .skip(ROUNDS / 2)
                .findFirst()
                .orElseThrow();
        long bytes = costs.stream()
                .mapToLong(Cost::bytes)
                .sorted()
                .skip(ROUNDS / 2)
                .findFirst()
                .orElseThrow();
        return String.format(Locale.ROOT, "%,d ns %,d B", nanos, bytes);
    }

    private Cost measure(Tree tree, String[] paths, int perFreeze, boolean create, long firstZxid) {
        byte[] data = new byte[DATA_BYTES];
        long cpuBefore = threads.getCurrentThreadCpuTime();
        long bytesBefore = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < paths.length; i++) {
            if (create) {
                tree.create(paths[i], data, firstZxid + i);
            } else {
                tree.setData(paths[i], data, i + 1, firstZxid + i);
            }
            if (i % perFreeze == 0) {
                tree.freeze();
            }
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - bytesBefore;
        long cpu = threads.getCurrentThreadCpuTime() - cpuBefore;
        return new Cost(cpu / paths.length, bytes / paths.length);
    }

    private static void print(String format, Object... args) {
        System.out.println(args.length == 0 ? format : String.format(Locale.ROOT, format, args));
    }
}
