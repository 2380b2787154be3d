package io.muster.replica.state;

import io.muster.protocol.Paths;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Quotas: a subtree {@code /a} has one while there is {@code /zookeeper/quota/a/zookeeper_limits}. How full it is stands in
 * {@code zookeeper_stats} beside that, whose data is rewritten with every change below {@code /a}; nothing else of it
 * changes, and nobody is told. Of nested quotas only the deepest one counts what happens.
 *
 * <p>Used by the thread that owns the editor.
 */
final class Quotas {
    private static final String TOP = "/zookeeper/quota";
    private static final byte[] TOP_BYTES = TOP.getBytes(StandardCharsets.US_ASCII);
    private static final String LIMITS = "/zookeeper_limits";
    private static final String STATS = "/zookeeper_stats";
    private static final byte[] LIMITS_BYTES = LIMITS.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STATS_BYTES = STATS.getBytes(StandardCharsets.US_ASCII);

    private Quotas() {}

    /** A znode is new. */
    static void created(TreeEditor state, byte[] path, int dataBytes) {
        register(state, path, true);
        byte[] counted = subject(path, STATS_BYTES);
        if (counted != null) {
            recount(state, counted);
        }
        add(state, path, 1, dataBytes);
    }

    static void dataChanged(TreeEditor state, byte[] path, int bytesDiff) {
        add(state, path, 0, bytesDiff);
    }

    static void removed(TreeEditor state, byte[] path, int dataBytes) {
        register(state, path, false);
        add(state, path, -1, -dataBytes);
    }

    /** A znode came from a snapshot; {@link #recountAll} is to follow when all have. */
    static void restored(TreeEditor state, byte[] path) {
        register(state, path, true);
    }

    private static void register(TreeEditor state, byte[] path, boolean limited) {
        byte[] subject = subject(path, LIMITS_BYTES);
        if (subject != null) {
            state.quotas = QuotaNode.with(state.layout.quotas, state.quotas, subject, limited, state.edit());
        }
    }

    /** Sets all stats to what there is, as ZooKeeper does when it starts. Costs a walk of every subtree with a quota. */
    static void recountAll(TreeEditor state) {
        List<byte[]> subjects = new ArrayList<>();
        collect(state, subjects);
        subjects.forEach(subject -> recount(state, subject));
    }

    private static void collect(StateView state, List<byte[]> subjects) {
        record Level(@Nullable Object trie, String path) {}
        List<Level> open = new ArrayList<>(List.of(new Level(state.quotas, "")));
        while (!open.isEmpty()) {
            Level next = open.remove(open.size() - 1);
            state.layout.quotas.forEach(next.trie, node -> {
                String path = next.path + "/" + new String(node.name(), StandardCharsets.UTF_8);
                if (node.limited()) {
                    subjects.add(path.getBytes(StandardCharsets.UTF_8));
                }
                open.add(new Level(node.children(), path));
            });
        }
    }

    private static void recount(TreeEditor state, byte[] subject) {
        long[] countAndBytes = new long[2];
        NodeView top = state.find(PathKey.ofUtf8(subject));
        if (top != null) {
            countAndBytes[0] = 1;
            countAndBytes[1] = top.znode().dataLength();
            if (top.directory() != null) {
                countAndBytes[0] = 0;
                countAndBytes[1] = 0;
                state.walk(top.directory(), (path, znode, directory) -> {
                    countAndBytes[0]++;
                    countAndBytes[1] += znode.dataLength();
                });
            }
        }
        state.rewrite(
                of(subject, STATS),
                QuotaText.of(countAndBytes[0], countAndBytes[1]).toBytes());
    }

    private static void add(TreeEditor state, byte[] path, int countDiff, int bytesDiff) {
        int length = state.quotas == null ? 0 : QuotaNode.deepest(state.layout.quotas, state.quotas, path);
        if (length > 0) {
            String stats = of(Arrays.copyOf(path, length), STATS);
            NodeView node = state.find(stats);
            if (node != null) {
                QuotaText text = QuotaText.parse(node.data());
                text.add(countDiff, bytesDiff);
                state.rewrite(stats, text.toBytes());
            }
        }
    }

    /** The path whose quota a znode is about, or null if it is not of that kind. */
    private static byte @Nullable [] subject(byte[] path, byte[] kind) {
        int from = TOP_BYTES.length;
        int to = path.length - kind.length;
        boolean fits = to > from
                && path[from] == '/'
                && Arrays.equals(path, 0, from, TOP_BYTES, 0, from)
                && Arrays.equals(path, to, path.length, kind, 0, kind.length);
        return fits ? Arrays.copyOfRange(path, from, to) : null;
    }

    private static String of(byte[] subject, String kind) {
        return TOP + new String(subject, StandardCharsets.UTF_8) + kind;
    }

    /**
     * A limit that a change would exceed.
     *
     * @param topic which limit of which quota
     * @param hard whether the change is to be refused for it
     * @param message for an operator
     */
    record Exceeded(String topic, boolean hard, String message) {}

    /**
     * What a change at a path would exceed, as far as ZooKeeper looks: the number of znodes, then their bytes; each only if
     * it changes, and even if it becomes less. The first hard limit ends it.
     */
    static List<Exceeded> check(StateView state, String path, int countDiff, int bytesDiff) {
        if (state.quotas == null) {
            return List.of();
        }
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        int length = QuotaNode.deepest(state.layout.quotas, state.quotas, utf8);
        if (length == 0) {
            return List.of();
        }
        byte[] subject = Arrays.copyOf(utf8, length);
        NodeView limits = state.find(of(subject, LIMITS));
        NodeView stats = state.find(of(subject, STATS));
        if (limits == null || stats == null) {
            return List.of();
        }
        String shown = Paths.printable(new String(subject, StandardCharsets.UTF_8));
        QuotaText limit = QuotaText.parse(limits.data());
        QuotaText now = QuotaText.parse(stats.data());
        List<Exceeded> exceeded = new ArrayList<>(2);
        if (countDiff != 0) {
            check(shown, "count", "Count", now.count() + countDiff, limit.countHard(), limit.count(), exceeded);
        }
        if (bytesDiff != 0 && exceeded.stream().noneMatch(Exceeded::hard)) {
            check(shown, "bytes", "Byte", now.bytes() + bytesDiff, limit.bytesHard(), limit.bytes(), exceeded);
        }
        return exceeded;
    }

    private static void check(
            String subject, String what, String kind, long value, long hard, long soft, List<Exceeded> exceeded) {
        boolean isHard = hard > QuotaText.NONE;
        long limit = isHard ? hard : soft;
        if (limit > QuotaText.NONE && value > limit) {
            String name = (isHard ? "hard" : "soft") + kind + "Limit";
            exceeded.add(new Exceeded(
                    subject + " " + name,
                    isHard,
                    "quota exceeded: " + subject + " [current " + what + "=" + value + ", " + name + "=" + limit
                            + "]"));
        }
    }
}
