package io.muster.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.client.MusterClient;
import io.netty.channel.epoll.Epoll;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests' class path has Netty's native transport, as the distribution has. */
@Timeout(60)
class NativeTransportTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void serverUsesTheTransportThatItMayAndServes(boolean nativeAllowed) throws Exception {
        try (TestServer server = TestServer.start(config -> config.transport(t -> t.nativeTransport(nativeAllowed)));
                MusterClient client = MusterClient.connect(server.connectString())) {
            assertEquals(nativeAllowed && Epoll.isAvailable() ? "epoll" : "nio", server.transport());
            byte[] data = "x".repeat(500_000).getBytes(StandardCharsets.US_ASCII);
            client.create("/a", data);
            assertEquals(data.length, client.get("/a").data().length);
        }
    }
}
