package io.muster.protocol;

/**
 * Stands before every reply but the first.
 *
 * @param xid of the request; {@link Xids#NOTIFICATION} for a watch event
 * @param zxid the last transaction that the server had applied when it answered
 * @param err an {@link ErrorCode}'s number; a body follows only when it is 0
 */
public record ReplyHeader(int xid, long zxid, int err) {
    public static final int SIZE_BYTES = 16;

    public static ReplyHeader read(JuteReader in) {
        return new ReplyHeader(in.readInt("xid"), in.readLong("zxid"), in.readInt("err"));
    }

    public void write(JuteWriter out) {
        out.writeInt(xid).writeLong(zxid).writeInt(err);
    }
}
