package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.replica.peer.InitialMessage.Address;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitialMessageTest {
    private static byte[] written(InitialMessage message) {
        JuteWriter out = new JuteWriter();
        message.write(out);
        return out.toByteArray();
    }

    private static InitialMessage read(byte[] bytes, int pieceBytes) {
        InitialMessage.Decoder decoder = new InitialMessage.Decoder();
        for (int at = 0; at < bytes.length; at += pieceBytes) {
            assertFalse(decoder.isDone());
            decoder.feed(bytes, at, Math.min(pieceBytes, bytes.length - at));
        }
        return decoder.message();
    }

    private static byte[] withAddresses(String text) {
        return new JuteWriter()
                .writeLong(-65535)
                .writeLong(2)
                .writeBuffer(text.getBytes(StandardCharsets.UTF_8))
                .toByteArray();
    }

    @Test
    void itIsThatOfZooKeeper() {
        InitialMessage message = new InitialMessage(2, List.of(new Address("127.0.0.1", 33882)));
        assertEquals(
                "ffffffffffff000000000000000000020000000f3132372e302e302e313a3333383832",
                HexFormat.of().formatHex(written(message)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 1_000})
    void itComesOutAsItWentIn(int pieceBytes) {
        Address one = new Address("zk-1.example", 3888);
        Address two = new Address("0:0:0:0:0:0:0:1", 1);
        for (List<Address> addresses : List.of(List.of(one), List.of(two), List.of(one, two), List.<Address>of())) {
            InitialMessage message = new InitialMessage(255, addresses);
            assertEquals(message, read(written(message), pieceBytes));
        }
    }

    @Test
    void ofZooKeeper34ThereIsTheIdAlone() {
        byte[] bytes = new JuteWriter().writeLong(3).toByteArray();
        assertEquals(new InitialMessage(3, List.of()), read(bytes, 8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"host", "host:", "host:x", "host:65536", ":1", "host:1|", "[::1:1", "[::1]1", "host:1:2", "|"})
    void addressesThatAreNoneAreRefused(String text) {
        assertThrows(MalformedFrameException.class, () -> read(withAddresses(text), 1_000));
    }

    @Test
    void shortFormsOfAnAddressAreWrittenOut() {
        assertEquals(
                List.of(new Address("0:0:0:0:0:0:0:1", 7), new Address("2001:db8:0:0:0:0:0:5", 8)),
                read(withAddresses("[::1]:7|[2001:db8::5]:8"), 5).addresses());
    }

    @Test
    void unknownVersionsAndNegativeIdsAreRefused() {
        for (long version : new long[] {-1, -65534, -65537, Long.MIN_VALUE}) {
            byte[] bytes = new JuteWriter().writeLong(version).toByteArray();
            assertThrows(MalformedFrameException.class, () -> read(bytes, 8), "version " + version);
        }
        byte[] negative =
                new JuteWriter().writeLong(-65536).writeLong(-2).writeInt(3).toByteArray();
        assertThrows(MalformedFrameException.class, () -> read(negative, 100));
    }

    @Test
    void noMoreThanTwoThousandBytesOfAddressesAreTaken() {
        for (int length : new int[] {-1, 0, 2049, Integer.MAX_VALUE}) {
            byte[] bytes = new JuteWriter()
                    .writeLong(-65536)
                    .writeLong(2)
                    .writeInt(length)
                    .toByteArray();
            assertThrows(MalformedFrameException.class, () -> read(bytes, 100), "length " + length);
        }
        assertTrue(read(withAddresses("h".repeat(2046) + ":1"), 100).addresses().size() == 1);
    }
}
