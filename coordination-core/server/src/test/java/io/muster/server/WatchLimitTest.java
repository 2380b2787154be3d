package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.replica.Limits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** {@code muster.maxWatchesPerConnection}, from the configuration to the metric. */
class WatchLimitTest {
    @Test
    void connectionThatWantsMoreWatchesThanItMayHaveIsToldAndCountedAndStaysOpen() throws Exception {
        try (MusterServer server = ServerFixture.start(
                        new MemoryJournal(), b -> b.replica(r -> r.limits(new Limits(2, 0, 0, 0, 0, 0))));
                RawClient client = RawClient.connected(server.clientPort());
                RawClient other = RawClient.connected(server.clientPort())) {
            client.call(new Request.Create(OpCode.CREATE, "/a", new byte[0], Acl.OPEN, 0, 0));
            assertEquals(0, err(client, new Request.GetData("/a", true)));
            assertEquals(0, err(client, new Request.GetChildren("/a", true)));
            int refused = ErrorCode.QUOTA_EXCEEDED.code();
            assertEquals(refused, err(client, new Request.Exists("/b", true)));
            assertEquals(refused, err(client, new Request.GetChildren2("/", true)));
            assertEquals(refused, err(client, new Request.AddWatch("/b", 1)));
            assertEquals(0, err(client, new Request.GetChildren2("/", false)), "without a watch");
            assertEquals(0, err(other, new Request.AddWatch("/b", 1)), "another connection");
            try (RawClient operator = new RawClient(server.clientPort())) {
                operator.gatherBytes("mntr".getBytes(StandardCharsets.US_ASCII));
                operator.flush();
                String metrics = operator.readToEnd();
                assertTrue(metrics.contains("zk_watches_refused\t3\n"), metrics);
                assertTrue(metrics.contains("zk_watch_count\t3\n"), metrics);
            }
        }
    }

    private static int err(RawClient client, Request request) throws Exception {
        return client.call(request).header().err();
    }
}
