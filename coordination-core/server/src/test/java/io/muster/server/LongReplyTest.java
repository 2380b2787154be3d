package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.EventType;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.server.RawClient.Received;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of children that go out in many pieces, and what goes out around them. */
class LongReplyTest {
    private static final int CHILDREN = 40_000;
    private static final String NAME = "a-child-with-a-name-of-some-length-so-that-the-list-is-long-";

    private MusterServer server;
    private RawClient writer;

    @BeforeEach
    void fill() throws Exception {
        server = ServerFixture.start(new MemoryJournal(), b -> b.transport(t -> t.ioThreads(1)));
        writer = RawClient.connected(server.clientPort());
        writer.call(create("/many"));
        for (int i = 0; i < CHILDREN; i++) {
            writer.gather(create("/many/" + NAME + i));
            if (i % 1_000 == 999) {
                writer.flush();
                for (int j = 0; j < 1_000; j++) {
                    assertEquals(0, writer.receive().header().err());
                }
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        writer.close();
        server.close();
    }

    private static Request create(String path) {
        return new Request.Create(OpCode.CREATE, path, new byte[10], Acl.OPEN, 0, 0);
    }

    private static void assertIsTheList(Received received) {
        List<String> names =
                assertInstanceOf(Response.Children2.class, received.body()).children();
        assertEquals(CHILDREN, names.size());
        assertEquals(CHILDREN, new HashSet<>(names).size());
        assertTrue(names.contains(NAME + 4711));
    }

    @Test
    void whatIsAskedBehindALongListIsAnsweredBehindIt() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gather(new Request.GetChildren2("/many", false));
            client.gather(new Request.GetData("/many", false));
            client.gather(new Request.GetChildren2("/many", true));
            client.gather(new Request.SetData("/many", new byte[3], -1));
            client.gather(new Request.GetAllChildrenNumber("/many"));
            client.gather(new Request.GetChildren2("/many", false));
            client.flush();
            assertIsTheList(client.receive());
            assertInstanceOf(Response.Data.class, client.receive().body());
            assertIsTheList(client.receive());
            assertInstanceOf(Response.StatOnly.class, client.receive().body());
            assertEquals(
                    new Response.AllChildrenNumber(CHILDREN), client.receive().body());
            assertIsTheList(client.receive());
        }
    }

    @Test
    void whileAClientDoesNotReadItsLongListOthersAreServedAndItsEventsWait() throws Exception {
        try (RawClient lazy = new RawClient(server.clientPort(), 4_096)) {
            lazy.handshake(30_000);
            lazy.send(new Request.GetChildren2("/many", true));
            // the server has only one I/O thread, and the list does not fit into the sockets' buffers
            for (int i = 0; i < 100; i++) {
                assertEquals(0, writer.call(create("/other-" + i)).header().err());
            }
            writer.call(create("/many/last"));
            assertIsTheList(lazy.receive());
            Received event = lazy.receive();
            assertNotNull(event.event());
            assertEquals(EventType.NODE_CHILDREN_CHANGED.code(), event.event().type());
        }
    }

    @Test
    void aSessionThatEndsBehindALongListStillGetsIt() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gather(new Request.GetChildren2("/many", false));
            client.gather(new Request.CloseSession());
            client.flush();
            List<Received> all = client.receiveToEnd();
            assertEquals(2, all.size());
            assertIsTheList(all.get(0));
            assertEquals(0, all.get(1).header().err());
        }
    }

    @Test
    void aClientThatLeavesInTheMidstOfALongListTakesNothingWithIt() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (RawClient client = new RawClient(server.clientPort(), 4_096)) {
                client.handshake(30_000);
                client.send(new Request.GetChildren2("/many", i % 2 == 0));
                client.awaitBytes();
            }
            assertEquals(
                    0, writer.call(new Request.GetData("/many", false)).header().err());
        }
    }
}
