package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
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

/** So many watches that whatever concerns all of them is long. The names carry the rows of our table of faults. */
@Timeout(240)
class HostileWatchesTest {
    private static final int WATCHES = 100_000;
    private static final int AT_A_TIME = 4_000;
    /** What an honest client may have to wait for beside all this, on a busy machine. */
    private static final long PATIENCE_MS = 20_000;

    private static final String LONG_NAME = "/" + "x".repeat(150) + "-";

    private static void watchAll(RawClient raw) throws Exception {
        for (int from = 0; from < WATCHES; from += AT_A_TIME) {
            JuteWriter some = new JuteWriter();
            for (int i = from; i < from + AT_A_TIME; i++) {
                some.writeBuffer(RawClient.encode(i, new Request.Exists(LONG_NAME + i, true)));
            }
            raw.sendBytes(some.toByteArray());
            for (int i = 0; i < AT_A_TIME; i++) {
                raw.receiveFrame();
            }
        }
    }

    @Test
    void f84_aHundredThousandWatchesOnLongPathsThatFireAtOnceCostASlowClientItsConnection() throws Exception {
        try (HostileServer server = HostileServer.start(
                        MusterProcess.builder().config("muster.maxQueuedBytesPerConnection", "2000000"));
                RawClient writer = server.connectWithSession();
                RawClient slow =
                        RawClient.connectWithSmallBuffers(server.process().port())) {
            slow.handshake(60_000, 0, new byte[16]);
            watchAll(slow);
            long before = server.residentBytes();
            int multis = 0;
            for (int from = 0; from < WATCHES; from += AT_A_TIME) {
                List<Request> creates = new ArrayList<>();
                for (int i = from; i < from + AT_A_TIME; i++) {
                    creates.add(new Request.Create(OpCode.CREATE, LONG_NAME + i, new byte[0], Acl.OPEN, 0, 0));
                }
                writer.send(multis++, new Request.Multi(creates));
            }
            for (int i = 0; i < multis; i++) {
                writer.receiveFrame();
            }
            server.awaitConsole("the slow client", log -> log.contains("does not read what it asked for"));
            assertTrue(slow.isClosedByServer());
            server.assertServed();
            server.assertGrewByLessThan(256 * HostileServer.MIB, before);
            try (MusterClient client = server.connectClient()) {
                assertEquals(WATCHES + 2, client.children("/").size());
            }
        }
    }

    @Test
    void f87_theCostlyWordsOfManyWatchesAndSessionsHoldUpNobody() throws Exception {
        int sessions = 3_000;
        try (HostileServer server = HostileServer.start(MusterProcess.builder().config("4lw.commands.whitelist", "*"));
                RawClient watcher = server.connect()) {
            watcher.handshake(60_000, 0, new byte[16]);
            watchAll(watcher);
            for (int i = 0; i < sessions; i++) {
                try (RawClient raw = server.connect()) {
                    assertTrue(raw.handshake(60_000, 0, new byte[16]).isAccepted());
                }
            }
            ExecutorService pool = Executors.newFixedThreadPool(2);
            try {
                server.takeLongestMs();
                List<Future<?>> loops = new ArrayList<>();
                for (String word : List.of("wchs", "wchc", "wchp", "dump", "cons")) {
                    loops.add(pool.submit(() -> {
                        for (int i = 0; i < 4; i++) {
                            String text = server.word(word);
                            assertTrue(isWhole(word, text), () -> word + " says " + text.length() + " characters");
                        }
                        return null;
                    }));
                }
                for (Future<?> loop : loops) {
                    loop.get();
                }
            } finally {
                pool.shutdownNow();
            }
            long longest = server.takeLongestMs();
            assertTrue(longest < PATIENCE_MS, "the honest client waited " + longest + " ms");
            assertTrue(server.word("dump")
                            .lines()
                            .filter(line -> line.startsWith("\t0x"))
                            .count()
                    >= sessions);
        }
    }

    private static boolean isWhole(String word, String text) {
        return switch (word) {
            case "wchs" -> text.contains("Total watches:" + WATCHES);
            case "wchc", "wchp" -> text.length() > WATCHES * LONG_NAME.length() && text.endsWith("\n\n");
            case "dump" -> text.contains("Sessions with Ephemerals");
            default -> text.contains("sid=");
        };
    }
}
