package io.muster.server.transport.peer;

import io.muster.protocol.MalformedFrameException;
import io.muster.replica.peer.NotificationCodec;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Parts the bytes of an election connection into frames. Used by one thread. */
final class NotificationFrames {
    private final byte[] head = new byte[Integer.BYTES];
    private int headBytes;
    private byte @Nullable [] frame;
    private int filled;

    /**
     * Takes what it needs.
     *
     * @return a whole frame; null if its end has not come yet
     * @throws MalformedFrameException if a length is none
     */
    byte @Nullable [] read(ByteBuf bytes) {
        if (frame == null && !readHead(bytes)) {
            return null;
        }
        byte[] current = frame;
        if (current == null) {
            return null;
        }
        int count = Math.min(bytes.readableBytes(), current.length - filled);
        bytes.readBytes(current, filled, count);
        filled += count;
        if (filled < current.length) {
            return null;
        }
        frame = null;
        headBytes = 0;
        return current;
    }

    private boolean readHead(ByteBuf bytes) {
        while (headBytes < head.length && bytes.isReadable()) {
            head[headBytes++] = bytes.readByte();
        }
        if (headBytes < head.length) {
            return false;
        }
        int length = 0;
        for (byte each : head) {
            length = length << Byte.SIZE | each & 0xff;
        }
        if (length < 1 || length > NotificationCodec.MAX_FRAME_BYTES) {
            throw new MalformedFrameException("a notification of " + length + " bytes, and there must be 1 to "
                    + NotificationCodec.MAX_FRAME_BYTES);
        }
        frame = new byte[length];
        filled = 0;
        return true;
    }
}
