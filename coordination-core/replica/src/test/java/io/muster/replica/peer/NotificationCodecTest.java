package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationCodecTest {
    private static byte[] written(Notification notification) {
        JuteWriter out = new JuteWriter();
        NotificationCodec.write(out, notification);
        return out.toByteArray();
    }

    /** A whole one of this version, cut or padded to a length. */
    private static byte[] frame(int version, int length) {
        return Arrays.copyOf(
                written(new Notification(ServerState.FOLLOWING, 3, 0x4_0000_0005L, 6, 7, version, "")), length);
    }

    @Test
    void notificationsComeOutAsTheyWentIn() {
        PeerSamples.notifications().forEach(each -> assertEquals(each, NotificationCodec.read(written(each))));
    }

    @Test
    void theShortestHasTheEpochOfItsZxidAndNoVersion() {
        assertEquals(
                new Notification(ServerState.FOLLOWING, 3, 0x4_0000_0005L, 6, 4, 0, ""),
                NotificationCodec.read(frame(2, 28)));
    }

    @Test
    void fortyBytesHaveNoVersionWhateverStandsInItsPlace() {
        assertEquals(
                new Notification(ServerState.FOLLOWING, 3, 0x4_0000_0005L, 6, 7, 0, ""),
                NotificationCodec.read(frame(2, 40)));
    }

    @ParameterizedTest
    @ValueSource(ints = {41, 43, 44, 100})
    void withAnOldVersionThereIsNoConfiguration(int length) {
        assertEquals(
                new Notification(ServerState.FOLLOWING, 3, 0x4_0000_0005L, 6, 7, 1, ""),
                NotificationCodec.read(frame(1, length)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 27, 29, 36, 39, 41, 43})
    void otherLengthsAreRefused(int length) {
        assertThrows(MalformedFrameException.class, () -> NotificationCodec.read(frame(2, length)));
    }

    @Test
    void aConfigurationLongerThanTheFrameIsRefused() {
        for (int length : List.of(-1, 1, Integer.MAX_VALUE)) {
            byte[] bytes = frame(2, 44);
            System.arraycopy(new JuteWriter().writeInt(length).toByteArray(), 0, bytes, 40, 4);
            assertThrows(MalformedFrameException.class, () -> NotificationCodec.read(bytes));
        }
    }

    @Test
    void whatStandsBehindTheConfigurationIsIgnored() {
        assertEquals(NotificationCodec.read(frame(2, 44)), NotificationCodec.read(frame(2, 60)));
    }

    @Test
    void unknownStatesAreRefused() {
        byte[] bytes = frame(2, 44);
        bytes[3] = 4;
        assertThrows(MalformedFrameException.class, () -> NotificationCodec.read(bytes));
    }
}
