package io.muster.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The first frame of a client.
 *
 * @param protocolVersion 0, or what {@link Extensions} says; ZooKeeper does not look at it
 * @param lastZxidSeen the highest zxid that the client has seen in a reply
 * @param timeoutMs the session timeout that it asks for
 * @param sessionId 0 for a new session
 * @param password 16 bytes
 * @param readOnly whether a read-only server will do; null when the flag is absent, as old clients have it
 */
public record ConnectRequest(
        int protocolVersion,
        long lastZxidSeen,
        int timeoutMs,
        long sessionId,
        byte[] password,
        @Nullable Boolean readOnly) {
    public static final int PASSWORD_BYTES = 16;

    public static ConnectRequest read(JuteReader in) {
        int protocolVersion = in.readInt("protocolVersion");
        long lastZxidSeen = in.readLong("lastZxidSeen");
        int timeoutMs = in.readInt("timeOut");
        long sessionId = in.readLong("sessionId");
        byte[] password = in.readBuffer("passwd");
        Boolean readOnly = in.remaining() > 0 ? in.readBoolean("readOnly") : null;
        return new ConnectRequest(
                protocolVersion,
                lastZxidSeen,
                timeoutMs,
                sessionId,
                password == null ? new byte[0] : password,
                readOnly);
    }

    public void write(JuteWriter out) {
        out.writeInt(protocolVersion)
                .writeLong(lastZxidSeen)
                .writeInt(timeoutMs)
                .writeLong(sessionId);
        out.writeBuffer(password);
        if (readOnly != null) {
            out.writeBoolean(readOnly);
        }
    }
}
