package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Xids;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.AccessSettings;
import io.muster.server.config.ServerConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small requests of one client that would come to a transaction larger than any request may be: they stop nobody. */
@Timeout(120)
class LargeTransactionTest {
    private static final List<Acl> MINE = List.of(new Acl(Acl.ALL, Id.CREATOR));

    @TempDir
    Path directory;

    private MusterServer start() {
        return start(AccessSettings.DEFAULT);
    }

    private MusterServer start(AccessSettings access) {
        return MusterServer.start(ServerConfig.in(directory)
                .replica(r -> r.tickTimeMs(500).access(AccessControl.of(access)))
                .storage(s -> s.preallocationBytes(64 << 10))
                .transport(t -> t.ioThreads(1))
                .build());
    }

    private static Request.Create create(String path, List<Acl> acl, int flags) {
        return new Request.Create(OpCode.CREATE, path, new byte[0], acl, flags, 0);
    }

    private static void prove(RawClient client, String user) throws Exception {
        client.gather(Xids.AUTH, new Request.Auth(0, "digest", (user + ":secret").getBytes(StandardCharsets.UTF_8)));
        client.flush();
        assertEquals(0, client.receive().header().err());
    }

    /** More than four million bytes of paths. */
    private static void createEphemerals(RawClient client) throws Exception {
        String tail = "e".repeat(995);
        int count = 6_000;
        for (int from = 0; from < count; from += 500) {
            for (int i = from; i < from + 500; i++) {
                client.gather(create("/" + (10_000 + i) + tail, Acl.OPEN, 1));
            }
            client.flush();
            for (int i = from; i < from + 500; i++) {
                assertEquals(0, client.receive().header().err());
            }
        }
    }

    private static int children(int port) throws Exception {
        try (RawClient other = RawClient.connected(port)) {
            Response.AllChildrenNumber all = (Response.AllChildrenNumber)
                    other.call(new Request.GetAllChildrenNumber("/")).body();
            // the reserved ones, and the two of the sessions' secret
            return all.totalNumber() - 3 - 2;
        }
    }

    private static void assertServes(MusterServer server) throws Exception {
        try (RawClient other = RawClient.connected(server.clientPort())) {
            assertEquals(0, other.call(create("/after", Acl.OPEN, 0)).header().err());
        }
        assertFalse(server.terminated().isDone());
    }

    @Test
    void aSessionWithMoreEphemeralsThanATransactionCanListIsClosed() throws Exception {
        try (MusterServer server = start();
                RawClient client = RawClient.connected(server.clientPort())) {
            createEphemerals(client);
            assertEquals(0, client.call(new Request.CloseSession()).header().err());
            assertEquals(0, children(server.clientPort()));
            assertServes(server);
        }
        try (MusterServer server = start()) {
            assertEquals(1, children(server.clientPort()));
        }
    }

    @Test
    void aSessionWithMoreEphemeralsThanATransactionCanListExpiresAfterARestart() throws Exception {
        try (MusterServer server = start();
                RawClient client = new RawClient(server.clientPort())) {
            ConnectResponse session = client.handshake(1_000);
            assertEquals(1_000, session.timeoutMs());
            createEphemerals(client);
        }
        try (MusterServer server = start();
                RawClient watcher = RawClient.connected(server.clientPort())) {
            String first = "/10000" + "e".repeat(995);
            if (watcher.call(new Request.Exists(first, true)).header().err() == 0) {
                assertEquals(first, watcher.receive().event().path());
            }
            assertEquals(0, children(server.clientPort()));
            assertServes(server);
        }
        try (MusterServer server = start()) {
            assertEquals(1, children(server.clientPort()));
        }
    }

    @Test
    void aMultiThatWouldGrowByItsClientsManyIdentitiesFails() throws Exception {
        try (MusterServer server = start()) {
            try (RawClient client = RawClient.connected(server.clientPort())) {
                for (int i = 0; i < 20; i++) {
                    prove(client, "user" + i);
                }
                List<Request> ops = new ArrayList<>();
                for (int i = 0; i < 18_000; i++) {
                    ops.add(create("/" + (10_000 + i), MINE, 0));
                }
                Response.MultiResults results = (Response.MultiResults)
                        client.call(new Request.Multi(ops)).body();
                long culprits = results.results().stream()
                        .filter(each -> each.err() == ErrorCode.BAD_ARGUMENTS.code())
                        .count();
                assertEquals(1, culprits);
            }
            assertEquals(0, children(server.clientPort()));
            assertServes(server);
        }
        try (MusterServer server = start()) {
            assertEquals(1, children(server.clientPort()));
        }
    }

    @Test
    void aListThatWouldGrowByItsClientsLongIdentitiesIsRefused() throws Exception {
        AccessSettings longIds = new AccessSettings(false, true, "SHA1", null, List.of(), 100, 16 << 20, 10);
        try (MusterServer server = start(longIds)) {
            try (RawClient client = RawClient.connected(server.clientPort())) {
                for (int i = 0; i < 6; i++) {
                    prove(client, i + "u".repeat(900_000));
                }
                assertEquals(
                        ErrorCode.BAD_ARGUMENTS.code(),
                        client.call(create("/large", MINE, 0)).header().err());
                assertEquals(
                        0, client.call(create("/small", Acl.OPEN, 0)).header().err());
            }
            assertServes(server);
        }
        try (MusterServer server = start()) {
            assertEquals(2, children(server.clientPort()));
        }
    }
}
