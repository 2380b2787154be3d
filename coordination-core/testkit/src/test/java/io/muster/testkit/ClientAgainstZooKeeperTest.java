package io.muster.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.Created;
import io.muster.client.MusterClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientAgainstZooKeeperTest {
    @Test
    void smoke() throws Exception {
        try (ZooKeeperProcess server = ZooKeeperProcess.start();
                MusterClient client = MusterClient.connect(server.connectString())) {
            assertTrue(client.awaitConnected(Duration.ofSeconds(10)));
            Created created = client.create("/a", "x".getBytes(UTF_8));
            System.out.println(created);
            assertArrayEquals("x".getBytes(UTF_8), client.get("/a").data());
            System.out.println(client.session());
        }
    }
}
