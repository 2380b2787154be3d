package io.muster.client.session;

import java.util.ArrayDeque;

/**
 * Until when nobody can see the session expired: the moment from which the leader is known to count, plus the smaller of
 * the first and the current timeout, less a margin for clocks of different rates. The first one matters because it
 * alone is in the log: a new leader gives each session that one.
 *
 * <p><b>From when does the leader count?</b> A server that confirms pings answers them, writes and {@code sync} only after
 * the leader knew of them: from the sending of what was answered. Under a ZooKeeper leader that is not so. A follower
 * forwards writes and {@code sync}, but that does not extend a session; it notes that it heard of one, and tells the
 * leader when the leader pings it, each half tick. So an answer from the leader proves only that what the server heard
 * <em>half a tick before</em> has reached the leader, on the stream that the request took too. The client does not know the tick;
 * sessions are of two ticks at least unless somebody configured otherwise, so a quarter of the timeout is enough.
 */
final class Validity {
    private static final int MARGIN_PERCENT = 5;
    /** Of the timeout: how long what the server heard may take to the leader. */
    private static final int RELAY_FRACTION = 4;
    /** Of the timeout: moments of sending that are closer than that are one. */
    private static final int RESOLUTION_FRACTION = 24;

    private static final long NANOS_PER_MS = 1_000_000;

    private boolean direct;
    private int firstMs;
    private int currentMs;
    private long deadlineNanos;
    /** When something was sent on this connection in the last timeout, oldest first; kept where answers are no direct proof. */
    private final ArrayDeque<Long> sent = new ArrayDeque<>();

    /**
     * A new session, asked for at {@code sentAtNanos}; the leader counts from its creation, which is later.
     *
     * @param confirmsPings whether answers count from the sending of what they answer
     */
    void opened(int timeoutMs, long sentAtNanos, boolean confirmsPings) {
        firstMs = timeoutMs;
        currentMs = timeoutMs;
        deadlineNanos = sentAtNanos + spanNanos();
        connected(sentAtNanos, confirmsPings);
    }

    /**
     * The session goes on, asked for at {@code sentAtNanos}. The leader was asked about it, but perhaps one that was
     * deposed: where better confirmations are to be had, it counts for nothing. A shorter timeout that the server gave it
     * counts from the moment when the server did so.
     */
    void attached(int timeoutMs, long sentAtNanos, boolean confirmsPings) {
        boolean shorter = timeoutMs < currentMs;
        currentMs = timeoutMs;
        if (shorter) {
            deadlineNanos = Math.min(deadlineNanos, sentAtNanos + spanNanos());
        }
        connected(sentAtNanos, confirmsPings);
        if (!confirmsPings) {
            extend(sentAtNanos);
        }
    }

    private void connected(long sentAtNanos, boolean confirmsPings) {
        direct = confirmsPings;
        sent.clear();
        sent(sentAtNanos);
    }

    /** Something, whatever it was, was sent. */
    void sent(long nowNanos) {
        if (direct || !sent.isEmpty() && nowNanos - sent.getLast() < nanos(RESOLUTION_FRACTION)) {
            return;
        }
        // What is older than this could move no deadline into the future.
        while (!sent.isEmpty() && nowNanos - sent.getFirst() >= currentMs * NANOS_PER_MS) {
            sent.removeFirst();
        }
        sent.add(nowNanos);
    }

    /** What was sent then was answered in a way that involves the leader. */
    void confirmed(long sentAtNanos) {
        if (direct) {
            extend(sentAtNanos);
            return;
        }
        long reachedLeaderNanos = sentAtNanos - nanos(RELAY_FRACTION);
        long latest = -1;
        while (!sent.isEmpty() && sent.getFirst() <= reachedLeaderNanos) {
            latest = sent.removeFirst();
        }
        if (latest >= 0) {
            extend(latest);
        }
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    private void extend(long fromNanos) {
        deadlineNanos = Math.max(deadlineNanos, fromNanos + spanNanos());
    }

    private long nanos(int fractionOfTimeout) {
        return currentMs * NANOS_PER_MS / fractionOfTimeout;
    }

    private long spanNanos() {
        return Math.min(firstMs, currentMs) * NANOS_PER_MS / 100 * (100 - MARGIN_PERCENT);
    }
}
