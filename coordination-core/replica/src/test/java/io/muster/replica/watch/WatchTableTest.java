package io.muster.replica.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.WatchKind;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compact table beside a plain one; what the rules mean is in {@code ReplicaWatchTest}. */
class WatchTableTest {
    private static final long SEED = 4711;

    private final WatchTable table = new WatchTable(SEED, 0);
    private final WatchModel model = new WatchModel();

    private static List<String> smallTree() {
        return List.of("/", "/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/bc", "/ab", "/é", "/é/ü", "no path", "");
    }

    private Map<Long, List<String>> trigger(Change change) {
        Map<Long, List<String>> events = new TreeMap<>();
        table.trigger(change, (connection, type, path, acl) -> WatchModel.tell(events, connection, type + " " + path));
        return events;
    }

    private static Change change(Change.Kind kind, String path) {
        return new Change(kind, path, AclList.OPEN, AclList.OPEN);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aRandomSequenceHasTheSameEventsAndWatchesAsThePlainModel(long seed) {
        Random random = new Random(seed);
        List<String> paths = smallTree();
        for (int step = 0; step < 4_000; step++) {
            String path = paths.get(random.nextInt(paths.size()));
            long connection = 1 + random.nextInt(6);
            WatchKind kind = WatchKind.values()[random.nextInt(WatchKind.values().length)];
            String what = "seed " + seed + " step " + step + " " + path + " " + connection + " " + kind;
            switch (random.nextInt(12)) {
                case 0, 1 -> {
                    assertTrue(table.addData(path, connection));
                    model.addData(path, connection);
                }
                case 2, 3 -> {
                    assertTrue(table.addChild(path, connection));
                    model.addChild(path, connection);
                }
                case 4, 5 -> {
                    AddWatchMode mode = AddWatchMode.values()[random.nextInt(2)];
                    assertTrue(table.add(path, connection, mode));
                    model.add(path, connection, mode);
                }
                case 6 ->
                    assertEquals(model.remove(path, connection, kind), table.remove(path, connection, kind), what);
                case 7 -> {
                    if (random.nextInt(4) == 0) {
                        table.removeConnection(connection);
                        model.removeConnection(connection);
                    }
                }
                default -> {
                    if (path.startsWith("/") && path.length() > 1) {
                        Change change = change(Change.Kind.values()[random.nextInt(3)], path);
                        assertEquals(model.trigger(change), trigger(change), what + " " + change.kind());
                    }
                }
            }
            assertEquals(model.count(), table.count(), what);
            assertEquals(model.has(path, connection, kind), table.has(path, connection, kind), what);
        }
        for (long connection = 1; connection <= 6; connection++) {
            table.removeConnection(connection);
        }
        assertEquals(0, table.count());
    }

    @Test
    void manyWatchesAreAllFoundWhileTheTableGrowsAndShrinks() {
        int count = 20_000;
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            table.addData(path(i), i % 100);
            order.add(i);
        }
        assertEquals(count, table.count());
        java.util.Collections.shuffle(order, new Random(1));
        for (int i : order) {
            assertTrue(table.has(path(i), i % 100, WatchKind.DATA), path(i));
            Map<Long, List<String>> events = trigger(change(Change.Kind.DATA_CHANGED, path(i)));
            assertEquals(Map.of((long) (i % 100), List.of("NODE_DATA_CHANGED " + path(i))), events);
            assertFalse(table.has(path(i), i % 100, WatchKind.DATA), path(i));
        }
        assertEquals(0, table.count());
    }

    @Test
    void aConnectionThatEndsTakesItsOwnWatchesOnly() {
        for (int i = 0; i < 5_000; i++) {
            table.addChild(path(i), i % 7);
            table.addChild("/shared", i);
        }
        table.removeConnection(3);
        for (int i = 0; i < 5_000; i++) {
            assertEquals(i % 7 != 3, table.has(path(i), i % 7, WatchKind.CHILDREN), path(i));
            assertEquals(i != 3, table.has("/shared", i, WatchKind.CHILDREN));
        }
    }

    @Test
    void thoseWhoWatchOnePathAreToldInTheOrderInWhichTheyBegan() {
        List<Long> told = new ArrayList<>();
        for (long connection : new long[] {5, 3, 9, 1, 7}) {
            table.addData("/x", connection);
        }
        table.remove("/x", 9, WatchKind.DATA);
        table.remove("/x", 5, WatchKind.DATA);
        table.addData("/x", 9);
        table.trigger(change(Change.Kind.DATA_CHANGED, "/x"), (connection, type, path, acl) -> told.add(connection));
        assertEquals(List.of(3L, 1L, 7L, 9L), told);
    }

    @Test
    void aConnectionMayHaveAsManyWatchesAsTheLimitSays() {
        WatchTable limited = new WatchTable(SEED, 3);
        assertTrue(limited.addData("/a", 1));
        assertTrue(limited.add("/a", 1, AddWatchMode.PERSISTENT_RECURSIVE), "counts with the one before");
        assertTrue(limited.addChild("/a", 1));
        assertFalse(limited.add("/b", 1, AddWatchMode.PERSISTENT), "counts twice");
        assertTrue(limited.add("/a", 1, AddWatchMode.PERSISTENT), "is counted already");
        assertTrue(limited.addData("/b", 1));
        assertFalse(limited.addData("/c", 1));
        assertFalse(limited.add("/c", 1, AddWatchMode.PERSISTENT_RECURSIVE));
        assertTrue(limited.addData("/b", 1), "it has this one");
        assertTrue(limited.addData("/c", 2), "another connection");
        assertEquals(4, limited.count());
        assertTrue(limited.remove("/b", 1, WatchKind.DATA));
        assertTrue(limited.addData("/c", 1));
    }

    private static String path(int i) {
        return "/parent-" + i % 50 + "/node-" + i;
    }

    @Test
    void allWatchesCanBeLookedAtAFewAtATime() {
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < 2_000; i++) {
            table.addData("/p" + i / 3, i);
            expected.add("/p" + i / 3 + " " + i);
        }
        for (int atMost : new int[] {1, 7, 1_000, Integer.MAX_VALUE}) {
            Set<String> found = new TreeSet<>();
            int calls = 0;
            for (int next = 0; next >= 0; calls++) {
                int before = found.size();
                next = table.forEachOfData(next, atMost, (path, connection) -> found.add(path + " " + connection));
                assertTrue(found.size() - before <= atMost + 3L, "at most about " + atMost);
            }
            assertEquals(expected, found);
            assertEquals(atMost == Integer.MAX_VALUE, calls == 1);
        }
    }
}
