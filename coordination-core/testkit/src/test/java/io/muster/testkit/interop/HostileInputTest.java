package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.client.MusterClient;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.testkit.MusterProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever one connection sends or does not send, the others are served, and the server's memory stays what it was. The
 * names carry the rows of our table of faults.
 */
@Timeout(240)
class HostileInputTest {
    private static final int SILENT = 10_000;
    private static final long MIB = 1L << 20;

    private MusterProcess server;
    private MusterClient client;
    private int writes;

    @BeforeEach
    void startServer() throws InterruptedException {
        // Heap of 256 MB, as every ServerProcess.
        server = MusterProcess.start();
        client = MusterClient.connect(server.connectString());
        client.create("/served", new byte[0]);
    }

    @AfterEach
    void stopServer() {
        client.close();
        server.close();
    }

    private void assertServed() throws InterruptedException {
        assertEquals(++writes, client.set("/served", new byte[10]).version());
        assertTrue(server.isRunning());
    }

    private RawClient connect() throws IOException {
        return RawClient.connect(server.port());
    }

    private RawClient connectWithSession() throws IOException {
        RawClient raw = connect();
        assertTrue(raw.handshake(20_000, 0, new byte[16]).isAccepted());
        return raw;
    }

    private static void send(RawClient raw, byte[] bytes) throws IOException {
        try {
            raw.sendBytes(bytes);
        } catch (SocketException e) {
            // the server has had enough already
        }
    }

    private static byte[] frame(int length, byte... start) {
        return ByteBuffer.allocate(Integer.BYTES + start.length)
                .putInt(length)
                .put(start)
                .array();
    }

    @Test
    void f74_garbageClosesItsConnectionAndNoOther() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[1 + random.nextInt(5_000)];
            random.nextBytes(garbage);
            garbage[0] |= (byte) 0x80; // a length below zero, never a word and never a frame to wait for
            try (RawClient raw = i % 2 == 0 ? connect() : connectWithSession()) {
                send(raw, garbage);
                assertTrue(raw.isClosedByServer());
            }
        }
        assertServed();
    }

    @Test
    void f74_aHandshakeOfNonsenseClosesItsConnection() throws Exception {
        Random random = new Random(2);
        for (int length : new int[] {0, 1, 3, 27, 28, 44, 45, 100, 10_000}) {
            byte[] nonsense = new byte[length];
            random.nextBytes(nonsense);
            try (RawClient raw = connect()) {
                send(raw, frame(length, nonsense));
                assertTrue(raw.isClosedByServer(), length + " bytes");
            }
        }
        assertServed();
    }

    @Test
    void f74_aLengthOfTwoGigabytesIsNotWaitedForNorAllocated() throws Exception {
        long before = residentBytes();
        for (int i = 0; i < 50; i++) {
            for (int length : new int[] {Integer.MAX_VALUE, 0x7fff_0000, 1 << 20, -1, Integer.MIN_VALUE}) {
                try (RawClient raw = i % 2 == 0 ? connect() : connectWithSession()) {
                    send(raw, frame(length, new byte[100]));
                    assertTrue(raw.isClosedByServer(), "length " + length);
                }
            }
        }
        assertServed();
        assertGrewByLessThan(200 * MIB, before);
    }

    @Test
    void f74_aFrameThatNeverEndsHoldsUpNobody() throws Exception {
        try (RawClient unfinished = connectWithSession();
                RawClient halfALength = connectWithSession();
                RawClient halfAHandshake = connect()) {
            send(unfinished, frame(1_000, new byte[500]));
            send(halfALength, new byte[] {0, 0});
            send(halfAHandshake, frame(45, new byte[20]));
            assertServed();
        }
        assertServed();
    }

    @Test
    void f78_anUnknownOperationIsAnsweredAndClosed() throws Exception {
        for (int type : new int[] {0, 10, 13, 23, 99, 108, -1, -10, 12_345, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            try (RawClient raw = connectWithSession()) {
                JuteWriter request = new JuteWriter();
                new RequestHeader(7, type).write(request);
                request.writeString("/served").writeInt(-1);
                raw.sendFrame(request.toByteArray());
                ReplyHeader reply = ReplyHeader.read(new JuteReader(raw.receiveFrame()));
                assertEquals(new ReplyHeader(7, -1, ErrorCode.UNIMPLEMENTED.code()), reply, "type " + type);
                assertTrue(raw.isClosedByServer(), "type " + type);
            }
        }
        assertServed();
    }

    @Test
    void f75_aRequestThatCannotBeReadIsAnErrorAndItsConnectionGoesOn() throws Exception {
        try (RawClient raw = connectWithSession()) {
            for (int type :
                    new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 19, 21, 22, 101, 103, 104, 105, 106}) {
                JuteWriter request = new JuteWriter();
                new RequestHeader(7, type).write(request);
                request.writeInt(Integer.MAX_VALUE); // of a string, a vector or a header, none of which follows
                raw.sendFrame(request.toByteArray());
                ReplyHeader reply = ReplyHeader.read(new JuteReader(raw.receiveFrame()));
                assertEquals(ErrorCode.MARSHALLING_ERROR.code(), reply.err(), "type " + type);
            }
            assertEquals(0, raw.ask(new Request.Exists("/served", false)).err());
        }
        assertServed();
    }

    @Test
    void f82_tenThousandSilentConnectionsHoldUpNobody() throws Exception {
        long limit = hardLimitOfOpenFiles();
        assumeTrue(
                limit >= SILENT + 1_000,
                "a process may open only " + limit + " files here (ulimit -Hn); this test needs " + (SILENT + 1_000));
        long before = residentBytes();
        Process silent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SilentConnections.class.getName(),
                        Integer.toString(server.port()),
                        Integer.toString(SILENT))
                .redirectError(ProcessBuilder.Redirect.to(new File("/dev/null")))
                .start();
        try (BufferedReader out = silent.inputReader(StandardCharsets.US_ASCII)) {
            assertEquals("open " + SILENT, out.readLine());
            awaitConnections(SILENT);
            for (int i = 0; i < 100; i++) {
                assertServed();
            }
            try (MusterClient another = MusterClient.connect(server.connectString())) {
                assertNotNull(another.get("/served"));
            }
            assertGrewByLessThan(400 * MIB, before);
        } finally {
            silent.destroyForcibly();
            assertTrue(silent.waitFor(30, TimeUnit.SECONDS));
        }
        assertServed();
    }

    private void awaitConnections(int count) {
        Pattern connections = Pattern.compile("Connections: (\\d+)");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        String answer;
        do {
            answer = server.fourLetterWord("srvr");
            Matcher matcher = connections.matcher(answer);
            if (matcher.find() && Integer.parseInt(matcher.group(1)) >= count) {
                return;
            }
        } while (System.nanoTime() - deadlineNanos < 0);
        fail("the server has not taken " + count + " connections: " + answer);
    }

    private void assertGrewByLessThan(long bytes, long before) throws IOException {
        long grownBy = residentBytes() - before;
        assertTrue(grownBy < bytes, "the server grew by " + grownBy / MIB + " MiB");
    }

    /** What the server has in memory; 0 where that cannot be asked. */
    private long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(server.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return 1_024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    /** The JVM raises its own limit to this one. */
    private static long hardLimitOfOpenFiles() throws IOException {
        Path limits = Path.of("/proc/self/limits");
        if (!Files.exists(limits)) {
            return 0;
        }
        for (String line : Files.readAllLines(limits)) {
            if (line.startsWith("Max open files")) {
                String hard = line.trim().split("\\s{2,}")[2];
                return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
            }
        }
        return 0;
    }
}
