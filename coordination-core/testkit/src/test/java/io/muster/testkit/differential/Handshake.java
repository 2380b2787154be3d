package io.muster.testkit.differential;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The first frame each way. */
final class Handshake {
    private static final int PASSWORD_BYTES = 16;
    private static final int LEAST_BYTES = 36;

    private Handshake() {}

    /** @param readOnlyFlag whether the flag is there at all; clients before 3.4 leave it out */
    record Request(long lastZxid, int timeoutMs, long sessionId, byte[] password, boolean readOnlyFlag) {}

    /**
     * @param parts in words, for a {@link Transcript}
     * @param sessionId 0 if the server wants none of it
     */
    record Response(List<Object> parts, long sessionId, byte[] password) {
        static Response none(String why) {
            return new Response(List.of(why), 0, new byte[PASSWORD_BYTES]);
        }
    }

    static void send(Wire wire, Request request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0);
        out.writeLong(request.lastZxid);
        out.writeInt(request.timeoutMs);
        out.writeLong(request.sessionId);
        out.writeInt(request.password.length);
        out.write(request.password);
        if (request.readOnlyFlag) {
            out.writeBoolean(false);
        }
        wire.send(bytes.toByteArray());
    }

    static Response receive(Wire wire) throws IOException {
        byte[] frame;
        try {
            frame = wire.receive();
        } catch (SocketTimeoutException e) {
            return Response.none("without an answer");
        }
        if (frame == null) {
            return Response.none("refused");
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        if (frame.length < LEAST_BYTES || in.getInt(16) != PASSWORD_BYTES) {
            return Response.none("bytes " + HexFormat.of().formatHex(frame));
        }
        int version = in.getInt();
        int timeoutMs = in.getInt();
        long sessionId = in.getLong();
        byte[] password = new byte[PASSWORD_BYTES];
        in.position(in.position() + Integer.BYTES).get(password);
        boolean zeros = Arrays.equals(password, new byte[PASSWORD_BYTES]);
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        List<Object> parts = List.of(
                "version " + version + " timeout " + timeoutMs + " session ",
                new Transcript.SessionId(sessionId),
                (zeros ? " no password" : " password") + " flag "
                        + HexFormat.of().formatHex(rest));
        return new Response(parts, timeoutMs <= 0 ? 0 : sessionId, password);
    }

    /** Whether the server closes the connection, and says nothing more before. */
    static boolean isClosed(Wire wire) throws IOException {
        try {
            return wire.receive() == null;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
