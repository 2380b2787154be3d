package io.muster.protocol;

import java.util.Arrays;

/**
 * Decodes what comes in pieces of any size, looking at no byte twice. Whoever has bytes puts them where {@link #target},
 * {@link #offset} and {@link #room} say, and reports them with {@link #filled}; or hands over an array with {@link #feed}.
 * The decoder itself asks for one field after the other, and is told when a field is whole.
 *
 * <p>Memory grows with the bytes that came, at most twice as much, and never with what a length announces. Used by one
 * thread at a time, and not at all any more after an exception.
 */
public abstract class PieceDecoder {
    private static final int SHORT_BYTES = 128;
    private static final int TRUSTED_BYTES = 1 << 16;

    private final byte[] shortField = new byte[SHORT_BYTES];
    private byte[] field = shortField;
    private int filled;
    private int wanted;
    private boolean done;
    private long taken;

    protected PieceDecoder() {}

    /** Where the next bytes go; another array after each {@link #filled}, perhaps. */
    public final byte[] target() {
        return field;
    }

    /** The place of the next byte in {@link #target}. */
    public final int offset() {
        return filled;
    }

    /** How many bytes may be put there now: at least 1, until {@link #isDone}; then 0. */
    public final int room() {
        return done ? 0 : Math.min(wanted, field.length) - filled;
    }

    /** Whether all is decoded. What comes next on the stream is somebody else's. */
    public final boolean isDone() {
        return done;
    }

    /**
     * So many bytes were put into the target, at most {@link #room}.
     *
     * @throws MalformedFrameException if they are not what is allowed there
     */
    public final void filled(int count) {
        filled += count;
        taken += count;
        if (filled < wanted) {
            if (filled == field.length) {
                field = Arrays.copyOf(field, (int) Math.min(wanted, 2L * filled));
            }
            return;
        }
        do {
            byte[] full = field;
            int length = wanted;
            field = shortField;
            filled = 0;
            take(full, length);
        } while (wanted == 0 && !done);
    }

    /**
     * Takes what it needs of these bytes.
     *
     * @return how many: fewer than there are only if it is done
     * @throws MalformedFrameException if they are not what is allowed there
     */
    public final int feed(byte[] from, int offset, int length) {
        int used = 0;
        while (used < length && !done) {
            int count = Math.min(room(), length - used);
            System.arraycopy(from, offset + used, field, filled, count);
            used += count;
            filled(count);
        }
        return used;
    }

    /** To be called once in the constructor, and once in each {@link #take} that does not end it: the next field's length. */
    protected final void want(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("a field of " + length + " bytes");
        }
        wanted = length;
        field = length <= SHORT_BYTES ? shortField : new byte[Math.min(length, TRUSTED_BYTES)];
    }

    /** Like {@link #want}, with an array of its own and of just that length, which {@link #take} may keep. */
    protected final void wantToKeep(int length) {
        want(length);
        if (length <= SHORT_BYTES) {
            field = new byte[length];
        }
    }

    /** There is no next field. */
    protected final void done() {
        wanted = 0;
        done = true;
    }

    /** Begins anew after the end, with a first field of this length. */
    protected final void restart(int length) {
        done = false;
        want(length);
    }

    /**
     * A field is whole.
     *
     * @param bytes the field from 0 to {@code length}; to be kept only if it was {@link #wantToKeep wanted} so
     */
    protected abstract void take(byte[] bytes, int length);

    /** An exception that says at which byte of the stream it is. */
    protected final MalformedFrameException malformed(String message) {
        return new MalformedFrameException(message + " (at byte " + taken + ")");
    }
}
