package io.muster.replica.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A hash of bytes that clients cannot foresee, as long as they do not know the seed. */
public final class SeededHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private SeededHash() {}

    /** Eight bytes at a time, each folded in by a 64 x 64 to 128 bit multiplication with the seed. */
    public static int of(long seed, byte[] bytes, int from, int to) {
        long hash = seed ^ (to - from) * 0x9E3779B97F4A7C15L;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            hash = fold(hash ^ (long) LONG.get(bytes, at), seed | 1);
        }
        if (at < to) {
            long rest = 0;
            for (int i = at; i < to; i++) {
                rest = rest << 8 | bytes[i] & 0xFF;
            }
            hash = fold(hash ^ rest, seed | 1);
        }
        return finish(hash);
    }

    /** Of a number. */
    public static int of(long seed, long value) {
        return finish(fold(seed ^ value * 0x9E3779B97F4A7C15L, seed | 1));
    }

    private static int finish(long hash) {
        long folded = fold(hash, 0xD6E8FEB86659FD93L);
        return (int) (folded ^ folded >>> 32);
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.multiplyHigh(a, b);
    }
}
