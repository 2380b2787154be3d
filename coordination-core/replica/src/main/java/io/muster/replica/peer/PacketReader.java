package io.muster.replica.peer;

import io.muster.protocol.PieceDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Makes packets of a stream whose bytes come in pieces of any size. Whoever has bytes gives them to {@link #decoder}, and
 * when that is done asks for {@link #next}. Used by one thread, and not any more after an exception.
 *
 * @param <P> the packets
 */
public interface PacketReader<P> {
    /** Whom the next bytes are for; it is never done when it is given out. */
    PieceDecoder decoder();

    /**
     * The packet that is whole now that the decoder is done; null if its bytes are of none that we know, or a part only of
     * one that is long.
     *
     * @throws io.muster.protocol.MalformedFrameException if the bytes are not what is allowed there
     */
    @Nullable
    P next();
}
