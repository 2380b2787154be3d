package io.muster.replica.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.WatchKind;
import io.muster.replica.state.AclList;
import io.muster.replica.state.Change;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted of the paths is what the table holds, whatever was set, removed, used up and ended before. */
class WatchBytesTest {
    private static final List<String> PATHS = List.of("/", "/a", "/a/bc", "/a/bc/d\u00e9f", "/long" + "x".repeat(500));
    private static final int CONNECTIONS = 20;

    private final WatchTable table = new WatchTable(1, 0);

    private static int bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8).length;
    }

    private void checkCounts() {
        long all = 0;
        for (String path : PATHS) {
            boolean watched = false;
            for (long connection = 1; connection <= CONNECTIONS; connection++) {
                watched |= table.has(path, connection, WatchKind.ANY);
            }
            all += watched ? bytes(path) : 0;
        }
        assertEquals(all, table.bytes());
        for (long connection = 1; connection <= CONNECTIONS; connection++) {
            long own = 0;
            for (String path : PATHS) {
                boolean stays = table.has(path, connection, WatchKind.PERSISTENT);
                own += stays || table.has(path, connection, WatchKind.DATA) ? bytes(path) : 0;
                own += stays || table.has(path, connection, WatchKind.CHILDREN) ? bytes(path) : 0;
                own += table.has(path, connection, WatchKind.PERSISTENT_RECURSIVE) ? bytes(path) : 0;
            }
            assertEquals(own, table.bytes(connection), "connection " + connection);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void bytesAreThoseOfThePathsThatAreWatched(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 1_500; step++) {
            String path = PATHS.get(random.nextInt(PATHS.size()));
            long connection = 1 + random.nextInt(CONNECTIONS);
            switch (random.nextInt(10)) {
                case 0, 1 -> table.addData(path, connection);
                case 2, 3 -> table.addChild(path, connection);
                case 4 -> table.add(path, connection, AddWatchMode.PERSISTENT);
                case 5 -> table.add(path, connection, AddWatchMode.PERSISTENT_RECURSIVE);
                case 6 -> table.remove(path, connection, WatchKind.values()[random.nextInt(5)]);
                case 7 -> table.removeConnection(connection);
                default ->
                    table.trigger(
                            new Change(Change.Kind.values()[random.nextInt(3)], path, AclList.OPEN, AclList.OPEN),
                            (told, type, of, acl) -> {});
            }
            checkCounts();
        }
        for (long connection = 1; connection <= CONNECTIONS; connection++) {
            table.removeConnection(connection);
        }
        assertEquals(0, table.bytes());
        checkCounts();
    }

    @Test
    void watchThatWouldTakeTooManyBytesIsNotSet() {
        WatchTable small = new WatchTable(1, new WatchLimits(0, 0, 100, 0), connection -> new Tally());
        String half = "/" + "h".repeat(49);
        assertEquals(true, small.add(half, 1, AddWatchMode.PERSISTENT));
        assertEquals(100, small.bytes(1));
        assertEquals(false, small.addData("/", 1));
        assertEquals(WatchLimits.Reached.BYTES_PER_CONNECTION, small.reached());
        assertEquals(true, small.addData(half, 1));
        assertEquals(true, small.addData("/", 2));
        assertEquals(51, small.bytes());
    }
}
