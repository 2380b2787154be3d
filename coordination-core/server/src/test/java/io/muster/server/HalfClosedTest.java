package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.server.RawClient.Received;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that end their side of the connection and go on reading. */
@Timeout(60)
class HalfClosedTest {
    private static final Pattern NOBODY_ELSE = Pattern.compile("zk_num_alive_connections\t1\n");

    private static MusterServer start(boolean nativeTransport) {
        Assumptions.assumeTrue(!nativeTransport || Epoll.isAvailable(), "no native transport on this machine");
        MusterServer server = ServerFixture.start(
                new MemoryJournal(),
                b -> b.transport(t -> t.nativeTransport(nativeTransport).maxConnectionsPerAddress(0)));
        assertEquals(nativeTransport ? "epoll" : "nio", server.transport());
        return server;
    }

    private static RawClient asked(MusterServer server, String text) throws IOException {
        RawClient client = new RawClient(server.clientPort());
        client.gatherBytes(text.getBytes(StandardCharsets.US_ASCII));
        client.flush();
        client.endOutput();
        return client;
    }

    private static String answer(MusterServer server, String text) throws IOException {
        try (RawClient client = asked(server, text)) {
            return client.readToEnd();
        }
    }

    private static void awaitNobody(MusterServer server) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!NOBODY_ELSE.matcher(answer(server, "mntr")).find()) {
            assertTrue(System.nanoTime() < deadline, "connections stay");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyWordIsAnsweredToWhoEndsItsSideAtOnce(boolean nativeTransport) throws Exception {
        try (MusterServer server = start(nativeTransport)) {
            for (int i = 0; i < 100; i++) {
                assertTrue(answer(server, "srvr").contains("Mode: standalone\n"), "number " + i);
            }
            for (String word :
                    List.of("ruok", "isro", "conf", "cons", "dirs", "dump", "envi", "mntr", "stat", "wchs")) {
                assertTrue(answer(server, word).length() > 1, word);
                assertTrue(answer(server, word + "\n").length() > 1, word + " and the end of a line");
            }
            awaitNobody(server);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoEndsItsSideWithoutAWordIsClosedAtOnce(boolean nativeTransport) throws Exception {
        try (MusterServer server = start(nativeTransport)) {
            for (String text : List.of("", "ru", "stmk", "stmk\0\0\0")) {
                assertEquals("", answer(server, text), text);
            }
            awaitNobody(server);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sessionsConnectionIsClosedAndWhatHadArrivedIsCarriedOut(boolean nativeTransport) throws Exception {
        try (MusterServer server = start(nativeTransport)) {
            try (RawClient client = RawClient.connected(server.clientPort());
                    RawClient other = RawClient.connected(server.clientPort())) {
                other.call(new Request.Exists("/a", true));
                client.gather(new Request.Create(OpCode.CREATE, "/a", new byte[0], Acl.OPEN, 0, 0));
                client.flush();
                client.endOutput();
                client.receiveToEnd();
                Received event = other.receive();
                assertEquals("/a", event.event() == null ? "" : event.event().path());
            }
            awaitNobody(server);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAsksAndLeavesWithoutReadingIsClosedToo(boolean nativeTransport) throws Exception {
        try (MusterServer server = start(nativeTransport)) {
            List<RawClient> left = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                left.add(asked(server, i % 2 == 0 ? "mntr" : "wchc"));
            }
            for (RawClient client : left) {
                client.close();
            }
            awaitNobody(server);
        }
    }
}
