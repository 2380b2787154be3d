package io.muster.server.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Any bytes at all, and bytes that are nearly right, for every {@link Decoder}: they are decoded or refused as declared,
 * and take no more memory than their number justifies. A failure names its seed, {@code -Dmuster.test.seed=...} repeats it.
 */
@Timeout(120)
class DecodersTest {
    private static final int INPUTS = 1_500;
    /** What a decoder may allocate whatever its input, and for each byte of it. */
    private static final long FIXED_BYTES = 12L << 20;

    private static final long BYTES_PER_BYTE = 400;

    private static final int[] NUMBERS = {-1, -2, 0, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x00ff_ffff, 65_536};

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private boolean check(Decoder decoder, byte[] bytes, String what) {
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean decoded;
        try {
            decoded = decoder.check(bytes);
        } catch (Throwable e) {
            int shown = Math.min(bytes.length, 2_000);
            throw new AssertionError(what + ": " + HexFormat.of().formatHex(bytes, 0, shown), e);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(
                allocated < FIXED_BYTES + BYTES_PER_BYTE * bytes.length,
                () -> what + ": " + allocated + " bytes were allocated for " + bytes.length);
        return decoded;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRightIsDecoded(Decoder decoder) {
        List<byte[]> samples = decoder.samples();
        for (int i = 0; i < samples.size(); i++) {
            assertTrue(check(decoder, samples.get(i), decoder + ", sample " + i), decoder + ", sample " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCutOffIsDecodedOrRefused(Decoder decoder) {
        for (byte[] sample : decoder.samples()) {
            int step = 1 + sample.length / 200;
            for (int length = 0; length < sample.length; length += step) {
                check(decoder, Arrays.copyOf(sample, length), decoder + " cut to " + length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyBytesAreDecodedOrRefused(Decoder decoder) {
        long seed = Long.getLong("muster.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> samples = decoder.samples();
        for (int i = 0; i < INPUTS; i++) {
            byte[] bytes = random.nextInt(4) == 0
                    ? new byte[random.nextInt(200)]
                    : samples.get(random.nextInt(samples.size())).clone();
            if (bytes.length > 0) {
                change(bytes, random);
            }
            check(decoder, bytes, "-Dmuster.test.seed=" + seed + ", " + decoder + ", input " + i);
        }
    }

    /** A few bytes, a number, a stretch that is another one's, or all of it. */
    private static void change(byte[] bytes, Random random) {
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> {
                    if (at + Integer.BYTES <= bytes.length) {
                        ByteBuffer.wrap(bytes).putInt(at, NUMBERS[random.nextInt(NUMBERS.length)]);
                    }
                }
                case 2 -> {
                    int from = random.nextInt(bytes.length);
                    int length = random.nextInt(Math.min(bytes.length - at, bytes.length - from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        random.nextBytes(bytes);
                    } else {
                        bytes[at] ^= (byte) (1 << random.nextInt(8));
                    }
                }
            }
        }
    }
}
