package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.muster.protocol.Samples.Sample;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes from a stranger: they decode, or are refused with the one exception that says so, and cost no more than they weigh. */
class StrictnessTest {
    private static final int[] WRONG = {
        -2, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 7, 1 << 30, 1 << 28, 1 << 24, 70_000, -1, 0
    };

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<String, Sample> samples = Samples.all();

    @Test
    void everyTruncationIsRefusedOrDecodes() {
        samples.forEach((name, sample) -> {
            for (int length = 0; length < sample.encoded().length; length++) {
                decode(name, sample, Arrays.copyOf(sample.encoded(), length));
            }
        });
    }

    @Test
    void noProperPrefixOfAGoldenRequestDecodes() {
        samples.forEach((name, sample) -> {
            if (sample.value() instanceof Request) {
                for (int length = 0; length < sample.encoded().length; length++) {
                    byte[] prefix = Arrays.copyOf(sample.encoded(), length);
                    assertThrows(
                            MalformedFrameException.class, () -> sample.decode(prefix), name + " cut at " + length);
                }
            }
        });
    }

    /** Wherever a length or a count may stand, a wrong one is put: four bytes at every offset. */
    @Test
    void wrongLengthsAndCountsAreRefusedOrDecodeAndAllocateLittle() {
        for (int round = 0; round < 2; round++) {
            // in the first round classes load and call sites link, which allocates
            boolean measured = round == 1;
            samples.forEach((name, sample) -> {
                for (int at = 0; at + 4 <= sample.encoded().length; at++) {
                    for (int wrong : WRONG) {
                        byte[] bytes = sample.encoded().clone();
                        for (int i = 0; i < 4; i++) {
                            bytes[at + i] = (byte) (wrong >>> 24 - 8 * i);
                        }
                        decodeWithinBudget(name + " at " + at, sample, bytes, measured);
                    }
                }
            });
        }
    }

    @Test
    void mutatedSamplesAreRefusedOrDecodeAndAllocateLittle() {
        long seed = 20261124;
        List<Map.Entry<String, Sample>> all = new ArrayList<>(samples.entrySet());
        for (int round = 0; round < 2; round++) {
            Random random = new Random(seed);
            for (int i = 0; i < 100_000; i++) {
                Map.Entry<String, Sample> entry = all.get(random.nextInt(all.size()));
                byte[] bytes = mutated(entry.getValue().encoded(), random);
                decodeWithinBudget("seed " + seed + ", case " + i, entry.getValue(), bytes, round == 1);
            }
        }
    }

    /** What decodes is a value like any other: it encodes, and decodes to itself. */
    @Test
    void whatDecodesSurvivesARoundTrip() {
        long seed = 42;
        Random random = new Random(seed);
        List<Map.Entry<String, Sample>> all = new ArrayList<>(samples.entrySet());
        int decoded = 0;
        for (int i = 0; i < 100_000; i++) {
            Map.Entry<String, Sample> entry = all.get(random.nextInt(all.size()));
            Sample sample = entry.getValue();
            byte[] bytes = mutated(sample.encoded(), random);
            Object value;
            try {
                value = sample.decode(bytes);
            } catch (MalformedFrameException e) {
                continue;
            }
            decoded++;
            byte[] written = written(value);
            assertEquals(
                    Deep.text(value),
                    Deep.text(sample.decode(written)),
                    "seed " + seed + ", case " + i + ", " + entry.getKey());
        }
        assertTrue(decoded > 10_000, "decoded: " + decoded);
    }

    @Test
    void nullStringsAndVectorsReadAsEmpty() {
        byte[] bytes = Samples.written(
                out -> out.writeString(null).writeBuffer(null).writeInt(-1).writeInt(0));
        Request.Create create = (Request.Create) Request.read(OpCode.CREATE, new JuteReader(bytes));
        assertEquals("", create.path());
        assertEquals(null, create.data());
        assertEquals(List.of(), create.acl());
    }

    @Test
    void theMessageSaysWhatWasWrongAndWhere() {
        byte[] bytes = Samples.written(out -> out.writeString("/a").writeInt(1 << 30));
        MalformedFrameException e =
                assertThrows(MalformedFrameException.class, () -> Request.read(OpCode.SET_DATA, new JuteReader(bytes)));
        assertEquals("data: length 1073741824, but 0 bytes are left (at offset 10)", e.getMessage());
    }

    private static byte[] mutated(byte[] sample, Random random) {
        byte[] bytes =
                Arrays.copyOf(sample, random.nextInt(4) == 0 ? random.nextInt(sample.length + 8) : sample.length);
        for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                default -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(bytes.length - Math.max(at, from), 1 + random.nextInt(16));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    private void decodeWithinBudget(String name, Sample sample, byte[] bytes, boolean measured) {
        long before = threads.getCurrentThreadAllocatedBytes();
        decode(name, sample, bytes);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // the exception with its message and stack trace is the 16 KB
        if (measured && allocated > 16_384 + 32L * bytes.length) {
            fail(name + ": " + allocated + " bytes for " + HexFormat.of().formatHex(bytes));
        }
    }

    private static void decode(String name, Sample sample, byte[] bytes) {
        try {
            sample.decode(bytes);
        } catch (MalformedFrameException e) {
            // the one way to refuse
        } catch (RuntimeException e) {
            throw new AssertionError(name + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }

    private static byte[] written(Object value) {
        if (value instanceof Request request) {
            return Samples.written(request::write);
        } else if (value instanceof Response response) {
            return Samples.written(response::write);
        } else if (value instanceof ConnectRequest connect) {
            return Samples.written(connect::write);
        } else if (value instanceof ConnectResponse connected) {
            return Samples.written(connected::write);
        } else if (value instanceof RequestHeader header) {
            return Samples.written(header::write);
        } else if (value instanceof ReplyHeader header) {
            return Samples.written(header::write);
        } else if (value instanceof WatcherEvent event) {
            return Samples.written(event::write);
        }
        return Samples.written(((Stat) value)::write);
    }
}
