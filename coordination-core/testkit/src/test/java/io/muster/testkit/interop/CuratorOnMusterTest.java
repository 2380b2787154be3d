package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.testkit.TestServer;
import io.muster.testkit.ZooKeeperProcess;
import java.util.List;
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
}
