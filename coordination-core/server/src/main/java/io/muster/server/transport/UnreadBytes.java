package io.muster.server.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory for requests whose end has not come yet, of all connections together: a client may announce a long one
 * and never finish it. Any thread.
 */
final class UnreadBytes {
    /** A connection that holds no more may always do so. */
    private static final int ALWAYS_ALLOWED_BYTES = 1 << 14;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    UnreadBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A connection holds so many bytes now instead of so many before. Whether it may go on. */
    boolean changed(int before, int now) {
        long all = bytes.addAndGet(now - (long) before);
        return now <= before || now <= ALWAYS_ALLOWED_BYTES || all <= maxBytes;
    }
}
