package io.muster.client;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One session as the loop tells of it; the loop writes, any thread reads. */
final class SessionHandle implements ClientSession {
    private final ClientCore core;
    private final long id;
    private final CompletableFuture<SessionLoss> ended = new CompletableFuture<>();
    /** Those that count. On the loop only. */
    private final Set<Hold> holds = new LinkedHashSet<>();
    /** Whether each of them saw the deadline in the future. On the loop only. */
    private boolean allArmed = true;

    private volatile int timeoutMs;
    private volatile long deadlineNanos;
    private volatile boolean quorumConfirmed;
    private volatile @Nullable SessionLoss over;

    SessionHandle(ClientCore core, long id, int timeoutMs) {
        this.core = core;
        this.id = id;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Duration negotiatedTimeout() {
        return Duration.ofMillis(timeoutMs);
    }

    @Override
    public boolean isAlive() {
        return over == null;
    }

    @Override
    public long deadlineNanos() {
        return deadlineNanos;
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(remainingNanos());
    }

    @Override
    public boolean isQuorumConfirmed() {
        return quorumConfirmed;
    }

    @Override
    public CompletableFuture<SessionLoss> ended() {
        return core.futures().handOut(ended);
    }

    CompletableFuture<SessionLoss> endedOnLoop() {
        return ended;
    }

    @Override
    public Heartbeat holdHeartbeat() {
        Hold hold = new Hold();
        if (!core.tryExecute(() -> begin(hold))) {
            hold.lose(SessionLoss.CLIENT_CLOSED);
        }
        return hold;
    }

    @Override
    public String toString() {
        return "ClientSession[0x" + Long.toHexString(id) + (over == null ? "" : ", " + over) + "]";
    }

    private long remainingNanos() {
        return over != null ? 0 : Math.max(0, deadlineNanos - core.runtime().nanoTime());
    }

    // ---- on the loop

    /** The deadline and its quality moved, or did not. */
    void update(long newDeadlineNanos, boolean newQuorumConfirmed) {
        if (newDeadlineNanos != deadlineNanos) {
            deadlineNanos = newDeadlineNanos;
        }
        if (newQuorumConfirmed != quorumConfirmed) {
            quorumConfirmed = newQuorumConfirmed;
        }
    }

    void attached(int newTimeoutMs) {
        timeoutMs = newTimeoutMs;
    }

    /** Tells those whose deadline has passed. */
    void checkHolds(long nowNanos) {
        if (holds.isEmpty()) {
            return;
        }
        if (nowNanos < deadlineNanos) {
            if (!allArmed) {
                holds.forEach(hold -> hold.armed = true);
                allArmed = true;
            }
            return;
        }
        for (Hold hold : List.copyOf(holds)) {
            if (hold.armed) {
                drop(hold);
                hold.lose(SessionLoss.DEADLINE_PASSED);
            }
        }
    }

    /** Whether a timer must look at the deadline: for those that saw it in the future. */
    boolean hasArmedHolds() {
        for (Hold hold : holds) {
            if (hold.armed) {
                return true;
            }
        }
        return false;
    }

    void end(SessionLoss loss) {
        over = loss;
        for (Hold hold : List.copyOf(holds)) {
            drop(hold);
            hold.lose(loss);
        }
        ended.complete(loss);
    }

    private void begin(Hold hold) {
        SessionLoss loss = over;
        if (loss != null) {
            hold.lose(loss);
        } else if (!hold.closed) {
            hold.armed = core.runtime().nanoTime() < deadlineNanos;
            allArmed &= hold.armed;
            holds.add(hold);
            core.hold(true);
        }
    }

    private void drop(Hold hold) {
        if (holds.remove(hold)) {
            core.hold(false);
        }
    }

    final class Hold implements Heartbeat {
        private final CompletableFuture<SessionLoss> lost = new CompletableFuture<>();
        /** The deadline was seen in the future. On the loop only. */
        private boolean armed;

        private volatile boolean closed;

        @Override
        public ClientSession session() {
            return SessionHandle.this;
        }

        @Override
        public boolean isValid() {
            return !lost.isDone() && remainingNanos() > 0;
        }

        @Override
        public Duration remaining() {
            return lost.isDone() ? Duration.ZERO : SessionHandle.this.remaining();
        }

        @Override
        public CompletableFuture<SessionLoss> lost() {
            return core.futures().handOut(lost);
        }

        CompletableFuture<SessionLoss> lostOnLoop() {
            return lost;
        }

        @Override
        public void close() {
            closed = true;
            core.tryExecute(() -> drop(this));
        }

        private void lose(SessionLoss loss) {
            if (!closed) {
                lost.complete(loss);
            }
        }
    }
}
