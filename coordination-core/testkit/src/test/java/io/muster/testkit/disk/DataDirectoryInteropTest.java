package io.muster.testkit.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.Stat;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.State;
import io.muster.replica.state.TimesToLive;
import io.muster.server.storage.Compression;
import io.muster.server.storage.Recovered;
import io.muster.server.storage.Storage;
import io.muster.server.storage.StorageException;
import io.muster.server.storage.StorageSettings;
import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataDirectoryInteropTest {
    private static final String COMPRESSION = "zookeeper.snapshot.compression.method";
    private static final String EXTENDED_TYPES = "zookeeper.extendedTypesEnabled";
    private static final StorageSettings SETTINGS = StorageSettings.builder()
            .seed(1)
            .snapshotEveryTxns(1000)
            .preallocationBytes(1 << 16)
            .timesToLive(TimesToLive.ON)
            .build();

    /** In one round of {@link #useAll}. */
    private static final int FAILED_ALONE = 2;

    @TempDir
    Path dataDir;

    @BeforeAll
    static void allowTimesToLive() {
        System.setProperty(EXTENDED_TYPES, "true");
    }

    @AfterAll
    static void goBack() {
        System.clearProperty(EXTENDED_TYPES);
    }

    @Test
    void aLogOfZooKeepersReplaysToItsDigestAtEveryTransaction() throws Exception {
        try (ZooKeeperProcess server = zooKeeper("100000").start()) {
            useAll(server, "/one");
            server.kill();
            ZooKeeperDisk expected = ZooKeeperDisk.load(server.dataDirectory());
            Recovered found = recover(server.dataDirectory());
            assertEquals(0, found.snapshotZxid());
            assertEquals(found.lastZxid(), found.replayed());
            // ZooKeeper logs requests that failed by themselves, outside a multi, without a digest
            assertEquals(found.replayed() - FAILED_ALONE, found.digestsCompared());
            assertSame(expected, found);
        }
    }

    @Test
    void aSnapshotThatZooKeeperTookWhileItWroteIsCompletedByItsLog() throws Exception {
        try (ZooKeeperProcess server = zooKeeper("10").start()) {
            for (int round = 0; round < 10; round++) {
                useAll(server, "/round" + round);
            }
            server.kill();
            ZooKeeperDisk expected = ZooKeeperDisk.load(server.dataDirectory());
            Recovered found = recover(server.dataDirectory());
            assertTrue(found.snapshotZxid() > 0, found.summary());
            assertSame(expected, found);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "SNAPPY"})
    void aSnapshotOfZooKeepersMayBeCompressed(Compression compression) throws Exception {
        try (ZooKeeperProcess server =
                zooKeeper("10").property(COMPRESSION, method(compression)).start()) {
            for (int round = 0; round < 3; round++) {
                useAll(server, "/round" + round);
            }
            server.kill();
            assertTrue(hasSnapshot(server.dataDirectory(), method(compression)));
            ZooKeeperDisk expected = ZooKeeperDisk.load(server.dataDirectory());
            Recovered found = recover(server.dataDirectory());
            assertTrue(found.snapshotZxid() > 0, found.summary());
            assertEquals(0, found.damagedSnapshots());
            assertSame(expected, found);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "SNAPPY"})
    void zooKeeperLoadsACompressedSnapshotOfOurs(Compression compression) throws IOException {
        State end = writeHistory(dataDir, "/only", true, compression);
        assertTrue(hasSnapshot(dataDir, method(compression)));
        for (Path file : files(dataDir.resolve("version-2"))) {
            if (!file.getFileName().toString().startsWith("snapshot." + Long.toHexString(end.zxid()) + ".")) {
                Files.delete(file);
            }
        }
        assertSameAndAllDigestsFit(end, ZooKeeperDisk.load(dataDir));
        assertSame(end, recover(dataDir).state());
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "SNAPPY"})
    void aDirectoryWithCompressedSnapshotsGoesBackAndForthBetweenRunningServers(Compression compression)
            throws Exception {
        try (ZooKeeperProcess theirs = zooKeeper("25")
                        .property(COMPRESSION, method(compression))
                        .start();
                MusterProcess ours = MusterProcess.builder()
                        .property("zookeeper.snapCount", "25")
                        .property(COMPRESSION, method(compression))
                        .start()) {
            ours.kill();
            for (int round = 0; round < 2; round++) {
                useAll(theirs, "/theirs" + round);
                theirs.kill();
                move(theirs.dataDirectory(), ours.dataDirectory());
                ours.restart();
                useAll(ours, "/ours" + round);
                ours.kill();
                assertSame(ZooKeeperDisk.load(ours.dataDirectory()), recover(ours.dataDirectory()));
                move(ours.dataDirectory(), theirs.dataDirectory());
                theirs.restart();
            }
            assertTrue(hasSnapshot(theirs.dataDirectory(), method(compression)));
        }
    }

    private static String method(Compression compression) {
        return compression == Compression.GZIP ? "gz" : "snappy";
    }

    private static boolean hasSnapshot(Path dataDir, String ending) throws IOException {
        return files(dataDir.resolve("version-2")).stream()
                .map(file -> file.getFileName().toString())
                .anyMatch(name -> name.startsWith("snapshot.") && name.endsWith("." + ending));
    }

    private static void move(Path from, Path to) throws IOException {
        Path target = to.resolve("version-2");
        for (Path old : files(target)) {
            Files.delete(old);
        }
        for (Path file : files(from.resolve("version-2"))) {
            Files.copy(file, target.resolve(file.getFileName()));
        }
    }

    @Test
    void f33_aDirectoryIsRefusedWhileAnotherProcessUsesItAndFreeWhenThatWasKilled() {
        try (MusterProcess server = MusterProcess.start()) {
            StorageException refusal = assertThrows(StorageException.class, () -> recover(server.dataDirectory()));
            assertTrue(refusal.getMessage().contains("another server uses"), refusal.getMessage());
            server.kill();
            recover(server.dataDirectory());
        }
    }

    @Test
    void theLogMayHaveADirectoryOfItsOwnOnBoth() throws Exception {
        String logs = dataDir.toString();
        try (ZooKeeperProcess theirs =
                        zooKeeper("25").config("dataLogDir", logs).start();
                MusterProcess ours = MusterProcess.builder()
                        .config("dataLogDir", dataDir.resolve("unused").toString())
                        .start()) {
            ours.kill();
            useAll(theirs, "/theirs");
            theirs.kill();
            move(theirs.dataDirectory(), ours.dataDirectory());
            move(dataDir, dataDir.resolve("unused"));
            ours.restart();
            useAll(ours, "/ours");
            ours.kill();
            State found;
            try (Storage storage =
                    Storage.open(ours.dataDirectory(), dataDir.resolve("unused"), SETTINGS, new Random(1))) {
                found = storage.takeRecovered().state();
            }
            assertTrue(found.find("/theirs/secret") != null && found.find("/ours/secret") != null);
            assertSame(found, ZooKeeperDisk.load(ours.dataDirectory(), dataDir.resolve("unused")));
            move(ours.dataDirectory(), theirs.dataDirectory());
            move(dataDir.resolve("unused"), dataDir);
            theirs.restart();
            useAll(theirs, "/again");
        }
    }

    @Test
    void zooKeeperReadsALogWhereSessionsEndWithoutAList() throws Exception {
        try (MusterProcess server = MusterProcess.builder()
                .property("zookeeper.closeSessionTxn.enabled", "false")
                .property("zookeeper.serializeLastProcessedZxid.enabled", "false")
                .property("zookeeper.snapCount", "10")
                .start()) {
            useAll(server, "/one");
            server.kill();
            ZooKeeperDisk theirs = ZooKeeperDisk.load(server.dataDirectory());
            assertEquals(List.of(), theirs.digestMismatches());
            assertSame(recover(server.dataDirectory()).state(), theirs);
        }
    }

    @Test
    void weReadALogOfZooKeepersWhereSessionsEndWithoutAList() throws Exception {
        try (ZooKeeperProcess server = zooKeeper("10")
                .property("zookeeper.closeSessionTxn.enabled", "false")
                .property("zookeeper.serializeLastProcessedZxid.enabled", "false")
                .start()) {
            useAll(server, "/one");
            server.kill();
            Recovered found = recover(server.dataDirectory());
            assertEquals(0, found.digestMismatches());
            assertTrue(found.state().find("/one/mine") == null, "its session was closed");
            assertTrue(found.state().find("/one/left") != null);
        }
    }

    @Test
    void zooKeeperLoadsALogOfOursWithItsDigestAtEveryTransaction() {
        State end = writeHistory(dataDir, "/ours", false);
        assertSameAndAllDigestsFit(end, ZooKeeperDisk.load(dataDir));
        assertSame(end, recover(dataDir).state());
    }

    @Test
    void zooKeeperLoadsASnapshotOfOursAndTheLogBehindIt() {
        writeHistory(dataDir, "/first", true);
        State end = writeHistory(dataDir, "/second", false);
        assertSameAndAllDigestsFit(end, ZooKeeperDisk.load(dataDir));
        assertSame(end, recover(dataDir).state());
    }

    @Test
    void zooKeeperNeedsNoLogBesidesASnapshotOfOurs() throws IOException {
        State end = writeHistory(dataDir, "/only", true);
        for (Path file : files(dataDir.resolve("version-2"))) {
            if (!file.getFileName().toString().equals("snapshot." + Long.toHexString(end.zxid()))) {
                Files.delete(file);
            }
        }
        assertSameAndAllDigestsFit(end, ZooKeeperDisk.load(dataDir));
        assertSame(end, recover(dataDir).state());
    }

    @Test
    void aDirectoryGoesBackAndForthWithoutLoss() throws Exception {
        try (ZooKeeperProcess server = zooKeeper("25").start()) {
            for (int round = 0; round < 4; round++) {
                useAll(server, "/theirs" + round);
                server.kill();
                assertSame(ZooKeeperDisk.load(server.dataDirectory()), recover(server.dataDirectory()));
                State ours = writeHistory(server.dataDirectory(), "/ours" + round, round % 2 == 0);
                assertSame(ours, ZooKeeperDisk.load(server.dataDirectory()));
                server.restart();
                assertTrue(server.isRunning());
            }
        }
    }

    @Test
    void ourLogIsTheOneThatZooKeeperWritesForTheSameRequests() throws Exception {
        List<String> ours;
        try (MusterProcess server = MusterProcess.builder()
                .config("muster.sessionPasswords", "zookeeper")
                .start()) {
            useAll(server, "/one");
            server.kill();
            ours = ZooKeeperDisk.log(server.dataDirectory());
        }
        try (ZooKeeperProcess server = zooKeeper("100000").start()) {
            useAll(server, "/one");
            server.kill();
            assertEquals(String.join("\n", ZooKeeperDisk.log(server.dataDirectory())), String.join("\n", ours));
        }
    }

    private static ServerProcess.Builder<ZooKeeperProcess> zooKeeper(String snapCount) {
        return ZooKeeperProcess.builder()
                .property("zookeeper.snapCount", snapCount)
                .property("zookeeper.preAllocSize", "64");
    }

    private static Recovered recover(Path dataDir) {
        try (Storage storage = Storage.open(dataDir, dataDir, SETTINGS, new Random(1))) {
            return storage.takeRecovered();
        }
    }

    private static State writeHistory(Path dataDir, String top, boolean snapshot) {
        return writeHistory(dataDir, top, snapshot, Compression.NONE);
    }

    private static State writeHistory(Path dataDir, String top, boolean snapshot, Compression compression) {
        StorageSettings settings = SETTINGS.toBuilder().compression(compression).build();
        try (Storage storage = Storage.open(dataDir, dataDir, settings, new Random(1))) {
            History history = History.behind(storage.takeRecovered().state(), top);
            storage.append(history.transactions());
            storage.force();
            if (snapshot) {
                storage.snapshot(history.end(), Runnable::run).join();
            }
            return history.end();
        }
    }

    private static void assertSame(ZooKeeperDisk expected, Recovered found) {
        assertEquals(0, found.digestMismatches());
        assertSame(found.state(), expected);
    }

    private static void assertSameAndAllDigestsFit(State ours, ZooKeeperDisk theirs) {
        assertEquals(List.of(), theirs.digestMismatches());
        assertSame(ours, theirs);
    }

    /**
     * ZooKeeper's view and ours are one. What ZooKeeper says of digests is not asked here: its own snapshots, which it takes
     * while it writes, may run ahead of their digest by one transaction, and it reports that as a difference.
     */
    private static void assertSame(State ours, ZooKeeperDisk theirs) {
        assertEquals(Map.copyOf(stats(ours)), Map.copyOf(theirs.stats()));
        assertEquals(ours.zxid(), theirs.lastZxid());
        assertEquals(ours.digest(), theirs.digest());
        assertEquals(ours.znodeCount(), theirs.znodes());
        assertEquals(ours.ephemeralCount(), theirs.ephemerals());
        assertEquals(sessions(ours), theirs.sessions());
    }

    private static void assertSame(State one, State other) {
        assertEquals(stats(one), stats(other));
        assertEquals(one.digest(), other.digest());
        assertEquals(one.zxid(), other.zxid());
        assertEquals(sessions(one), sessions(other));
    }

    private static Map<Long, Integer> sessions(State state) {
        Map<Long, Integer> sessions = new TreeMap<>();
        state.forEachSession(sessions::put);
        return sessions;
    }

    private static Map<String, String> stats(State state) {
        Map<String, String> stats = new TreeMap<>();
        collect(state, "/", stats);
        return stats;
    }

    private static void collect(State state, String path, Map<String, String> stats) {
        NodeView node = state.find(path);
        stats.put(
                path,
                describe(node.stat()) + " " + describe(node.acl().entries()) + " " + Arrays.toString(node.data()));
        String prefix = path.equals("/") ? "/" : path + "/";
        node.children().forEach(each -> collect(state, prefix + each, stats));
    }

    private static String describe(Stat stat) {
        return List.of(
                        stat.czxid(),
                        stat.mzxid(),
                        stat.ctimeMs(),
                        stat.mtimeMs(),
                        stat.version(),
                        stat.cversion(),
                        stat.aversion(),
                        stat.ephemeralOwner(),
                        stat.dataLengthBytes(),
                        stat.numChildren(),
                        stat.pzxid())
                .toString();
    }

    /** As ZooKeeper's class prints it. */
    private static String describe(List<Acl> acl) {
        return acl.stream()
                .map(each -> new org.apache.zookeeper.data.ACL(
                        each.perms(),
                        new org.apache.zookeeper.data.Id(
                                each.id().scheme(), each.id().id())))
                .collect(Collectors.toList())
                .toString();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** Every kind of write, and some that fail. One session is closed, one is left to the kill. */
    private static void useAll(ServerProcess server, String top) throws Exception {
        List<org.apache.zookeeper.data.ACL> open = ZooDefs.Ids.OPEN_ACL_UNSAFE;
        ZooKeeper left = connect(server);
        try (ZooKeeper client = connect(server)) {
            client.addAuthInfo("digest", "u:p".getBytes(StandardCharsets.US_ASCII));
            client.create(top, null, open, CreateMode.PERSISTENT);
            limit(client, top);
            client.create(top + "/s-", data("1"), open, CreateMode.PERSISTENT_SEQUENTIAL);
            client.create(top + "/s-", data("2"), open, CreateMode.EPHEMERAL_SEQUENTIAL);
            client.create(top + "/secret", data("x"), ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            client.create(top + "/container", data(""), open, CreateMode.CONTAINER);
            client.create(
                    top + "/ttl",
                    data("t"),
                    open,
                    CreateMode.PERSISTENT_WITH_TTL,
                    new org.apache.zookeeper.data.Stat(),
                    600_000);
            client.create(top + "/gone", data("g"), open, CreateMode.EPHEMERAL, new org.apache.zookeeper.data.Stat());
            client.setData(top + "/secret", data("changed é"), 0);
            client.setData(top, null, -1);
            client.setACL(top + "/container", ZooDefs.Ids.READ_ACL_UNSAFE, -1);
            client.multi(List.of(
                    Op.create(top + "/m", data("m"), open, CreateMode.PERSISTENT),
                    Op.create(top + "/m/n-", data("m"), open, CreateMode.PERSISTENT_SEQUENTIAL),
                    Op.check(top, 1),
                    Op.setData(top + "/m", data("m2"), 0),
                    Op.delete(top + "/ttl", 0)));
            refused(() -> client.multi(
                    List.of(Op.delete(top + "/secret", -1), Op.create(top, null, open, CreateMode.PERSISTENT))));
            refused(() -> client.delete(top, -1));
            refused(() -> client.setData(top + "/none", null, -1));
            client.delete(top + "/gone", -1);
            left.create(top + "/left", data("l"), open, CreateMode.EPHEMERAL);
            client.create(top + "/mine", data("l"), open, CreateMode.EPHEMERAL);
        }
        // its session stays in the files
        left.getTestable().injectSessionExpiration();
    }

    /** What is below a path is counted from now on, in a znode that no transaction writes. */
    private static void limit(ZooKeeper client, String path) throws Exception {
        String quota = "/zookeeper/quota" + path;
        List<org.apache.zookeeper.data.ACL> open = ZooDefs.Ids.OPEN_ACL_UNSAFE;
        client.create(quota, data(""), open, CreateMode.PERSISTENT);
        client.create(
                quota + "/zookeeper_limits",
                data("count=100,bytes=-1=;byteHardLimit=100000;countHardLimit=-1"),
                open,
                CreateMode.PERSISTENT);
        client.create(quota + "/zookeeper_stats", data("count=1,bytes=0"), open, CreateMode.PERSISTENT);
    }

    private interface Attempt {
        void run() throws KeeperException, InterruptedException;
    }

    private static void refused(Attempt attempt) throws InterruptedException {
        try {
            attempt.run();
        } catch (KeeperException e) {
            return;
        }
        throw new AssertionError("was not refused");
    }

    private static byte[] data(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ZooKeeper connect(ServerProcess server) {
        CountDownLatch connected = new CountDownLatch(1);
        try {
            ZooKeeper client = new ZooKeeper(server.connectString(), 30_000, event -> {
                if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                    connected.countDown();
                }
            });
            assertTrue(connected.await(30, TimeUnit.SECONDS), "not connected");
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
