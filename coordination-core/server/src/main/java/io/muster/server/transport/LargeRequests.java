package io.muster.server.transport;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes of large requests that have no reply yet, of all connections together. Any thread. */
final class LargeRequests {
    private final int thresholdBytes;
    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    /** @param thresholdBytes a longer request is large; -1 for none is */
    LargeRequests(int thresholdBytes, long maxBytes) {
        this.thresholdBytes = thresholdBytes;
        this.maxBytes = maxBytes;
    }

    /** Counts a request in. Says how many bytes are to be given back with its reply, 0 if it is not large; -1 if it may not come. */
    int take(int length) {
        if (thresholdBytes < 0 || length <= thresholdBytes) {
            return 0;
        }
        if (bytes.addAndGet(length) > maxBytes) {
            bytes.addAndGet(-length);
            return -1;
        }
        return length;
    }

    void giveBack(int length) {
        if (length > 0) {
            bytes.addAndGet(-length);
        }
    }
}
