package io.muster.protocol;

/**
 * Stands before every request but the first.
 *
 * @param xid the client's number for the request; see {@link Xids} for the reserved ones
 * @param type the operation's code
 */
public record RequestHeader(int xid, int type) {
    public static final int SIZE_BYTES = 8;

    public static RequestHeader read(JuteReader in) {
        return new RequestHeader(in.readInt("xid"), in.readInt("type"));
    }

    public void write(JuteWriter out) {
        out.writeInt(xid).writeInt(type);
    }
}
