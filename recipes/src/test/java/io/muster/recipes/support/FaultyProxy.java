package io.muster.recipes.support;

import io.muster.protocol.OpCode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands between clients and a server, frame by frame, and breaks what a test wants broken. Any thread.
 *
 * <p>{@link #cut()} closes all connections and lets no new one through until {@link #heal()}; {@link
 * #swallow()} keeps them open but lets nothing through.
 */
public final class FaultyProxy implements AutoCloseable {
    private static final int NOTIFICATION = -1;

    private final int serverPort;
    private final ServerSocket listener;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private final LinkedBlockingQueue<Integer> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger notifications = new AtomicInteger();
    private volatile boolean refusing;
    private volatile boolean swallowing;
    private volatile @Nullable OpCode dropReplyTo;
    private volatile boolean cutOnDrop;
    private volatile CountDownLatch replies = new CountDownLatch(0);

    public FaultyProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon("accept", this::accept);
    }

    public String connectString() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** The next request of this kind reaches the server, and in place of its answer the connection ends; once. */
    public void dropReplyTo(OpCode op) {
        dropReplyTo = op;
    }

    /** The same, and then {@link #cut()}. */
    public void dropReplyToAndCut(OpCode op) {
        cutOnDrop = true;
        dropReplyTo = op;
    }

    /** Whether a reply that is to be dropped has not come by yet. */
    public boolean isArmed() {
        return dropReplyTo != null;
    }

    public void cut() {
        refusing = true;
        breakConnections();
    }

    /** Closes all connections, but lets clients come back at once. */
    public void breakConnections() {
        pairs.forEach(Pair::close);
    }

    public void swallow() {
        swallowing = true;
    }

    /** Ends {@link #cut()} and {@link #swallow()}; connections on which something was swallowed are closed. */
    public void heal() {
        if (swallowing) {
            swallowing = false;
            breakConnections();
        }
        refusing = false;
    }

    /** The kind of the next request that a client sent, in the order of their coming; null when there is none. */
    public @Nullable OpCode nextRequest() {
        Integer code = requests.poll();
        return code == null ? null : OpCode.of(code);
    }

    /** The same; waits for one. */
    public OpCode awaitRequest() throws InterruptedException {
        Integer code = requests.poll(30, TimeUnit.SECONDS);
        OpCode op = code == null ? null : OpCode.of(code);
        if (op == null) {
            throw new AssertionError("no request, or an unknown one: " + code);
        }
        return op;
    }

    /** Replies wait here until {@link #letRepliesGo()}. */
    public void holdReplies() {
        replies = new CountDownLatch(1);
    }

    public void letRepliesGo() {
        replies.countDown();
    }

    /** How many watch events went to clients. */
    public int notifications() {
        return notifications.get();
    }

    @Override
    public void close() throws IOException {
        letRepliesGo();
        listener.close();
        breakConnections();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Pair pair = new Pair(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
                pairs.add(pair);
                if (refusing) {
                    pair.close();
                }
                daemon("requests", () -> pair.pump(pair.client, pair.server, true));
                daemon("replies", () -> pair.pump(pair.server, pair.client, false));
            } catch (IOException e) {
                // the server is gone, or we are: the client sees a closed connection
            }
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, "faulty-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts these threads", e);
        }
    }

    private final class Pair {
        private final Socket client;
        private final Socket server;
        /** Of requests whose reply must not come through. */
        private final Set<Integer> doomed = ConcurrentHashMap.newKeySet();

        Pair(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void pump(Socket from, Socket to, boolean requests) {
            try {
                DataInputStream in = new DataInputStream(from.getInputStream());
                DataOutputStream out = new DataOutputStream(to.getOutputStream());
                for (boolean handshake = true; ; handshake = false) {
                    byte[] frame = new byte[in.readInt()];
                    in.readFully(frame);
                    if (swallowing) {
                        continue;
                    }
                    if (!handshake && !(requests ? request(frame) : reply(frame))) {
                        return;
                    }
                    byte[] whole = ByteBuffer.allocate(Integer.BYTES + frame.length)
                            .putInt(frame.length)
                            .put(frame)
                            .array();
                    out.write(whole);
                    out.flush();
                }
            } catch (IOException e) {
                // one side closed it
            } finally {
                close();
            }
        }

        private boolean request(byte[] frame) {
            OpCode op = dropReplyTo;
            int type = ByteBuffer.wrap(frame).getInt(Integer.BYTES);
            requests.add(type);
            if (op != null && type == op.code()) {
                dropReplyTo = null;
                doomed.add(ByteBuffer.wrap(frame).getInt());
            }
            return true;
        }

        private boolean reply(byte[] frame) {
            awaitUninterruptibly(replies);
            int xid = ByteBuffer.wrap(frame).getInt();
            if (xid == NOTIFICATION) {
                notifications.incrementAndGet();
            }
            if (!doomed.contains(xid)) {
                return true;
            }
            if (cutOnDrop) {
                cutOnDrop = false;
                cut();
            }
            return false;
        }

        void close() {
            pairs.remove(this);
            try {
                client.close();
                server.close();
            } catch (IOException e) {
                // closed is closed
            }
        }
    }
}
