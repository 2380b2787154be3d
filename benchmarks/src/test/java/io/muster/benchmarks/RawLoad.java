package io.muster.benchmarks;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Many connections in one thread, each with a number of requests in flight, at as little cost as possible: on a machine that
 * the servers share with their clients, what the clients do not use is left to the servers. Used by one thread.
 */
final class RawLoad implements AutoCloseable {
    private static final int TIMEOUT_MS = 40_000;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 16;

    private final Selector selector;
    private final List<Line> lines = new ArrayList<>();

    /** Told of each reply. */
    interface Recorder {
        /** @param nanos from the sending of the request */
        void replied(long nanos);
    }

    /** One connection. */
    private static final class Line {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
        final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
        final long[] sentAt;
        int sent;
        int received;
        /** What is left of a body that nobody looks at. */
        long skip;

        Line(SocketChannel channel, int inFlight) {
            this.channel = channel;
            this.sentAt = new long[inFlight];
        }
    }

    RawLoad(String connectString, int connections, int inFlightOfEach) throws IOException {
        selector = Selector.open();
        int port = Integer.parseInt(connectString.substring(connectString.indexOf(':') + 1));
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            shakeHands(channel);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Line(channel, inFlightOfEach));
            lines.add((Line) channel.keyFor(selector).attachment());
        }
    }

    private static void shakeHands(SocketChannel channel) throws IOException {
        JuteWriter out = new JuteWriter();
        out.writeInt(0);
        new ConnectRequest(0, 0, TIMEOUT_MS, 0, new byte[ConnectRequest.PASSWORD_BYTES], false).write(out);
        out.setInt(0, out.size() - Integer.BYTES);
        ByteBuffer frame = ByteBuffer.wrap(out.toByteArray());
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
        ByteBuffer length = readFully(channel, Integer.BYTES);
        readFully(channel, length.getInt());
    }

    private static ByteBuffer readFully(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the server closed the connection");
            }
        }
        return buffer.flip();
    }

    /** A request as it is sent, again and again: servers do not care about its number. */
    static byte[] frame(Request request) {
        JuteWriter out = new JuteWriter();
        out.writeInt(0);
        new RequestHeader(1, request.op().code()).write(out);
        request.write(out);
        out.setInt(0, out.size() - Integer.BYTES);
        return out.toByteArray();
    }

    /** Sends requests 0 to {@code operations - 1}; returns when all are answered. Fails if one is answered by an error. */
    void run(int operations, IntFunction<byte[]> frames, Recorder recorder) throws IOException {
        int next = 0;
        int left = operations;
        for (Line line : lines) {
            line.sent = 0;
            line.received = 0;
            next = fill(line, next, operations, frames);
        }
        while (left > 0) {
            if (selector.select(30_000) == 0) {
                throw new IOException("no answer for 30 s, " + left + " are missing");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                Line line = (Line) key.attachment();
                if (line.channel.read(line.in) < 0) {
                    throw new EOFException("the server closed a connection");
                }
                left -= take(line, recorder);
                next = fill(line, next, operations, frames);
            }
            selector.selectedKeys().clear();
        }
    }

    private static int take(Line line, Recorder recorder) throws IOException {
        ByteBuffer in = line.in.flip();
        long now = System.nanoTime();
        int replies = 0;
        while (true) {
            int skipped = (int) Math.min(line.skip, in.remaining());
            in.position(in.position() + skipped);
            line.skip -= skipped;
            if (line.skip > 0 || in.remaining() < Integer.BYTES + HEADER_BYTES) {
                break;
            }
            int length = in.getInt();
            int xid = in.getInt();
            in.getLong();
            int err = in.getInt();
            line.skip = length - HEADER_BYTES;
            if (xid == -1) {
                continue;
            }
            if (err != 0) {
                throw new IOException("a request failed with " + err);
            }
            recorder.replied(now - line.sentAt[line.received++ % line.sentAt.length]);
            replies++;
        }
        in.compact();
        return replies;
    }

    private static int fill(Line line, int from, int operations, IntFunction<byte[]> frames) throws IOException {
        int next = from;
        ByteBuffer out = line.out;
        long now = System.nanoTime();
        while (next < operations && line.sent - line.received < line.sentAt.length) {
            byte[] frame = frames.apply(next);
            if (out.remaining() < frame.length) {
                break; // what is there is written first, and the rest with the next reply
            }
            out.put(frame);
            line.sentAt[line.sent++ % line.sentAt.length] = now;
            next++;
        }
        out.flip();
        while (out.hasRemaining()) {
            line.channel.write(out);
        }
        out.clear();
        return next;
    }

    @Override
    public void close() throws IOException {
        for (Line line : lines) {
            line.channel.close();
        }
        selector.close();
    }
}
