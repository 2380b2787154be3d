package io.muster.server;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.WatcherEvent;
import io.muster.protocol.Xids;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client as plain as can be: one socket, blocking, with a deadline for every read. Used by one thread. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private final ArrayDeque<OpCode> expected = new ArrayDeque<>();
    private int lastXid;

    /** What came: an event, or a reply with its body. */
    record Received(ReplyHeader header, @Nullable WatcherEvent event, Response body) {}

    RawClient(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBufferBytes a small one makes the server feel that nobody reads; 0 for the usual */
    RawClient(int port, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    }

    static RawClient connected(int port) throws IOException {
        RawClient client = new RawClient(port);
        client.handshake(30_000);
        return client;
    }

    /** With a handshake that was sent and is not answered yet. */
    static RawClient connectedLater(int port) throws IOException {
        RawClient client = new RawClient(port);
        client.gatherHandshake(new ConnectRequest(0, 0, 30_000, 0, new byte[16], false));
        client.flush();
        return client;
    }

    ConnectResponse handshake(int timeoutMs) throws IOException {
        return handshake(new ConnectRequest(0, 0, timeoutMs, 0, new byte[16], false));
    }

    ConnectResponse handshake(ConnectRequest request) throws IOException {
        gatherHandshake(request);
        flush();
        return ConnectResponse.read(new JuteReader(frame()));
    }

    void gatherHandshake(ConnectRequest request) {
        JuteWriter out = new JuteWriter();
        request.write(out);
        gatherFrame(out.toByteArray());
    }

    ConnectResponse handshakeReply() throws IOException {
        return ConnectResponse.read(new JuteReader(frame()));
    }

    /** Puts a request into what the next flush sends. */
    int gather(Request request) {
        return gather(++lastXid, request);
    }

    int gather(int xid, Request request) {
        JuteWriter out = new JuteWriter();
        new RequestHeader(xid, request.op().code()).write(out);
        request.write(out);
        gatherFrame(out.toByteArray());
        expected.add(request.op());
        return xid;
    }

    void gatherFrame(byte[] content) {
        JuteWriter out = new JuteWriter();
        out.writeBuffer(content);
        gathered.writeBytes(out.toByteArray());
    }

    void expect(OpCode op) {
        expected.add(op);
    }

    void gatherBytes(byte[] bytes) {
        gathered.writeBytes(bytes);
    }

    void flush() throws IOException {
        socket.getOutputStream().write(gathered.toByteArray());
        gathered.reset();
    }

    /** Sends one request. */
    int send(Request request) throws IOException {
        int xid = gather(request);
        flush();
        return xid;
    }

    /** Sends one request and returns what comes next, be it its reply or an event. */
    Received call(Request request) throws IOException {
        send(request);
        return receive();
    }

    Received receive() throws IOException {
        JuteReader frame = new JuteReader(frame());
        ReplyHeader header = ReplyHeader.read(frame);
        if (header.xid() == Xids.NOTIFICATION) {
            return new Received(header, WatcherEvent.read(frame), Response.EMPTY);
        }
        OpCode op = expected.remove();
        Response body = header.err() == 0 ? Response.read(op, frame) : Response.EMPTY;
        return new Received(header, null, body);
    }

    private byte[] frame() throws IOException {
        byte[] content = new byte[in.readInt()];
        in.readFully(content);
        return content;
    }

    /** Whether bytes are there to be read now. */
    boolean hasBytes() throws IOException {
        return in.available() > 0;
    }

    /** Waits until bytes are there to be read, and leaves them there. */
    void awaitBytes() throws IOException {
        in.mark(1);
        in.readByte();
        in.reset();
    }

    /** Everything up to the end of the stream. */
    String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Reads until the server closes the connection, and returns the events and replies before that. */
    List<Received> receiveToEnd() throws IOException {
        List<Received> all = new ArrayList<>();
        while (true) {
            try {
                all.add(receive());
            } catch (EOFException | SocketException e) {
                return all;
            }
        }
    }

    /** Says that nothing more comes, and goes on reading. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
