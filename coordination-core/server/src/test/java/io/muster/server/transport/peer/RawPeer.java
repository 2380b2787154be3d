package io.muster.server.transport.peer;

import io.muster.protocol.JuteWriter;
import io.muster.replica.peer.InitialMessage;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.NotificationCodec;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;

/** The other end of one of our connections, byte by byte. */
final class RawPeer implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MS);
        in = new DataInputStream(socket.getInputStream());
    }

    static RawPeer dial(int port) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Dials and says who it is. */
    static RawPeer dial(int port, long id, InitialMessage.Address... addresses) throws IOException {
        RawPeer peer = dial(port);
        JuteWriter writer = new JuteWriter();
        new InitialMessage(id, List.of(addresses)).write(writer);
        peer.send(writer.toByteArray());
        return peer;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(Notification notification) throws IOException {
        JuteWriter writer = new JuteWriter();
        writer.writeInt(0);
        NotificationCodec.write(writer, notification);
        writer.setInt(0, writer.size() - Integer.BYTES);
        send(writer.toByteArray());
    }

    InitialMessage greeting() throws IOException {
        InitialMessage.Decoder decoder = new InitialMessage.Decoder();
        while (!decoder.isDone()) {
            decoder.feed(new byte[] {in.readByte()}, 0, 1);
        }
        return decoder.message();
    }

    Notification notification() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return NotificationCodec.read(frame);
    }

    /** Reads up to the end; whether that came, in order or not. */
    boolean isClosedByOther() {
        try {
            while (in.read() >= 0) {}
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset: it had not read all
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
