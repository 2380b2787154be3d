package io.muster.replica;

import io.muster.replica.state.ReapCandidates;
import io.muster.replica.state.StateEditor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says which containers and znodes with a time to live are to be deleted now. Owned by the replica's thread.
 *
 * <p>A check goes through those that there were at its beginning, and looks at so many per call that no request waits for
 * it. A znode is judged in the moment in which it is handed out: it may be deleted at once, without another look.
 */
final class Reaper {
    /** About a tenth of the thread's time, and pauses of some milliseconds at most. */
    private static final int EXAMINED_PER_MS = 100;

    private static final int MAX_EXAMINED = 10_000;
    private static final long MICROS_PER_MINUTE = 60_000_000;

    private final Reaping settings;
    private final long intervalMicros;
    /** Of the check that is under way; null between two. */
    private @Nullable ReapCandidates candidates;
    /** The one that comes next, if it had to wait. */
    private byte @Nullable [] waiting;

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
    List<String> due(StateEditor state, Clocks now) {
        long nowMs = now.monotonicMs();
        long sinceMs = lastCallMs;
        lastCallMs = nowMs;
        ReapCandidates those = candidates;
        if (those == null) {
            if (nowMs < nextCheckMs) {
                return List.of();
            }
            nextCheckMs = nowMs + settings.checkIntervalMs();
            those = new ReapCandidates(state.freeze());
            candidates = those;
        }
        // what the rate allowed before the last call and nobody used is forfeit
        nextDeletionMicros = Math.max(nextDeletionMicros, sinceMs * 1_000);
        long examined = Math.min(MAX_EXAMINED, (nowMs - sinceMs) * EXAMINED_PER_MS);
        List<String> due = new ArrayList<>();
        for (int i = 0; i < examined; i++) {
            byte[] next = waiting == null ? those.next() : waiting;
            waiting = null;
            if (next == null) {
                candidates = null;
                break;
            }
            String path = state.reapable(next, now.wallMs(), settings.maxNeverUsedMs());
            if (path != null) {
                if (nextDeletionMicros >= nowMs * 1_000) {
                    waiting = next;
                    break;
                }
                nextDeletionMicros += intervalMicros;
                due.add(path);
            }
        }
        return due;
    }
}
