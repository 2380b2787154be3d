package io.muster.replica.peer;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.Zxid;
import java.nio.charset.StandardCharsets;

/** The bytes of notifications, without the length of the frame that they fill. */
public final class NotificationCodec {
    /** A frame on an election connection has this many bytes at most, and one at least. */
    public static final int MAX_FRAME_BYTES = 512 * 1024;

    private static final int SHORTEST_BYTES = Integer.BYTES + 3 * Long.BYTES;
    private static final int VERSIONED_BYTES = SHORTEST_BYTES + Long.BYTES + Integer.BYTES;

    private NotificationCodec() {}

    public static void write(JuteWriter out, Notification notification) {
        byte[] text = notification.membershipText().getBytes(StandardCharsets.UTF_8);
        out.writeInt(notification.state().code())
                .writeLong(notification.leader())
                .writeLong(notification.zxid())
                .writeLong(notification.round())
                .writeLong(notification.peerEpoch())
                .writeInt(notification.version())
                .writeBuffer(text);
    }

    /**
     * Reads what a whole frame holds, in each of the lengths in which ZooKeeper's releases write it: 28 bytes have neither
     * epoch nor version, 40 bytes have four of no meaning in the place of the version.
     *
     * @throws MalformedFrameException if it is none of them
     */
    public static Notification read(byte[] frame) {
        JuteReader in = new JuteReader(frame);
        if (frame.length < SHORTEST_BYTES) {
            throw in.malformed(
                    "notification: " + frame.length + " bytes, and there must be at least " + SHORTEST_BYTES);
        }
        int code = in.readInt("state");
        long leader = in.readLong("leader");
        long zxid = in.readLong("zxid");
        long round = in.readLong("electionEpoch");
        if (frame.length == SHORTEST_BYTES) {
            return new Notification(state(code, in), leader, zxid, round, Zxid.epoch(zxid), 0, "");
        }
        long peerEpoch = in.readLong("peerEpoch");
        int version = in.readInt("version");
        if (frame.length == VERSIONED_BYTES) {
            version = 0;
        }
        String text = "";
        if (version > 1) {
            int length = in.readInt("configuration");
            if (length < 0 || length > in.remaining()) {
                throw in.malformed("notification: a configuration of " + length + " bytes, but " + in.remaining()
                        + " bytes are left");
            }
            text = new String(frame, in.offset(), length, StandardCharsets.UTF_8);
        }
        return new Notification(state(code, in), leader, zxid, round, peerEpoch, version, text);
    }

    private static ServerState state(int code, JuteReader in) {
        for (ServerState each : ServerState.values()) {
            if (each.code() == code) {
                return each;
            }
        }
        throw in.malformed("notification: unknown state " + code);
    }
}
