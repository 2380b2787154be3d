package io.muster.client.session;

import io.muster.protocol.JuteWriter;
import io.muster.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request and what becomes of it. Whoever submits it may subclass it to find his own things again when it comes back
 * in an {@link Output}. It is answered or failed exactly once.
 */
public class Call {
    private static final int XID_OFFSET = 4;

    private final Request request;
    private final long deadlineNanos;
    /** Until it is sent: a large one must not stay in memory while the answer is awaited. */
    private byte @Nullable [] frame;
    /** The registration that a successful answer puts in force. */
    @Nullable
    WatchSink watch;

    int xid;
    long sentAtNanos;
    /** Invariant: once true, no output names this call again. */
    boolean done;

    /** @param frame {@link #encode}d from the request, on whichever thread that is convenient */
    public Call(Request request, byte[] frame, long deadlineNanos, @Nullable WatchSink watch) {
        this.request = request;
        this.frame = frame;
        this.deadlineNanos = deadlineNanos;
        this.watch = watch;
    }

    public final Request request() {
        return request;
    }

    public final long deadlineNanos() {
        return deadlineNanos;
    }

    /** The whole frame, its length in front, with a gap for the xid. */
    public static byte[] encode(Request request) {
        JuteWriter out = new JuteWriter();
        out.writeInt(0).writeInt(0).writeInt(request.op().code());
        request.write(out);
        out.setInt(0, out.size() - Integer.BYTES);
        return out.toByteArray();
    }

    /** Whether a lost answer leaves it open what happened. */
    final boolean isWrite() {
        return switch (request.op()) {
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL, DELETE, SET_DATA, SET_ACL, MULTI, RECONFIG -> true;
            default -> false;
        };
    }

    /** The bytes to send; asked for once. */
    final byte[] takeFrame(int newXid, long nowNanos) {
        byte[] bytes = frame;
        if (bytes == null) {
            throw new IllegalStateException("sent twice: xid " + xid + ", now " + newXid);
        }
        frame = null;
        xid = newXid;
        sentAtNanos = nowNanos;
        putXid(bytes, newXid);
        return bytes;
    }

    static void putXid(byte[] frame, int xid) {
        for (int i = 0; i < Integer.BYTES; i++) {
            frame[XID_OFFSET + i] = (byte) (xid >>> 24 - 8 * i);
        }
    }
}
