package io.muster.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * A session of the real client with a real server, frame by frame. What differs from run to run is replaced: session
 * numbers by 0x0100000000000001 and so on, passwords by their index, times by one time.
 */
final class ZooKeeperSession {
    private static final byte[] TIME =
            ByteBuffer.allocate(8).putLong(1_700_000_000_000L).array();
    private static final Watcher NOBODY = event -> {};

    private final RecordingProxy proxy;
    private final Semaphore connected = new Semaphore(0);

    private ZooKeeperSession(RecordingProxy proxy) {
        this.proxy = proxy;
    }

    static List<String> record(Path directory) throws Exception {
        long startMs = System.currentTimeMillis();
        String before = System.setProperty("zookeeper.extendedTypesEnabled", "true");
        ZooKeeperServer server = new ZooKeeperServer(directory.toFile(), directory.toFile(), 2000);
        ServerCnxnFactory factory = new NIOServerCnxnFactory();
        factory.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        factory.startup(server);
        try (RecordingProxy proxy = new RecordingProxy(factory.getLocalPort())) {
            ZooKeeperSession session = new ZooKeeperSession(proxy);
            session.talk();
            session.ping();
            return lines(proxy.steps(), startMs, System.currentTimeMillis());
        } finally {
            factory.shutdown();
            server.shutdown(true);
            if (before == null) {
                System.clearProperty("zookeeper.extendedTypesEnabled");
            } else {
                System.setProperty("zookeeper.extendedTypesEnabled", before);
            }
        }
    }

    private ZooKeeperAdmin connect(int timeoutMs) throws IOException, InterruptedException {
        ZooKeeperAdmin client = new ZooKeeperAdmin("127.0.0.1:" + proxy.port(), timeoutMs, event -> {
            if (event.getState() == KeeperState.SyncConnected && event.getPath() == null) {
                connected.release();
            }
        });
        awaitConnected();
        return client;
    }

    private void awaitConnected() throws InterruptedException {
        if (!connected.tryAcquire(30, TimeUnit.SECONDS)) {
            throw new AssertionError("not connected within 30 s");
        }
    }

    private void talk() throws Exception {
        proxy.step("connect");
        ZooKeeperAdmin client = connect(30_000);
        writes(client);
        watches(client);
        reads(client);
        multis(client);
        authentication(client);
        reconnect(client);
        proxy.step("closeSession");
        client.close();
    }

    private void writes(ZooKeeperAdmin client) throws Exception {
        Stat stat = new Stat();
        proxy.step("create /golden");
        client.create("/golden", bytes("data"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        proxy.step("create2 /golden/s- ephemeral sequential");
        client.create("/golden/s-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL, stat);
        proxy.step("createContainer /golden/container");
        client.create("/golden/container", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
        proxy.step("createTTL /golden/ttl");
        client.create("/golden/ttl", bytes("x"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 3_600_000L);
        proxy.step("create /golden again: NodeExists");
        assertThrows(
                KeeperException.NodeExistsException.class,
                () -> client.create("/golden", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        proxy.step("setData /golden");
        client.setData("/golden", bytes("other"), 0);
        proxy.step("setData /golden with a wrong version: BadVersion");
        assertThrows(KeeperException.BadVersionException.class, () -> client.setData("/golden", null, 7));
        proxy.step("setACL /golden/ttl");
        client.setACL("/golden/ttl", Ids.READ_ACL_UNSAFE, 0);
        proxy.step("delete /golden/container");
        client.delete("/golden/container", -1);
        proxy.step("delete /golden: NotEmpty");
        assertThrows(KeeperException.NotEmptyException.class, () -> client.delete("/golden", -1));
        proxy.step("reconfig on a standalone server");
        assertThrows(KeeperException.class, () -> client.reconfigure("server.9=h:1:2;3", null, null, -1, new Stat()));
    }

    private void watches(ZooKeeperAdmin client) throws Exception {
        proxy.step("exists /later with a watch: NoNode");
        client.exists("/later", NOBODY);
        proxy.step("getChildren2 / with a watch");
        client.getChildren("/", NOBODY, new Stat());
        proxy.step("create /later: two events before the reply");
        client.create("/later", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        proxy.step("getData /later with a watch");
        client.getData("/later", NOBODY, new Stat());
        proxy.step("setData /later: an event before the reply");
        client.setData("/later", bytes("2"), -1);
        proxy.step("addWatch /later persistent");
        client.addWatch("/later", NOBODY, AddWatchMode.PERSISTENT);
        proxy.step("addWatch /golden recursive");
        client.addWatch("/golden", NOBODY, AddWatchMode.PERSISTENT_RECURSIVE);
        proxy.step("delete /later: an event before the reply");
        client.delete("/later", 1);
        proxy.step("removeWatches /later");
        client.removeWatches("/later", NOBODY, Watcher.WatcherType.Any, false);
    }

    private void reads(ZooKeeperAdmin client) throws Exception {
        proxy.step("exists /golden");
        client.exists("/golden", false);
        proxy.step("getData /golden");
        client.getData("/golden", false, new Stat());
        proxy.step("getData of a znode without data");
        client.getData("/golden/s-0000000000", false, new Stat());
        proxy.step("getACL /golden/ttl");
        client.getACL("/golden/ttl", new Stat());
        proxy.step("getChildren /golden");
        client.getChildren("/golden", false);
        proxy.step("getEphemerals");
        client.getEphemerals("/golden");
        proxy.step("getAllChildrenNumber /golden");
        client.getAllChildrenNumber("/golden");
        proxy.step("sync /golden");
        CountDownLatch synced = new CountDownLatch(1);
        client.sync("/golden", (rc, path, context) -> synced.countDown(), null);
        if (!synced.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no sync within 30 s");
        }
    }

    private void multis(ZooKeeperAdmin client) throws Exception {
        proxy.step("multi that is done");
        client.multi(List.of(
                Op.check("/golden", -1),
                Op.create("/golden/m", bytes("m"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                Op.setData("/golden/m", bytes("n"), 0),
                Op.delete("/golden/m", 1)));
        proxy.step("multi that fails");
        assertThrows(
                KeeperException.NodeExistsException.class,
                () -> client.multi(List.of(
                        Op.check("/golden", -1),
                        Op.create("/golden", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                        Op.delete("/golden", 1))));
        proxy.step("multiRead");
        client.multi(List.of(Op.getData("/golden"), Op.getChildren("/golden"), Op.getData("/nowhere")));
    }

    private void authentication(ZooKeeperAdmin client) throws Exception {
        proxy.step("auth digest, then whoAmI");
        client.addAuthInfo("digest", bytes("user:secret"));
        client.whoAmI();
    }

    private void reconnect(ZooKeeperAdmin client) throws Exception {
        proxy.step("watches to bring back");
        client.getData("/golden", NOBODY, new Stat());
        client.exists("/nowhere", NOBODY);
        client.getChildren("/golden", NOBODY);
        proxy.step("reconnect: connect, auth, setWatches2, then exists");
        connected.drainPermits();
        proxy.cut();
        awaitConnected();
        client.exists("/golden", false);
    }

    private void ping() throws Exception {
        proxy.step("another session pings when idle");
        proxy.keepPings();
        ZooKeeperAdmin client = connect(4000);
        proxy.awaitPing();
        proxy.step("closeSession of the other session");
        client.close();
    }

    private static List<String> lines(List<RecordingProxy.Step> steps, long startMs, long endMs) {
        List<byte[]> sessions = new ArrayList<>();
        List<byte[]> passwords = new ArrayList<>();
        for (RecordingProxy.Step step : steps) {
            if (step.sent.size() > 0 && step.sent.get(0).length == 45) {
                byte[] reply = step.received.get(0);
                byte[] session = Arrays.copyOfRange(reply, 8, 16);
                if (sessions.stream().noneMatch(known -> Arrays.equals(known, session))) {
                    sessions.add(session);
                    passwords.add(Arrays.copyOfRange(reply, 20, 36));
                }
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add("# The real client (>) and a real server (<): whole frames without their length.");
        lines.add("# Session numbers, passwords and times are replaced; see ClientProtocolGoldenTest in the test kit.");
        for (RecordingProxy.Step step : steps) {
            lines.add("");
            lines.add("# " + step.title);
            step.sent.forEach(frame -> lines.add("> " + masked(frame, sessions, passwords, startMs, endMs)));
            step.received.forEach(frame -> lines.add("< " + masked(frame, sessions, passwords, startMs, endMs)));
        }
        return lines;
    }

    private static String masked(
            byte[] frame, List<byte[]> sessions, List<byte[]> passwords, long startMs, long endMs) {
        byte[] masked = frame.clone();
        for (int at = 0; at + 8 <= masked.length; at++) {
            long value = ByteBuffer.wrap(masked).getLong(at);
            if (value >= startMs && value <= endMs) {
                System.arraycopy(TIME, 0, masked, at, 8);
            }
            for (int i = 0; i < sessions.size(); i++) {
                replace(masked, at, sessions.get(i), 0x0100_0000_0000_0001L + i);
                if (at + 16 <= masked.length && Arrays.equals(masked, at, at + 16, passwords.get(i), 0, 16)) {
                    Arrays.fill(masked, at, at + 16, (byte) (0xA0 + i));
                }
            }
        }
        return HexFormat.of().formatHex(masked);
    }

    private static void replace(byte[] frame, int at, byte[] what, long by) {
        if (Arrays.equals(frame, at, at + 8, what, 0, 8)) {
            ByteBuffer.wrap(frame).putLong(at, by);
        }
    }

    private static byte[] bytes(String text) {
        return ZooKeeperRecords.bytes(text);
    }
}
