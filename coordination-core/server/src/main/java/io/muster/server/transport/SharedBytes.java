package io.muster.server.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes that all connections hold together: a limit for each alone would be a limit for none if they were many.
 * Any thread.
 */
final class SharedBytes {
    private final long maxBytes;
    private final long alwaysAllowedBytes;
    private final AtomicLong bytes = new AtomicLong();

    /** @param alwaysAllowedBytes a connection that holds no more may do so, whatever the others hold */
    SharedBytes(long maxBytes, long alwaysAllowedBytes) {
        this.maxBytes = maxBytes;
        this.alwaysAllowedBytes = alwaysAllowedBytes;
    }

    /** A connection holds so many bytes now instead of so many before. Whether it may go on. */
    boolean changed(long before, long now) {
        long all = bytes.addAndGet(now - before);
        return now <= before || now <= alwaysAllowedBytes || all <= maxBytes;
    }
}
