package io.muster.recipes.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.client.MusterClient;
import io.muster.recipes.support.ServerKind;
import io.muster.recipes.support.TestServer;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockExampleTest {

    @ParameterizedTest
    @EnumSource(ServerKind.class)
    @Timeout(60)
    void theExampleDoesWhatItSays(ServerKind kind) throws Exception {
        try (TestServer server = kind.start()) {
            MusterClient client = server.connect();
            client.create("/balance", new byte[0]);
            LockExample.run(server.connectString());
            assertArrayEquals("42".getBytes(UTF_8), client.get("/balance").data());
            assertEquals(List.of(), client.children("/locks/billing"));
        }
    }
}
