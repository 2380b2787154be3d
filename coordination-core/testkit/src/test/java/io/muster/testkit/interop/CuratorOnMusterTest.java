package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.testkit.MusterProcess;
import io.muster.testkit.TestServer;
import io.muster.testkit.ZooKeeperProcess;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryForever;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Apache Curator, unmodified, on a Muster server. */
@Timeout(240)
class CuratorOnMusterTest {
    @Test
    void seesOnMusterWhatItSeesOnZooKeeper() throws Exception {
        List<String> expected;
        try (ZooKeeperProcess server = ZooKeeperProcess.start()) {
            expected = CuratorScenario.run(server.connectString());
        }
        List<String> actual;
        try (TestServer server = TestServer.start()) {
            actual = CuratorScenario.run(server.connectString());
        }
        assertTrue(expected.size() > 25, "steps: " + expected.size());
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    @Test
    void itsSessionItsMutexAndItsCacheSurviveAKilledServer() throws Exception {
        try (MusterProcess server = MusterProcess.start();
                CuratorFramework client = CuratorFrameworkFactory.newClient(
                        server.connectString(), 20_000, 60_000, new RetryForever(50))) {
            LinkedBlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
            client.getConnectionStateListenable().addListener((c, state) -> states.add(state));
            client.start();
            assertEquals(ConnectionState.CONNECTED, states.poll(60, TimeUnit.SECONDS));
            long session = client.getZookeeperClient().getZooKeeper().getSessionId();
            LinkedBlockingQueue<String> created = new LinkedBlockingQueue<>();
            client.create().forPath("/cached");
            InterProcessMutex mutex = new InterProcessMutex(client, "/mutex");
            mutex.acquire();
            try (CuratorCache cache = CuratorCache.build(client, "/cached")) {
                cache.listenable().addListener((type, before, after) -> {
                    if (type == CuratorCacheListener.Type.NODE_CREATED) {
                        created.add(after.getPath());
                    }
                });
                cache.start();
                assertEquals("/cached", created.poll(60, TimeUnit.SECONDS));

                server.kill();
                server.restart();
                assertEquals(ConnectionState.SUSPENDED, states.poll(60, TimeUnit.SECONDS));
                assertEquals(ConnectionState.RECONNECTED, states.poll(60, TimeUnit.SECONDS));
                try (CuratorFramework other = CuratorFrameworkFactory.newClient(
                        server.connectString(), 20_000, 60_000, new RetryForever(50))) {
                    other.start();
                    other.create().forPath("/cached/later");
                    assertFalse(new InterProcessMutex(other, "/mutex").acquire(0, TimeUnit.SECONDS), "it is held");
                }
                assertEquals("/cached/later", created.poll(60, TimeUnit.SECONDS));
            }
            mutex.release();
            assertEquals(session, client.getZookeeperClient().getZooKeeper().getSessionId());
        }
    }
}
