package io.muster.client;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server that does what a test says, frame by frame, on a real socket; the test's own thread plays it. */
final class FakeServer implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 20_000;

    private final ServerSocket listener;

    FakeServer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(READ_TIMEOUT_MS);
    }

    String connectString() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    Peer accept() throws IOException {
        return new Peer(listener.accept());
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    record Received(int xid, Request request) {}

    /** One client's connection. */
    static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(READ_TIMEOUT_MS);
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        ConnectRequest handshake() throws IOException {
            return ConnectRequest.read(new JuteReader(readFrame()));
        }

        void answerHandshake(int protocolVersion, int timeoutMs, long sessionId) throws IOException {
            JuteWriter frame = new JuteWriter();
            new ConnectResponse(protocolVersion, timeoutMs, sessionId, new byte[16], false).write(frame);
            send(frame.toByteArray());
        }

        Received receive() throws IOException {
            JuteReader frame = new JuteReader(readFrame());
            RequestHeader header = RequestHeader.read(frame);
            OpCode op = OpCode.of(header.type());
            if (op == null) {
                throw new IOException("operation " + header.type());
            }
            return new Received(header.xid(), Request.read(op, frame));
        }

        void reply(int xid, long zxid, int err, Response body) throws IOException {
            JuteWriter frame = new JuteWriter();
            new ReplyHeader(xid, zxid, err).write(frame);
            body.write(frame);
            send(frame.toByteArray());
        }

        void send(byte[] frame) throws IOException {
            out.writeInt(frame.length);
            out.write(frame);
            out.flush();
        }

        void sendRaw(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Waits until the client has closed the connection. */
        void expectEnd() throws IOException {
            while (in.read() >= 0) {
                // what it sent before does not matter
            }
        }

        private byte[] readFrame() throws IOException {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return frame;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
