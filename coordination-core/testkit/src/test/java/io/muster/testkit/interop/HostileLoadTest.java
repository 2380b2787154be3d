package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.CreateOptions;
import io.muster.client.MusterClient;
import io.muster.client.Op;
import io.muster.protocol.Acl;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.testkit.MusterProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Too much of everything that a client may ask for. The names carry the rows of our table of faults. */
@Timeout(240)
class HostileLoadTest {
    private static final int XID = 7;
    /** What an honest client may have to wait for beside all this, on a busy machine. */
    private static final long PATIENCE_MS = 20_000;

    private static final int FRAME_LIMIT = 0xfffff;

    @Test
    void f80_dataPastTheFrameLimitCostsItsSenderTheConnectionAndDataBelowItIsKept() throws Exception {
        try (HostileServer server = HostileServer.start();
                RawClient raw = server.connectWithSession()) {
            byte[] most = new byte[FRAME_LIMIT - 100];
            assertEquals(0, raw.ask(create("/most", most, 0)).err());
            raw.sendInVain(HostileServer.frame(FRAME_LIMIT + 1, new byte[FRAME_LIMIT + 1]));
            assertTrue(raw.isClosedByServer());
            server.awaitConsole("the limit", log -> log.contains("jute.maxbuffer"));
            try (MusterClient client = server.connectClient()) {
                assertEquals(most.length, client.get("/most").data().length);
            }
        }
    }

    @Test
    void f80_whatWasTakenInIsReadAgainAfterACrash() throws Exception {
        try (MusterProcess process = MusterProcess.start()) {
            byte[] most = new byte[FRAME_LIMIT - 100];
            try (RawClient raw = RawClient.connect(process.port())) {
                raw.handshake(20_000, 0, new byte[16]);
                List<Request> creates = new ArrayList<>();
                for (int i = 0; i < 12_000; i++) {
                    // its transaction is larger than its request: each operation has an inner header, and a sequence
                    creates.add(create("/s-", new byte[0], 2));
                }
                raw.send(XID, new Request.Multi(creates));
                assertNotNull(raw.awaitReply(XID));
                assertEquals(0, raw.ask(create("/most", most, 0)).err());
            }
            process.kill();
            process.restart();
            try (MusterClient client = MusterClient.connect(process.connectString())) {
                assertEquals(most.length, client.get("/most").data().length);
                assertEquals(12_000 + 2, client.children("/").size());
            }
        }
    }

    @Test
    void f80_aListOfChildrenMayBeLongerThanAFrame() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient client = server.connectClient()) {
            fill(client, "/long", 20_000, "x".repeat(100));
            try (RawClient raw = server.connectWithSession()) {
                raw.send(XID, new Request.GetChildren("/long", false));
                assertTrue(raw.receiveFrame().length > 2 * FRAME_LIMIT);
            }
        }
    }

    @Test
    void f81_namesWithEqualHashesCostNoMoreThanOthers() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient client = server.connectClient();
                RawClient raw = server.connectWithSession()) {
            client.create("/flood", new byte[0]);
            server.takeLongestMs();
            List<Op> batch = new ArrayList<>();
            for (int i = 0; i < 1 << 13; i++) {
                // "Aa" and "BB" have the same hash as strings
                StringBuilder path = new StringBuilder("/flood/");
                for (int bit = 0; bit < 13; bit++) {
                    path.append((i >>> bit & 1) == 0 ? "Aa" : "BB");
                }
                batch.add(Op.create(path.toString(), new byte[0]));
                raw.sendFrame(RawClient.encode(XID, new Request.Exists(path.toString(), true)));
                raw.receiveFrame();
                if (batch.size() == 1 << 10) {
                    client.multi(batch);
                    batch.clear();
                    for (int event = 0; event < 1 << 10; event++) {
                        raw.receiveFrame();
                    }
                }
            }
            assertEquals(1 << 13, client.children("/flood").size());
            long longest = server.takeLongestMs();
            assertTrue(longest < PATIENCE_MS, "the honest client waited " + longest + " ms");
        }
    }

    @Test
    void f82_aFloodOfConnectionsFromOneAddressEndsAtItsLimit() throws Exception {
        int limit = 40;
        try (HostileServer server =
                HostileServer.start(MusterProcess.builder().config("maxClientCnxns", Integer.toString(limit)))) {
            List<RawClient> flood = new ArrayList<>();
            int accepted = 0;
            try {
                for (int i = 0; i < 5 * limit; i++) {
                    RawClient raw = server.connect();
                    flood.add(raw);
                    raw.sendHandshakeInVain(20_000);
                }
                for (RawClient raw : flood) {
                    accepted += raw.isAnswered() ? 1 : 0;
                }
                assertTrue(accepted > 0 && accepted < limit, accepted + " were accepted"); // the honest client has one
                server.awaitConsole("the limit", log -> log.contains("maxClientCnxns"));
            } finally {
                for (RawClient raw : flood) {
                    raw.close();
                }
            }
        }
    }

    @Test
    void f82_aHandshakeAByteAtATimeHasADeadline() throws Exception {
        try (HostileServer server = HostileServer.start();
                RawClient raw = server.connect()) {
            raw.sendBytes(new byte[] {0});
            raw.sendBytes(new byte[] {0});
            assertTrue(raw.isClosedByServer());
        }
    }

    @Test
    void f83_aClientThatDoesNotReadIsNotReadAndHasNoMemory() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient client = server.connectClient();
                RawClient raw = server.connectWithSession()) {
            client.create("/big", new byte[1_000_000]);
            long before = server.residentBytes();
            for (int i = 0; i < 1_000; i++) {
                raw.send(i, new Request.GetData("/big", false));
            }
            server.assertServed();
            for (int i = 0; i < 100; i++) {
                client.get("/served");
            }
            server.assertGrewByLessThan(200 * HostileServer.MIB, before);
            // late, but all of it
            for (int i = 0; i < 1_000; i++) {
                assertTrue(raw.receiveFrame().length > 1_000_000);
            }
        }
    }

    /** These go through the one thread that serves all, where replies could pile up. */
    @Test
    void f83_aGigabyteOfWatchedReadsInOneGoIsAnsweredAsItIsRead() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient client = server.connectClient();
                RawClient greedy = server.connectWithSession()) {
            client.create("/big", new byte[1_000_000]);
            fill(client, "/many", 20_000, "x".repeat(50));
            JuteWriter all = new JuteWriter();
            for (int i = 0; i < 1_000; i++) {
                Request request =
                        i % 2 == 0 ? new Request.GetChildren("/many", true) : new Request.GetData("/big", true);
                all.writeBuffer(RawClient.encode(i, request));
            }
            long before = server.residentBytes();
            greedy.sendBytes(all.toByteArray());
            for (int i = 0; i < 100; i++) {
                server.assertServed();
            }
            server.assertGrewByLessThan(200 * HostileServer.MIB, before);
            for (int i = 0; i < 1_000; i++) {
                assertTrue(greedy.receiveFrame().length > 1_000_000);
            }
        }
    }

    @Test
    void f83_aGigabyteOfMultisOfReadsInOneGoIsAnsweredAsItIsRead() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient client = server.connectClient();
                RawClient greedy = server.connectWithSession()) {
            client.create("/big", new byte[1_000_000]);
            JuteWriter all = new JuteWriter();
            // a watched read first, so that the others wait behind it in the one thread
            all.writeBuffer(RawClient.encode(0, new Request.GetData("/big", true)));
            for (int i = 1; i < 1_000; i++) {
                all.writeBuffer(
                        RawClient.encode(i, new Request.MultiRead(List.of(new Request.GetData("/big", false)))));
            }
            long before = server.residentBytes();
            greedy.sendBytes(all.toByteArray());
            for (int i = 0; i < 100; i++) {
                server.assertServed();
            }
            server.assertGrewByLessThan(200 * HostileServer.MIB, before);
            for (int i = 0; i < 1_000; i++) {
                assertTrue(greedy.receiveFrame().length > 1_000_000);
            }
        }
    }

    @Test
    void f83_manySlowClientsTogetherHaveNoMoreMemoryThanAllMay() throws Exception {
        try (HostileServer server =
                        HostileServer.start(MusterProcess.builder().config("muster.maxQueuedBytes", "50000000"));
                MusterClient client = server.connectClient()) {
            String name = "/" + "x".repeat(50_000);
            client.create(name, new byte[0]);
            List<RawClient> slow = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    RawClient raw =
                            RawClient.connectWithSmallBuffers(server.process().port());
                    slow.add(raw);
                    raw.handshake(20_000, 0, new byte[16]);
                    assertEquals(0, raw.ask(new Request.AddWatch(name, 0)).err());
                }
                long before = server.residentBytes();
                for (int i = 0; i < 400; i++) {
                    client.set(name, new byte[0]); // 20 MB of events for each, 400 MB in all
                }
                server.awaitConsole("the limit", log -> log.contains("muster.maxQueuedBytes)"));
                server.assertGrewByLessThan(300 * HostileServer.MIB, before);
            } finally {
                for (RawClient raw : slow) {
                    raw.close();
                }
            }
        }
    }

    @Test
    void f84_anEventStormCostsASlowClientItsConnection() throws Exception {
        try (HostileServer server = HostileServer.start(
                        MusterProcess.builder().config("muster.maxQueuedBytesPerConnection", "2000000"));
                MusterClient client = server.connectClient();
                RawClient slow =
                        RawClient.connectWithSmallBuffers(server.process().port())) {
            slow.handshake(20_000, 0, new byte[16]);
            assertEquals(0, slow.ask(new Request.AddWatch("/", 1)).err());
            String name = "/" + "x".repeat(50_000);
            client.create(name, new byte[0]);
            for (int i = 0; i < 400; i++) {
                client.set(name, new byte[0]);
            }
            server.awaitConsole("the slow client", log -> log.contains("does not read what it asked for"));
            assertTrue(slow.isClosedByServer());
        }
    }

    @Test
    void f85_tenThousandSessionsThatExpireAtOnceHoldUpNobody() throws Exception {
        try (HostileServer server = HostileServer.start()) {
            for (int i = 0; i < 10_000; i++) {
                try (RawClient raw = server.connect()) {
                    assertTrue(raw.handshake(1_000, 0, new byte[16]).isAccepted());
                    if (i % 10 == 0) {
                        raw.create("/e" + i, 1);
                    }
                }
            }
            try (MusterClient client = server.connectClient()) {
                long patience = System.nanoTime() + 60_000_000_000L;
                while (client.children("/").size() > 2) {
                    assertTrue(System.nanoTime() - patience < 0, "they do not expire");
                }
            }
            long longest = server.takeLongestMs();
            assertTrue(longest < PATIENCE_MS, "the honest client waited " + longest + " ms");
        }
    }

    @Test
    void f86_aDeepTreeIsWalkedWithoutAStack() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient client = server.connectClient()) {
            StringBuilder path = new StringBuilder();
            List<Op> batch = new ArrayList<>();
            for (int depth = 0; depth < 5_000; depth++) {
                path.append("/d");
                batch.add(Op.create(path.toString(), new byte[0]));
                if (batch.size() == 50) {
                    client.multi(batch);
                    batch.clear();
                }
            }
            assertEquals(5_000 - 1, client.descendantCount("/d"));
            assertNotNull(client.get(path.toString()));
        }
    }

    @Test
    void f86_aSessionThatAsksForItsManyEphemeralsAThousandTimesHarmsNobody() throws Exception {
        try (HostileServer server = HostileServer.start();
                RawClient greedy = server.connectWithSession()) {
            for (int i = 0; i < 20; i++) {
                List<Request> creates = new ArrayList<>();
                for (int j = 0; j < 1_000; j++) {
                    creates.add(create("/" + "x".repeat(100) + "-", new byte[0], 3));
                }
                greedy.send(XID, new Request.Multi(creates));
                assertNotNull(greedy.awaitReply(XID));
            }
            JuteWriter all = new JuteWriter();
            for (int i = 0; i < 1_000; i++) {
                all.writeBuffer(RawClient.encode(i, new Request.GetEphemerals("/")));
            }
            greedy.sendInVain(all.toByteArray());
            server.awaitConsole("the limit", log -> log.contains("does not read what it asked for"));
            assertTrue(greedy.isClosedByServer());
        }
    }

    @Test
    void f87_commandsInALoopHoldUpNobodyAndThoseNotAllowedSaySo() throws Exception {
        try (HostileServer server = HostileServer.start(
                MusterProcess.builder().config("4lw.commands.whitelist", "srvr,ruok,mntr,cons,wchs,stat"))) {
            assertTrue(server.process().fourLetterWord("wchp").contains("not in the whitelist"));
            assertTrue(server.process().fourLetterWord("dump").contains("not in the whitelist"));
            List<RawClient> others = new ArrayList<>();
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                for (int i = 0; i < 500; i++) {
                    others.add(server.connectWithSession());
                }
                server.takeLongestMs();
                List<Future<?>> loops = new ArrayList<>();
                for (String word : List.of("cons", "stat", "mntr", "wchs")) {
                    loops.add(pool.submit(() -> {
                        for (int i = 0; i < 100; i++) {
                            server.process().fourLetterWord(word);
                        }
                    }));
                }
                for (Future<?> loop : loops) {
                    loop.get();
                }
                long longest = server.takeLongestMs();
                assertTrue(longest < PATIENCE_MS, "the honest client waited " + longest + " ms");
            } finally {
                pool.shutdownNow();
                for (RawClient other : others) {
                    other.close();
                }
            }
        }
    }

    private static Request create(String path, byte[] data, int flags) {
        return new Request.Create(OpCode.CREATE, path, data, Acl.OPEN, flags, 0);
    }

    private static void fill(MusterClient client, String parent, int children, String prefix)
            throws InterruptedException {
        client.create(parent, new byte[0]);
        List<Op> batch = new ArrayList<>();
        for (int i = 0; i < children; i++) {
            batch.add(Op.create(parent + "/" + prefix + i, new byte[0], CreateOptions.PERSISTENT));
            if (batch.size() == 1_000 || i == children - 1) {
                client.multi(batch);
                batch.clear();
            }
        }
    }
}
