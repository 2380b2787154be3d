package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.PieceDecoder;
import io.muster.replica.state.TimesToLive;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Any bytes, and bytes that are nearly right, from another server: they are a value or are refused in one way, and take no
 * more memory than their number justifies. A failure names its seed; {@code -Dmuster.test.seed=...} repeats it.
 */
class AnyBytesTest {
    private static final int INPUTS = 3_000;
    private static final long FIXED_BYTES = 1 << 20;
    private static final long BYTES_PER_BYTE = 400;
    private static final int MAX_BYTES = 1 << 30;
    private static final int[] NUMBERS = {-1, -2, 0, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x00ff_ffff, 65_536};

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private void check(List<byte[]> samples, Consumer<byte[]> decode) {
        long seed = Long.getLong("muster.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < INPUTS; i++) {
            byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
            change(bytes, random);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                decode.accept(bytes);
            } catch (MalformedFrameException refused) {
                // as declared
            } catch (RuntimeException e) {
                throw new AssertionError("-Dmuster.test.seed=" + seed + ", input " + i, e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            String what =
                    "-Dmuster.test.seed=" + seed + ", input " + i + ": " + allocated + " bytes for " + bytes.length;
            assertTrue(allocated < FIXED_BYTES + BYTES_PER_BYTE * bytes.length, what);
        }
    }

    private static void change(byte[] bytes, Random random) {
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            if (random.nextBoolean() && at + Integer.BYTES <= bytes.length) {
                ByteBuffer.wrap(bytes).putInt(at, NUMBERS[random.nextInt(NUMBERS.length)]);
            } else {
                bytes[at] = (byte) random.nextInt();
            }
        }
    }

    private static void readAll(PacketReader<?> reader, byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            PieceDecoder decoder = reader.decoder();
            at += decoder.feed(bytes, at, bytes.length - at);
            if (decoder.isDone()) {
                reader.next();
            }
        }
    }

    private static byte[] written(Consumer<JuteWriter> write) {
        JuteWriter out = new JuteWriter();
        write.accept(out);
        return out.toByteArray();
    }

    @Test
    void fromALearner() {
        List<byte[]> samples = new ArrayList<>();
        PeerSamples.learnerPackets().forEach(each -> samples.add(written(out -> LearnerPacketCodec.write(out, each))));
        check(samples, bytes -> readAll(new LearnerPacketReader(MAX_BYTES), bytes));
    }

    @Test
    void fromALeader() {
        List<byte[]> samples = new ArrayList<>();
        PeerSamples.leaderPackets().forEach(each -> samples.add(written(out -> LeaderPacketCodec.write(out, each))));
        check(samples, bytes -> readAll(new LeaderPacketReader(MAX_BYTES, 1, TimesToLive.ON), bytes));
    }

    @Test
    void inANotification() {
        List<byte[]> samples = new ArrayList<>();
        PeerSamples.notifications().forEach(each -> samples.add(written(out -> NotificationCodec.write(out, each))));
        check(samples, NotificationCodec::read);
    }

    @Test
    void atTheBeginningOfAConnection() {
        InitialMessage message = new InitialMessage(3, List.of(new InitialMessage.Address("::1", 3888)));
        check(List.of(written(message::write)), bytes -> new InitialMessage.Decoder().feed(bytes, 0, bytes.length));
    }
}
