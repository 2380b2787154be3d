package io.muster.server.transport;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * A bucket of tokens of which each handshake takes some. While the bucket is empty a growing share of the handshakes is
 * dropped though it may hold tokens again, so that a crowd which comes back at once does not come in step (the algorithm
 * BLUE of queue management: Feng et al. 1999). Any thread; the lock is held for some additions.
 */
final class ConnectionThrottle {
    private final ConnectionRate rate;
    private final LongSupplier nowMs;
    private final DoubleSupplier random;
    private int tokens;
    private long filledMs;
    private long adaptedMs;
    private double dropShare;

    /** @param random from 0 to 1 */
    ConnectionThrottle(ConnectionRate rate, LongSupplier nowMs, DoubleSupplier random) {
        this.rate = rate;
        this.nowMs = nowMs;
        this.random = random;
        this.tokens = rate.tokens();
        this.filledMs = nowMs.getAsLong();
        this.adaptedMs = filledMs;
    }

    /** Takes the tokens for a new session, or for one that comes back; says whether it may come. */
    synchronized boolean admits(boolean newSession) {
        if (rate.tokens() == 0) {
            return true;
        }
        long now = nowMs.getAsLong();
        fill(now);
        adaptDropShare(now);
        if (dropShare > 0 && random.getAsDouble() < dropShare) {
            return false;
        }
        int needed = newSession ? rate.newSessionTokens() : rate.renewSessionTokens();
        if (tokens < needed) {
            return false;
        }
        tokens -= needed;
        return true;
    }

    private void fill(long now) {
        long passedMs = now - filledMs;
        if (passedMs > rate.fillTimeMs()) {
            filledMs = now;
            // in floating point nothing overflows where one was idle for long
            double added = Math.floor((double) passedMs * rate.fillCount() / rate.fillTimeMs());
            tokens = (int) Math.min(rate.tokens(), tokens + added);
        }
    }

    private void adaptDropShare(long now) {
        if (rate.freezeTimeMs() < 0 || now - adaptedMs <= rate.freezeTimeMs()) {
            return;
        }
        adaptedMs = now;
        if (tokens == 0) {
            dropShare = Math.min(1, dropShare + rate.dropIncrease());
        } else if (rate.tokens() - tokens <= Math.round(rate.tokens() * rate.decreaseRatio())) {
            dropShare = Math.max(0, dropShare - rate.dropDecrease());
        }
    }

    /** The share of the handshakes that is dropped now, from 0 to 1. */
    synchronized double dropShare() {
        return dropShare;
    }
}
