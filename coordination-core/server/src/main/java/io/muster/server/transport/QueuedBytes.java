package io.muster.server.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what waits for the clients of all connections together: a limit for each alone would be a limit for none if they
 * were many. Any thread.
 */
final class QueuedBytes {
    /** What a client that reads may have waiting at any moment: see the water marks of {@link ClientPort}. */
    private static final long ALWAYS_ALLOWED_BYTES = 2 << 20;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    QueuedBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** So many bytes wait for a connection now instead of so many before. Whether it may go on. */
    boolean changed(long before, long now) {
        long all = bytes.addAndGet(now - before);
        return now <= before || now <= ALWAYS_ALLOWED_BYTES || all <= maxBytes;
    }
}
