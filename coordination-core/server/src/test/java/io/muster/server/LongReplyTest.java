package io.muster.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.server.RawClient.Received;
import java.util.ArrayList;
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

    private static Request severalLists() {
        return new Request.MultiRead(List.of(
                new Request.GetChildren("/many", false),
                new Request.GetData("/missing", false),
                new Request.GetChildren("/many", false),
                new Request.GetData("/many", false),
                new Request.GetChildren("/many", false)));
    }

    private static void assertAreTheLists(Received received) {
        List<Response.OpResult> results =
                assertInstanceOf(Response.MultiResults.class, received.body()).results();
        assertEquals(5, results.size());
        assertEquals(Response.OpResult.failed(ErrorCode.NO_NODE.code()), results.get(1));
        assertInstanceOf(Response.Data.class, results.get(3).body());
        List<String> names =
                assertInstanceOf(Response.Children.class, results.get(0).body()).children();
        assertEquals(CHILDREN, new HashSet<>(names).size());
        assertEquals(results.get(0), results.get(2));
        assertEquals(results.get(0), results.get(4));
    }

    @Test
    void whatIsAskedAroundALongMultiOfReadsIsAnsweredInItsPlace() throws Exception {
        try (RawClient client = RawClient.connected(server.clientPort())) {
            client.gather(severalLists());
            client.gather(new Request.SetData("/many", new byte[3], -1));
            client.gather(severalLists()); // this one comes through the serial loop
            client.gather(new Request.GetChildren2("/many", false));
            client.flush();
            assertAreTheLists(client.receive());
            assertInstanceOf(Response.StatOnly.class, client.receive().body());
            assertAreTheLists(client.receive());
            assertIsTheList(client.receive());
        }
    }

    @Test
    void aLongMultiOfReadsWaitsInPiecesForItsClientAndOthersAreServedMeanwhile() throws Exception {
        // one that had its whole reply waiting would be closed
        try (MusterServer narrow = ServerFixture.start(
                        new MemoryJournal(),
                        b -> b.transport(t -> t.ioThreads(1).maxQueuedBytes(2 << 20)));
                RawClient owner = RawClient.connected(narrow.clientPort());
                RawClient lazy = new RawClient(narrow.clientPort(), 4_096)) {
            owner.call(new Request.Create(OpCode.CREATE, "/big", new byte[500_000], Acl.OPEN, 0, 0));
            List<Request> reads = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                reads.add(new Request.GetData("/big", false));
            }
            lazy.handshake(30_000);
            lazy.send(new Request.MultiRead(reads));
            for (int i = 0; i < 100; i++) {
                assertEquals(
                        0,
                        owner.call(new Request.GetData("/big", false)).header().err());
            }
            List<Response.OpResult> results = assertInstanceOf(
                            Response.MultiResults.class, lazy.receive().body())
                    .results();
            assertEquals(40, results.size());
            for (Response.OpResult result : results) {
                byte[] data =
                        assertInstanceOf(Response.Data.class, result.body()).data();
                assertNotNull(data);
                assertEquals(500_000, data.length);
            }
        }
    }

    @Test
    void aMultiOfReadsThatNoFrameCanHoldFailsAndTheConnectionLives() throws Exception {
        List<Request> reads = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            reads.add(new Request.GetChildren("/many", false));
        }
        Received received = writer.call(new Request.MultiRead(reads));
        assertEquals(ErrorCode.MARSHALLING_ERROR.code(), received.header().err());
        assertIsTheList(writer.call(new Request.GetChildren2("/many", false)));
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
