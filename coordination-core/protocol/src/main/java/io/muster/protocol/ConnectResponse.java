package io.muster.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The first frame of a server.
 *
 * @param protocolVersion 0, or what {@link Extensions} says to a client that asked
 * @param timeoutMs the negotiated session timeout; 0 or less says that the session has expired
 * @param sessionId 0 when the session has expired
 * @param password 16 bytes
 * @param readOnly whether the server is read-only; null when the flag is absent, which it is exactly when the request
 *     lacked it
 */
public record ConnectResponse(
        int protocolVersion,
        int timeoutMs,
        long sessionId,
        byte[] password,
        @Nullable Boolean readOnly) {

    public static ConnectResponse read(JuteReader in) {
        int protocolVersion = in.readInt("protocolVersion");
        int timeoutMs = in.readInt("timeOut");
        long sessionId = in.readLong("sessionId");
        byte[] password = in.readBuffer("passwd");
        Boolean readOnly = in.remaining() > 0 ? in.readBoolean("readOnly") : null;
        return new ConnectResponse(
                protocolVersion, timeoutMs, sessionId, password == null ? new byte[0] : password, readOnly);
    }

    public void write(JuteWriter out) {
        out.writeInt(protocolVersion).writeInt(timeoutMs).writeLong(sessionId).writeBuffer(password);
        if (readOnly != null) {
            out.writeBoolean(readOnly);
        }
    }

    /** Whether the session lives. */
    public boolean isAccepted() {
        return timeoutMs > 0;
    }
}
