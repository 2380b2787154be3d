package io.muster.replica;

import io.muster.replica.state.StateView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Says which containers and znodes with a time to live are to be deleted now. Owned by the replica's thread.
 *
 * <p>A check lists all of them at its beginning, which costs a few nanoseconds each, and looks at so many per call that no
 * request waits for it. A znode is judged in the moment in which it is handed out: it may be deleted at once, without
 * another look.
 */
final class Reaper {
    private static final int EXAMINED_PER_CALL = 1_000;
    private static final long MICROS_PER_MINUTE = 60_000_000;

    private final Reaping settings;
    private final long intervalMicros;
    private final ArrayDeque<byte[]> unexamined = new ArrayDeque<>();
    private long nextCheckMs;
    private long lastCallMs;
    /** No deletion before this, in microseconds of the monotonic clock. */
    private long nextDeletionMicros;

    Reaper(Reaping settings, Clocks now) {
        this.settings = settings;
        this.intervalMicros = MICROS_PER_MINUTE / settings.maxPerMinute();
        this.nextCheckMs = now.monotonicMs() + settings.checkIntervalMs();
        this.lastCallMs = now.monotonicMs();
    }

    /** Paths to delete, at most as many as the rate allows since the last call. */
    List<String> due(StateView state, Clocks now) {
        long nowMs = now.monotonicMs();
        long sinceMs = lastCallMs;
        lastCallMs = nowMs;
        if (unexamined.isEmpty()) {
            if (nowMs < nextCheckMs) {
                return List.of();
            }
            nextCheckMs = nowMs + settings.checkIntervalMs();
            unexamined.addAll(state.reapablePaths());
        }
        // what the rate allowed before the last call and nobody used is forfeit
        nextDeletionMicros = Math.max(nextDeletionMicros, sinceMs * 1_000);
        List<String> due = new ArrayList<>();
        for (int i = 0; i < EXAMINED_PER_CALL && !unexamined.isEmpty(); i++) {
            String path = state.reapable(unexamined.peek(), now.wallMs(), settings.maxNeverUsedMs());
            if (path != null) {
                if (nextDeletionMicros >= nowMs * 1_000) {
                    break;
                }
                nextDeletionMicros += intervalMicros;
                due.add(path);
            }
            unexamined.remove();
        }
        return due;
    }
}
