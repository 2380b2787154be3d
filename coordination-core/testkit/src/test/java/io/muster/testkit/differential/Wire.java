package io.muster.testkit.differential;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** One connection. Frames are sent together at the next {@link #receive}. */
final class Wire implements AutoCloseable {
    static final int ANSWER_DEADLINE_MS = 10_000;
    private static final int MOST_BYTES = 64 << 20;

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private boolean broken;

    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_DEADLINE_MS);
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        in = new DataInputStream(socket.getInputStream());
    }

    void send(byte[] frame) {
        try {
            out.writeInt(frame.length);
            out.write(frame);
        } catch (IOException e) {
            broken = true; // the server has closed it; what it sent before can still be read
        }
    }

    /**
     * The next frame, or null if the server closed the connection.
     *
     * @throws SocketTimeoutException if it does neither in {@link #ANSWER_DEADLINE_MS}
     */
    byte @Nullable [] receive() throws IOException {
        try {
            if (!broken) {
                out.flush();
            }
        } catch (SocketException e) {
            broken = true;
        }
        try {
            int length = in.readInt();
            if (length < 0 || length > MOST_BYTES) {
                throw new IOException("a frame of " + length + " bytes");
            }
            byte[] frame = new byte[length];
            in.readFully(frame);
            return frame;
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
