package io.muster.server.transport;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.ReplyHeader;
import io.muster.replica.LongRead;
import java.util.function.IntConsumer;

/** A reply on its way out in pieces. Used by one thread. */
final class LongReply {
    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

    private final int xid;
    private final long zxid;
    private final LongRead read;
    private final IntConsumer onBegun;
    private boolean begun;

    /** @param onBegun gets the frame's size in bytes, without its length, once that is known */
    LongReply(int xid, long zxid, LongRead read, IntConsumer onBegun) {
        this.xid = xid;
        this.zxid = zxid;
        this.read = read;
        this.onBegun = onBegun;
    }

    /** Appends to the frame until the writer holds so many bytes, or finds nothing to append yet; says whether it is whole. */
    boolean write(JuteWriter out, int untilBytes) {
        if (!begun) {
            if (!read.measure()) {
                return false;
            }
            begun = true;
            long sizeBytes = HEADER_BYTES + read.sizeBytes();
            if (sizeBytes > Integer.MAX_VALUE) {
                // no frame can say so much
                out.writeInt(HEADER_BYTES);
                new ReplyHeader(xid, zxid, ErrorCode.MARSHALLING_ERROR.code()).write(out);
                onBegun.accept(HEADER_BYTES);
                return true;
            }
            out.writeInt((int) sizeBytes);
            new ReplyHeader(xid, zxid, ErrorCode.OK.code()).write(out);
            onBegun.accept((int) sizeBytes);
        }
        return read.write(out, untilBytes);
    }
}
