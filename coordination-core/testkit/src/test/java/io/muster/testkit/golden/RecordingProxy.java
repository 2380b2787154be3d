package io.muster.testkit.golden;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between a client and a server on the loopback interface, forwards whole frames and keeps them, in steps that the
 * caller names. A frame is kept before it is forwarded, so whoever has seen a reply finds it recorded. Thread-safe.
 */
final class RecordingProxy implements Closeable {
    private static final int PING_XID = -2;

    /** What went each way between one call of {@link #step} and the next. */
    static final class Step {
        final String title;
        final List<byte[]> sent = new ArrayList<>();
        final List<byte[]> received = new ArrayList<>();

        Step(String title) {
            this.title = title;
        }
    }

    private final ServerSocket listening;
    private final int serverPort;
    private final List<Step> steps = new ArrayList<>();
    private final List<Socket> open = new ArrayList<>();
    private boolean keepPings;

    RecordingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::acceptAll);
    }

    int port() {
        return listening.getLocalPort();
    }

    synchronized void step(String title) {
        steps.add(new Step(title));
    }

    /** From now on pings are kept too; before, they come when they come, and are forwarded only. */
    synchronized void keepPings() {
        keepPings = true;
    }

    synchronized List<Step> steps() {
        return List.copyOf(steps);
    }

    /** Waits until the current step has seen a ping answered. */
    synchronized void awaitPing() throws InterruptedException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (current().received.stream().noneMatch(RecordingProxy::isPing)) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new AssertionError("no ping within 20 s");
            }
            wait(leftMs);
        }
    }

    /** Cuts the connections that there are; new ones are accepted. */
    synchronized void cut() {
        open.forEach(RecordingProxy::closeQuietly);
        open.clear();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                synchronized (this) {
                    open.add(client);
                    open.add(server);
                }
                start("to-server", () -> pump(client, server, true));
                start("to-client", () -> pump(server, client, false));
            }
        } catch (IOException e) {
            // closed: nothing more to accept
        }
    }

    private void pump(Socket from, Socket to, boolean sent) {
        try {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            boolean first = true;
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                keep(frame, sent, first);
                first = false;
                out.write(ByteBuffer.allocate(4 + frame.length)
                        .putInt(frame.length)
                        .put(frame)
                        .array());
                out.flush();
            }
        } catch (IOException e) {
            // one side has gone: so shall the other
        } finally {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private synchronized void keep(byte[] frame, boolean sent, boolean first) {
        if (!first && isPing(frame) && !keepPings) {
            return;
        }
        (sent ? current().sent : current().received).add(frame);
        notifyAll();
    }

    private Step current() {
        return steps.get(steps.size() - 1);
    }

    private static boolean isPing(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt() == PING_XID;
    }

    private static void start(String name, Runnable body) {
        Thread thread = new Thread(body, "golden-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
