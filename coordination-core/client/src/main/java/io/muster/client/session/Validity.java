package io.muster.client.session;

/**
 * Until when nobody can see the session expired: the sending of the last confirmed request plus the smaller of the first
 * and the current timeout, less a margin for clocks of different rates. The first one counts because it alone is in the
 * log: a new leader gives each session that one.
 */
final class Validity {
    private static final int MARGIN_PERCENT = 5;

    private int firstMs;
    private int currentMs;
    private long deadlineNanos;

    /** A new session, asked for at {@code sentAtNanos}. */
    void opened(int timeoutMs, long sentAtNanos) {
        firstMs = timeoutMs;
        currentMs = timeoutMs;
        deadlineNanos = sentAtNanos + spanNanos();
    }

    /**
     * The session goes on, asked for at {@code sentAtNanos}. That confirms nothing, but a shorter timeout that the server
     * gave it counts from the moment when the server did so.
     */
    void attached(int timeoutMs, long sentAtNanos) {
        boolean shorter = timeoutMs < currentMs;
        currentMs = timeoutMs;
        if (shorter) {
            deadlineNanos = Math.min(deadlineNanos, sentAtNanos + spanNanos());
        }
    }

    void confirmed(long sentAtNanos) {
        deadlineNanos = Math.max(deadlineNanos, sentAtNanos + spanNanos());
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    private long spanNanos() {
        return Math.min(firstMs, currentMs) * 10_000L * (100 - MARGIN_PERCENT);
    }
}
