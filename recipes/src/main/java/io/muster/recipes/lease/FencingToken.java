package io.muster.recipes.lease;

/**
 * A number that grows with every holder of the same thing: pass it on to a store that is not part of the ensemble, and have
 * that store refuse anything that comes with a smaller one than it has seen.
 *
 * <p>It is the zxid at which the holder's znode was created, so it grows through leader changes, and also when the
 * parent is deleted and made again. Compared without sign.
 */
public record FencingToken(long czxid) implements Comparable<FencingToken> {

    /** From the text of {@link #toString}. */
    public static FencingToken parse(String text) {
        if (!text.startsWith("0x")) {
            throw new IllegalArgumentException("a fencing token looks like 0x1f, not like \"" + text + "\"");
        }
        return new FencingToken(Long.parseUnsignedLong(text.substring(2), 16));
    }

    @Override
    public int compareTo(FencingToken other) {
        return Long.compareUnsigned(czxid, other.czxid);
    }

    /** Hexadecimal, as ZooKeeper's tools print zxids: {@code 0x100000002}. */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(czxid);
    }
}
