package io.muster.server.transport.peer;

import io.muster.protocol.JuteReader;
import io.muster.protocol.PieceDecoder;
import io.muster.replica.peer.NotificationCodec;

/** Parts the bytes of an election connection into frames. */
final class NotificationFrames extends PieceDecoder {
    private boolean isLength = true;
    private byte[] frame = {};

    NotificationFrames() {
        want(Integer.BYTES);
    }

    /** The frame whose end has come; begins with the next one. */
    byte[] next() {
        if (!isDone()) {
            throw new IllegalStateException("the frame's end has not come yet");
        }
        byte[] whole = frame;
        frame = new byte[0];
        restart(Integer.BYTES);
        return whole;
    }

    @Override
    protected void take(byte[] bytes, int length) {
        if (!isLength) {
            frame = bytes;
            isLength = true;
            done();
            return;
        }
        int frameBytes = new JuteReader(bytes, 0, length).readInt("length");
        if (frameBytes < 1 || frameBytes > NotificationCodec.MAX_FRAME_BYTES) {
            throw malformed("a notification of " + frameBytes + " bytes, and there must be 1 to "
                    + NotificationCodec.MAX_FRAME_BYTES);
        }
        isLength = false;
        wantToKeep(frameBytes);
    }
}
