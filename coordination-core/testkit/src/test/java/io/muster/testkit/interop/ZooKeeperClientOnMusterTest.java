package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.testkit.TestServer;
import io.muster.testkit.ZooKeeperProcess;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Apache ZooKeeper's client, unmodified, on a Muster server. */
@Timeout(240)
class ZooKeeperClientOnMusterTest {
    @Test
    void seesOnMusterWhatItSeesOnZooKeeper() throws Exception {
        List<String> expected;
        try (ZooKeeperProcess server = ZooKeeperProcess.start()) {
            expected = ZooKeeperScenario.run(server.connectString());
        }
        List<String> actual;
        // the znode with the sessions' secret is the one difference that there is to see
        try (TestServer server = TestServer.start(config -> config.zooKeepersPasswords(true))) {
            actual = ZooKeeperScenario.run(server.connectString());
        }
        assertTrue(expected.size() > 150, "lines: " + expected.size());
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    @Test
    void itsSessionAndItsWatchesSurviveARestart() throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.start();
                ZooKeeper zk = ZooKeeperScenario.connect(server.connectString())) {
            Watcher told = event -> {
                if (event.getType() != Watcher.Event.EventType.None) {
                    events.add(event.getType() + " " + event.getPath());
                }
            };
            long session = zk.getSessionId();
            zk.create("/d", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            zk.create("/c", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            zk.create("/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            zk.getData("/d", told, null);
            zk.getChildren("/c", told);
            zk.exists("/x", told);
            zk.addWatch("/p", told, AddWatchMode.PERSISTENT);
            zk.addWatch("/r", told, AddWatchMode.PERSISTENT_RECURSIVE);

            server.kill();
            server.restart();
            // It may come back before or after these; either the events or their catching up must reach it.
            try (ZooKeeper other = ZooKeeperScenario.connect(server.connectString())) {
                assertNotNull(other.exists("/e", false), "the ephemeral of a session that lives");
                other.setData("/d", null, -1);
                other.create("/c/1", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                other.create("/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            Set<String> heard = new TreeSet<>();
            for (int i = 0; i < 3; i++) {
                heard.add(events.poll(60, TimeUnit.SECONDS));
            }
            assertEquals(
                    new TreeSet<>(List.of("NodeDataChanged /d", "NodeChildrenChanged /c", "NodeCreated /x")), heard);
            assertEquals(session, zk.getSessionId());
            zk.create("/p", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            zk.create("/r", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertEquals("NodeCreated /p", events.poll(60, TimeUnit.SECONDS));
            assertEquals("NodeCreated /r", events.poll(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aSilentSessionExpiresAndItsEphemeralsGo() throws Exception {
        try (TestServer server = TestServer.start();
                ZooKeeper zk = ZooKeeperScenario.connect(server.connectString());
                RawClient silent = RawClient.connect(server.port())) {
            var response = silent.handshake(1_000, 0, new byte[16]);
            assertEquals(1_000, response.timeoutMs());
            silent.create("/e", CreateMode.EPHEMERAL.toFlag());
            CountDownLatch deleted = new CountDownLatch(1);
            long heardNanos = System.nanoTime();
            assertNotNull(zk.exists("/e", event -> deleted.countDown()));
            assertTrue(deleted.await(30, TimeUnit.SECONDS));
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos);
            assertTrue(tookMs <= 15_000, "it took " + tookMs + " ms");
            assertNull(zk.exists("/e", false));
            assertTrue(silent.isClosedByServer());

            LinkedBlockingQueue<WatchedEvent> events = new LinkedBlockingQueue<>();
            try (ZooKeeper again = new ZooKeeper(
                    server.connectString(), 1_000, events::add, response.sessionId(), response.password())) {
                WatchedEvent event = events.poll(30, TimeUnit.SECONDS);
                assertNotNull(event);
                assertEquals(Watcher.Event.KeeperState.Expired, event.getState());
            }
        }
    }
}
