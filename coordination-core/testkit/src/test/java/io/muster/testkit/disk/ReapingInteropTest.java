package io.muster.testkit.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers and times to live, on both servers: what the clients see of their end, and what the log has of it. */
@Timeout(120)
class ReapingInteropTest {
    private static final String EXTENDED_TYPES = "zookeeper.extendedTypesEnabled";
    private static final String INTERVAL = "znode.container.checkIntervalMs";
    private static final int TTL_MS = 2_000;

    @BeforeAll
    static void allowTimesToLive() {
        System.setProperty(EXTENDED_TYPES, "true");
    }

    @AfterAll
    static void goBack() {
        System.clearProperty(EXTENDED_TYPES);
    }

    @Test
    void theServerDeletesWhatZooKeeperDeletesAndLogsItAsZooKeeperDoes() throws Exception {
        List<String> expected;
        try (ZooKeeperProcess server =
                ZooKeeperProcess.builder().property(INTERVAL, "300").start()) {
            expected = run(server);
        }
        List<String> actual;
        try (MusterProcess server = MusterProcess.builder()
                .config("muster.sessionPasswords", "zookeeper")
                .property(INTERVAL, "300")
                .start()) {
            actual = run(server);
        }
        assertTrue(expected.stream().anyMatch(line -> line.contains("session=1 cxid=0 type=20")), expected.toString());
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    private static List<String> run(ServerProcess server) throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        Watcher told = event -> events.add(event.getType() + " " + event.getPath());
        List<String> seen = new ArrayList<>();
        try (ZooKeeper client = connect(server)) {
            client.create("/container", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.create("/never-used", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
            client.create("/container/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            client.create("/ttl", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), TTL_MS);
            client.create("/busy", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 1);
            client.create("/busy/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            client.exists("/container", told);
            client.exists("/ttl", told);
            client.delete("/container/x", -1);
            for (int i = 0; i < 2; i++) {
                String event = events.poll(30, TimeUnit.SECONDS);
                assertNotNull(event, "nothing more is deleted after " + seen);
                seen.add(event);
            }
            seen.add(client.getChildren("/", false).stream().sorted().toList().toString());
        }
        server.kill();
        seen.addAll(ZooKeeperDisk.log(server.dataDirectory()));
        return seen;
    }

    private static ZooKeeper connect(ServerProcess server) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(server.connectString(), 30_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        assertTrue(connected.await(30, TimeUnit.SECONDS), "not connected");
        return client;
    }
}
