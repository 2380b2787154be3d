package io.muster.testkit.interop;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A client that does what it is told and nothing else: no pings, no reconnects, and nonsense if that is asked for. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private int xid;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new DataOutputStream(socket.getOutputStream());
        this.in = new DataInputStream(socket.getInputStream());
    }

    static RawClient connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return new RawClient(socket);
    }

    ConnectResponse handshake(int timeoutMs, long sessionId, byte[] password) throws IOException {
        sendHandshake(timeoutMs, sessionId, password);
        return ConnectResponse.read(new JuteReader(receiveFrame()));
    }

    void sendHandshake(int timeoutMs, long sessionId, byte[] password) throws IOException {
        JuteWriter request = new JuteWriter();
        new ConnectRequest(0, 0, timeoutMs, sessionId, password, false).write(request);
        sendFrame(request.toByteArray());
    }

    /** Sends a handshake unless the server has closed the connection already. */
    void sendHandshakeInVain(int timeoutMs) throws IOException {
        try {
            sendHandshake(timeoutMs, 0, new byte[16]);
        } catch (SocketException e) {
            // it has
        }
    }

    ReplyHeader create(String path, int flags) throws IOException {
        return ask(new Request.Create(OpCode.CREATE, path, new byte[0], Acl.OPEN, flags, 0));
    }

    ReplyHeader ask(Request request) throws IOException {
        JuteWriter frame = new JuteWriter();
        new RequestHeader(++xid, request.op().code()).write(frame);
        request.write(frame);
        sendFrame(frame.toByteArray());
        return ReplyHeader.read(new JuteReader(receiveFrame()));
    }

    /** Sends a request and does not wait. */
    void send(int requestXid, Request request) throws IOException {
        sendFrame(encode(requestXid, request));
    }

    static byte[] encode(int requestXid, Request request) {
        JuteWriter frame = new JuteWriter();
        new RequestHeader(requestXid, request.op().code()).write(frame);
        request.write(frame);
        return frame.toByteArray();
    }

    /** The next reply to one of these xids, whatever comes before it; null when the server closes the connection. */
    @Nullable
    ReplyHeader awaitReply(int... requestXids) throws IOException {
        try {
            while (true) {
                ReplyHeader header = ReplyHeader.read(new JuteReader(receiveFrame()));
                if (Arrays.stream(requestXids).anyMatch(each -> each == header.xid())) {
                    return header;
                }
            }
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    /** Waits for a frame; false if the connection is closed instead. */
    boolean isAnswered() throws IOException {
        try {
            return receiveFrame().length > 0;
        } catch (EOFException | SocketException e) {
            return false;
        }
    }

    /** For one that does not read: the fewest bytes that the system allows between the server and us. */
    static RawClient connectWithSmallBuffers(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        return new RawClient(socket);
    }

    /** Sends unless the server has had enough already, and closed the connection: false then. */
    boolean sendInVain(byte[] bytes) throws IOException {
        try {
            sendBytes(bytes);
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    void sendFrame(byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    void sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    byte[] receiveFrame() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    /** Waits until the server closes the connection, whatever it sends before; false if it does not within a minute. */
    boolean isClosedByServer() throws IOException {
        try {
            byte[] buffer = new byte[1_024];
            int read = in.read(buffer);
            while (read >= 0) {
                read = in.read(buffer);
            }
            return true;
        } catch (EOFException | SocketException e) {
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
