package io.muster.protocol;

/** A transaction's number: the leader's epoch in the high 32 bits, a counter within it in the low 32. */
public final class Zxid {
    private Zxid() {}

    public static long of(long epoch, long counter) {
        return epoch << 32 | counter & 0xFFFF_FFFFL;
    }

    public static long epoch(long zxid) {
        return zxid >>> 32;
    }

    public static long counter(long zxid) {
        return zxid & 0xFFFF_FFFFL;
    }

    /** As logs and operators write it: {@code 0x100000003}. */
    public static String toString(long zxid) {
        return "0x" + Long.toHexString(zxid);
    }
}
