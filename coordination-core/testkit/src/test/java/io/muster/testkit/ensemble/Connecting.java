package io.muster.testkit.ensemble;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import java.time.Duration;

/** Clients whose sessions outlive what the tests do to the servers. */
final class Connecting {
    private Connecting() {}

    /** Waits until it is connected. */
    static MusterClient connect(String servers) throws InterruptedException {
        MusterClient client = MusterClient.builder()
                .connectString(servers)
                .sessionTimeout(Duration.ofSeconds(20))
                .connect();
        assertTrue(client.awaitConnected(Duration.ofSeconds(30)));
        return client;
    }
}
