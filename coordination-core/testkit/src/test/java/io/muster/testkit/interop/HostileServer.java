package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.client.MusterClient;
import io.muster.client.Node;
import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * A server in a process of its own, with a heap of 256 MB, and an honest client that works on it without a pause: whatever
 * others send or do not send, it is served. {@link #close()} looks whether it was.
 */
final class HostileServer implements AutoCloseable {
    static final long MIB = 1L << 20;
    private static final String SERVED = "/served";

    private final MusterProcess process;
    private final MusterClient client;
    private final Thread worker;
    private final AtomicBoolean stop = new AtomicBoolean();
    private volatile int served;
    private volatile long longestNanos;
    private volatile Throwable failure;

    private HostileServer(MusterProcess process) throws InterruptedException {
        this.process = process;
        this.client = MusterClient.connect(process.connectString());
        client.create(SERVED, new byte[0]);
        worker = new Thread(this::work, "honest-client");
        worker.setDaemon(true);
        worker.start();
    }

    static HostileServer start() throws InterruptedException {
        return start(MusterProcess.builder());
    }

    static HostileServer start(ServerProcess.Builder<MusterProcess> settings) throws InterruptedException {
        MusterProcess process = settings.start();
        try {
            return new HostileServer(process);
        } catch (RuntimeException | InterruptedException e) {
            process.close();
            throw e;
        }
    }

    private void work() {
        try {
            for (int version = 1; !stop.get(); version++) {
                long startNanos = System.nanoTime();
                byte[] data = Integer.toString(version).getBytes();
                assertEquals(version, client.set(SERVED, data).version());
                Node read = client.get(SERVED);
                assertEquals(version, read.stat().version());
                longestNanos = Math.max(longestNanos, System.nanoTime() - startNanos);
                served = version;
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Returns when the honest client has been served again, twice. */
    void assertServed() throws InterruptedException {
        int before = served;
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (served < before + 2) {
            if (failure != null) {
                throw new AssertionError("the honest client failed", failure);
            }
            if (!process.isRunning()) {
                fail("the server ended:\n" + process.console());
            }
            assertTrue(System.nanoTime() - deadlineNanos < 0, "the honest client is not served");
            worker.join(1);
        }
    }

    /** The longest time that the honest client waited for a write and a read since the last call. */
    long takeLongestMs() {
        long longest = TimeUnit.NANOSECONDS.toMillis(longestNanos);
        longestNanos = 0;
        return longest;
    }

    MusterProcess process() {
        return process;
    }

    /** Another honest client than the one that works. */
    MusterClient connectClient() throws InterruptedException {
        return MusterClient.connect(process.connectString());
    }

    RawClient connect() throws IOException {
        return RawClient.connect(process.port());
    }

    RawClient connectWithSession() throws IOException {
        RawClient raw = connect();
        assertTrue(raw.handshake(20_000, 0, new byte[16]).isAccepted());
        return raw;
    }

    /** Asks for one of the costly words, and waits for the whole of it as long as a connection may be silent. */
    String word(String word) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), process.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static byte[] frame(int length, byte... start) {
        return ByteBuffer.allocate(Integer.BYTES + start.length)
                .putInt(length)
                .put(start)
                .array();
    }

    /** Waits until what the server wrote to its console is so. */
    void awaitConsole(String what, Predicate<String> condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.test(process.console())) {
            assertTrue(System.nanoTime() - deadlineNanos < 0, what + " is not in the server's log");
            worker.join(20);
        }
    }

    /** What the server has in memory; 0 where that cannot be asked. */
    long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
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

    void assertGrewByLessThan(long bytes, long before) throws IOException {
        long grownBy = residentBytes() - before;
        assertTrue(grownBy < bytes, "the server grew by " + grownBy / MIB + " MiB");
    }

    @Override
    public void close() throws InterruptedException {
        try {
            assertServed();
        } finally {
            stop.set(true);
            worker.join(60_000);
            client.close();
            process.close();
        }
    }
}
