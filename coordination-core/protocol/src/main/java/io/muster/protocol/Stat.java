package io.muster.protocol;

/**
 * What the server knows of a znode beside its data.
 *
 * @param czxid zxid of the transaction that created it: a fencing token
 * @param mzxid zxid of the last change of its data
 * @param ctimeMs wall clock of its creation, milliseconds since 1970
 * @param mtimeMs wall clock of the last change of its data, milliseconds since 1970
 * @param version changes of its data
 * @param cversion changes of its list of children: creates and deletes
 * @param aversion changes of its access control list
 * @param ephemeralOwner the session that an ephemeral znode belongs to, else 0
 * @param dataLengthBytes length of its data
 * @param numChildren direct children
 * @param pzxid zxid of the last change of its list of children
 */
public record Stat(
        long czxid,
        long mzxid,
        long ctimeMs,
        long mtimeMs,
        int version,
        int cversion,
        int aversion,
        long ephemeralOwner,
        int dataLengthBytes,
        int numChildren,
        long pzxid) {
    /** On the wire. */
    public static final int SIZE_BYTES = 68;

    public static Stat read(JuteReader in) {
        return new Stat(
                in.readLong("czxid"),
                in.readLong("mzxid"),
                in.readLong("ctime"),
                in.readLong("mtime"),
                in.readInt("version"),
                in.readInt("cversion"),
                in.readInt("aversion"),
                in.readLong("ephemeralOwner"),
                in.readInt("dataLength"),
                in.readInt("numChildren"),
                in.readLong("pzxid"));
    }

    public void write(JuteWriter out) {
        out.writeLong(czxid).writeLong(mzxid).writeLong(ctimeMs).writeLong(mtimeMs);
        out.writeInt(version).writeInt(cversion).writeInt(aversion).writeLong(ephemeralOwner);
        out.writeInt(dataLengthBytes).writeInt(numChildren).writeLong(pzxid);
    }
}
