package io.muster.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Writes the encoding that {@link JuteReader} reads, into an array that grows. Used by one thread at a time. */
public final class JuteWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int size;

    public JuteWriter() {
        this(128);
    }

    public JuteWriter(int initialCapacityBytes) {
        bytes = new byte[Math.max(16, initialCapacityBytes)];
    }

    /** Bytes written so far. */
    public int size() {
        return size;
    }

    /** The array that holds the first {@link #size()} bytes; valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Forgets what was written and keeps the array. */
    public void clear() {
        size = 0;
    }

    public JuteWriter writeBoolean(boolean value) {
        return writeByte(value ? 1 : 0);
    }

    public JuteWriter writeByte(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public JuteWriter writeInt(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
        return this;
    }

    public JuteWriter writeLong(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, size, value);
        size += Long.BYTES;
        return this;
    }

    public JuteWriter writeString(@Nullable String value) {
        if (value == null) {
            return writeInt(-1);
        }
        int length = value.length();
        reserve(Integer.BYTES + length);
        int at = size + Integer.BYTES;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                return writeBuffer(value.getBytes(StandardCharsets.UTF_8));
            }
            bytes[at + i] = (byte) c;
        }
        INT.set(bytes, size, length);
        size = at + length;
        return this;
    }

    public JuteWriter writeBuffer(byte @Nullable [] value) {
        if (value == null) {
            return writeInt(-1);
        }
        writeInt(value.length);
        return writeBytes(value, 0, value.length);
    }

    /** A buffer that is a part of {@code value}. */
    public JuteWriter writeBuffer(byte[] value, int offset, int length) {
        writeInt(length);
        return writeBytes(value, offset, length);
    }

    /** Bytes as they are, without a length before them. */
    public JuteWriter writeBytes(byte[] value, int offset, int length) {
        reserve(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
        return this;
    }

    public <T> JuteWriter writeVector(List<T> elements, BiConsumer<JuteWriter, T> element) {
        writeInt(elements.size());
        for (T each : elements) {
            element.accept(this, each);
        }
        return this;
    }

    public JuteWriter writeStrings(List<String> elements) {
        return writeVector(elements, JuteWriter::writeString);
    }

    /** Overwrites the four bytes at {@code offset}, which were written before: a length that is known only now. */
    public void setInt(int offset, int value) {
        Objects.checkFromIndexSize(offset, Integer.BYTES, size);
        INT.set(bytes, offset, value);
    }

    /** Overwrites the eight bytes at {@code offset}, which were written before. */
    public void setLong(int offset, long value) {
        Objects.checkFromIndexSize(offset, Long.BYTES, size);
        LONG.set(bytes, offset, value);
    }

    private void reserve(int count) {
        if (bytes.length - size < count) {
            long wanted = Math.max((long) bytes.length * 2, (long) size + count);
            if (wanted > Integer.MAX_VALUE - 8) {
                wanted = Math.min((long) size + count, Integer.MAX_VALUE - 8L);
            }
            bytes = Arrays.copyOf(bytes, (int) wanted);
        }
    }
}
