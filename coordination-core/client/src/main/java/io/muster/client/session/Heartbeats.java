package io.muster.client.session;

import io.muster.protocol.Request;
import io.muster.protocol.Xids;
import java.util.ArrayDeque;

/** When the server was heard, when to say that we live, and when to ask for what moves the {@link Validity}. */
final class Heartbeats {
    private static final long MAX_PING_INTERVAL_NANOS = 10_000 * Agreement.NANOS_PER_MS;

    private final Step step;
    private final Agreement agreement;
    private final Line line;

    /** When the pings without an answer were sent. */
    private final ArrayDeque<Long> pings = new ArrayDeque<>();

    private int holds;
    private long lastHeardNanos;
    private long lastConfirmationSentNanos;

    Heartbeats(Step step, Agreement agreement, Line line) {
        this.step = step;
        this.agreement = agreement;
        this.line = line;
    }

    void heard() {
        lastHeardNanos = step.nowNanos();
    }

    void connectionGone() {
        pings.clear();
    }

    // ---- when

    private long readTimeoutNanos() {
        return agreement.timeoutNanos() * 2 / 3;
    }

    /** When a connection on which nothing is heard counts as lost. */
    long silentNanos() {
        return lastHeardNanos + readTimeoutNanos();
    }

    /** When the session is given up without a connection. */
    long expiryNanos() {
        return lastHeardNanos + agreement.timeoutNanos() * 4 / 3;
    }

    private long pingIntervalNanos() {
        return Math.min(readTimeoutNanos() / 2, MAX_PING_INTERVAL_NANOS);
    }

    /** Twice as often where a confirmation is one for what went before only. */
    private long confirmationIntervalNanos() {
        return agreement.confirmsPings() ? pingIntervalNanos() : pingIntervalNanos() / 2;
    }

    /** When {@link #beat} is due. */
    long nextNanos() {
        long idle = line.lastSentNanos() + pingIntervalNanos();
        return holds > 0 ? Math.min(idle, lastConfirmationSentNanos + confirmationIntervalNanos()) : idle;
    }

    // ---- what

    void hold(boolean begin) {
        holds += begin ? 1 : -1;
        if (holds < 0) {
            throw new IllegalStateException("more heartbeats were let go than held");
        }
    }

    /** Somebody began to hold. Many who come at the same time need one confirmation only. */
    void confirmUnlessFresh() {
        boolean fresh = holds > 1 && step.nowNanos() - lastConfirmationSentNanos < confirmationIntervalNanos() / 8;
        if (!fresh) {
            confirm();
        }
    }

    /** Says that we live, and if somebody holds, so that the server must confirm it. */
    void beat() {
        if (holds > 0) {
            confirm();
        } else {
            ping();
        }
    }

    void confirmIfHeld() {
        if (holds > 0) {
            confirm();
        }
    }

    /** Asks for what moves the deadline. */
    private void confirm() {
        lastConfirmationSentNanos = step.nowNanos();
        if (agreement.confirmsPings() || agreement.isReadOnly()) {
            ping();
        } else {
            line.sendInternal(new Request.Sync("/"));
        }
    }

    private void ping() {
        pings.add(step.nowNanos());
        line.sendApart(Xids.PING, new Request.Ping());
    }

    /** A ping was answered; false if none was due. */
    boolean answered(int err) {
        Long sentAtNanos = pings.poll();
        if (sentAtNanos == null) {
            return false;
        }
        if (err == 0 && agreement.confirmsPings()) {
            agreement.validity().confirmed(sentAtNanos);
        }
        return true;
    }
}
