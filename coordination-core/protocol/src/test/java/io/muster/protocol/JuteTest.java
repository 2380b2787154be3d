package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JuteTest {
    @Test
    void numbersAreBigEndian() {
        byte[] bytes = Samples.written(out -> out.writeInt(0x01020304)
                .writeLong(0x05060708090A0B0CL)
                .writeByte(0xFF)
                .writeBoolean(true));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -1, 1}, bytes);
    }

    @Test
    void stringsAreUtf8() {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                text.appendCodePoint(
                        switch (random.nextInt(4)) {
                            case 0 -> random.nextInt(0x800);
                            case 1 -> 0x1F600 + random.nextInt(64);
                            default -> random.nextInt(0x80);
                        });
            }
            byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
            byte[] bytes = Samples.written(out -> out.writeString(text.toString()));
            JuteReader in = new JuteReader(bytes);
            assertEquals(utf8.length, in.peekInt());
            assertEquals(text.toString(), in.readString("text"));
            assertArrayEquals(utf8, new JuteReader(bytes).readBuffer("text"));
        }
    }

    @Test
    void nullAndEmptyDiffer() {
        JuteReader in = new JuteReader(Samples.written(
                out -> out.writeString(null).writeString("").writeBuffer(null).writeBuffer(new byte[0])));
        assertNull(in.readNullableString("string"));
        assertEquals("", in.readNullableString("string"));
        assertNull(in.readBuffer("buffer"));
        assertArrayEquals(new byte[0], in.readBuffer("buffer"));
    }

    @Test
    void aReaderOfAPartSeesThatPartOnly() {
        byte[] bytes = {9, 9, 0, 0, 0, 1, 'a', 9};
        JuteReader in = new JuteReader(bytes, 2, 5);
        assertEquals("a", in.readString("string"));
        assertEquals(5, in.offset());
        assertEquals(0, in.remaining());
        assertThrows(MalformedFrameException.class, () -> in.readByte("byte"));
        assertThrows(MalformedFrameException.class, () -> new JuteReader(bytes, 2, 4).readString("string"));
        assertThrows(IndexOutOfBoundsException.class, () -> new JuteReader(bytes, 2, 7));
    }

    @Test
    void aLengthCanBeFilledInLater() {
        JuteWriter out = new JuteWriter();
        out.writeInt(0).writeLong(0).writeString("abc");
        out.setInt(0, 7);
        out.setLong(4, -2);
        JuteReader in = new JuteReader(out.toByteArray());
        assertEquals(7, in.readInt("int"));
        assertEquals(-2, in.readLong("long"));
        assertThrows(IndexOutOfBoundsException.class, () -> out.setInt(out.size() - 3, 1));
        out.clear();
        assertEquals(0, out.toByteArray().length);
    }

    @Test
    void aVectorThatCannotBeThereIsRefusedBeforeItsListIsMade() {
        byte[] bytes = Samples.written(out -> out.writeInt(3).writeInt(0).writeInt(0));
        assertThrows(MalformedFrameException.class, () -> new JuteReader(bytes).readStrings("strings"));
        byte[] fits = Samples.written(out -> out.writeInt(2).writeInt(0).writeInt(0));
        assertEquals(List.of("", ""), new JuteReader(fits).readStrings("strings"));
    }

    @Test
    void anyNegativeCountIsAnEmptyVector() {
        for (int count : new int[] {-1, -2, Integer.MIN_VALUE}) {
            JuteReader in = new JuteReader(Samples.written(out -> out.writeInt(count)));
            assertEquals(List.of(), in.readStrings("strings"));
        }
    }
}
