package io.muster.server.transport.peer;

import io.muster.protocol.PieceDecoder;
import io.netty.buffer.ByteBuf;

/** Brings what Netty reads to the decoders. */
final class Pieces {
    private Pieces() {}

    /** Gives the decoder what it needs, up to its end or that of the bytes. */
    static void feed(PieceDecoder decoder, ByteBuf bytes) {
        while (bytes.isReadable() && !decoder.isDone()) {
            int count = Math.min(decoder.room(), bytes.readableBytes());
            bytes.readBytes(decoder.target(), decoder.offset(), count);
            decoder.filled(count);
        }
    }
}
