package io.muster.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the "jute" encoding: fixed-width big-endian numbers, and strings, buffers and vectors behind a four-byte length
 * where -1 stands for null. Every length is checked against the bytes that are left before anything is allocated.
 *
 * <p>Used by one thread at a time. Every method throws {@link MalformedFrameException} when the bytes do not hold what
 * was asked for.
 */
public final class JuteReader {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int position;

    public JuteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Reads {@code length} bytes of {@code bytes} from {@code offset}; the array is neither copied nor changed. */
    public JuteReader(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.bytes = bytes;
        this.start = offset;
        this.position = offset;
        this.end = offset + length;
    }

    /** Bytes that are left. */
    public int remaining() {
        return end - position;
    }

    /** Bytes that were read so far. */
    public int offset() {
        return position - start;
    }

    public boolean readBoolean(String what) {
        return readByte(what) != 0;
    }

    public byte readByte(String what) {
        require(1, what);
        return bytes[position++];
    }

    public int readInt(String what) {
        require(Integer.BYTES, what);
        int value = (int) INT.get(bytes, position);
        position += Integer.BYTES;
        return value;
    }

    public long readLong(String what) {
        require(Long.BYTES, what);
        long value = (long) LONG.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    /** The next number, which stays unread. */
    public int peekInt() {
        require(Integer.BYTES, "int");
        return (int) INT.get(bytes, position);
    }

    /** A string; null is read as the empty string, since some clients write the one for the other. */
    public String readString(String what) {
        int length = readLength(what);
        if (length <= 0) {
            return "";
        }
        String value = new String(bytes, position, length, StandardCharsets.UTF_8);
        position += length;
        return value;
    }

    /** A string, or null where the length is -1. */
    public @Nullable String readNullableString(String what) {
        if (remaining() >= Integer.BYTES && (int) INT.get(bytes, position) == -1) {
            position += Integer.BYTES;
            return null;
        }
        return readString(what);
    }

    /** A buffer, copied out; null where the length is -1. */
    public byte @Nullable [] readBuffer(String what) {
        int length = readLength(what);
        if (length < 0) {
            return null;
        }
        byte[] value = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return value;
    }

    /** All bytes that are left, as they are, copied out. */
    public byte[] readRest() {
        byte[] value = Arrays.copyOfRange(bytes, position, end);
        position = end;
        return value;
    }

    /**
     * A vector; null is read as empty, as any negative count is by ZooKeeper.
     *
     * @param minElementBytes the fewest bytes that one element takes, at least 1: a count that the bytes left cannot hold
     *     is refused
     */
    public <T> List<T> readVector(String what, int minElementBytes, Function<JuteReader, T> element) {
        int count = readCount(what, minElementBytes);
        if (count <= 0) {
            return List.of();
        }
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(element.apply(this));
        }
        return list;
    }

    public List<String> readStrings(String what) {
        return readVector(what, Integer.BYTES, in -> in.readString(what));
    }

    /** A vector's count, below 0 for null, never more than the bytes left can hold. */
    public int readCount(String what, int minElementBytes) {
        int count = readInt(what);
        if ((long) count * minElementBytes > remaining()) {
            throw malformed(what + ": count " + count + " cannot fit in " + remaining() + " bytes");
        }
        return count;
    }

    private int readLength(String what) {
        int length = readInt(what);
        if (length < -1 || length > remaining()) {
            throw malformed(what + ": length " + length + ", but " + remaining() + " bytes are left");
        }
        return length;
    }

    private void require(int count, String what) {
        if (remaining() < count) {
            throw malformed(what + ": needs " + count + " bytes, but " + remaining() + " are left");
        }
    }

    /** An exception that names the offset at which reading stands. */
    public MalformedFrameException malformed(String message) {
        return new MalformedFrameException(message + " (at offset " + offset() + ")");
    }
}
