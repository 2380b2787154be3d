package io.muster.replica.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of sessions, in buckets of one tick: touching a session costs two hash operations, expiring costs only what
 * expires. Owned by one thread.
 */
public final class SessionTable {
    private final int tickTimeMs;
    private final Map<Long, Session> sessions = new HashMap<>();
    /** Deadline, a multiple of the tick, to the sessions that expire at it, in the order of their touches. */
    private final TreeMap<Long, Set<Session>> buckets = new TreeMap<>();

    public SessionTable(int tickTimeMs) {
        this.tickTimeMs = tickTimeMs;
    }

    /** One session: who it is, how long it lasts, and which connection it is on. */
    public static final class Session {
        /** Of a session on a connection to this server. */
        public static final long HERE = 0;
        /** Of one that was not heard of since this server leads: whoever speaks for it first owns it. */
        private static final long NOWHERE = -1;

        private final long id;
        private int timeoutMs;
        private long deadlineMs = Long.MIN_VALUE;
        private boolean closing;
        private long owner = NOWHERE;

        private Session(long id, int timeoutMs) {
            this.id = id;
            this.timeoutMs = timeoutMs;
        }

        public long id() {
            return id;
        }

        public int timeoutMs() {
            return timeoutMs;
        }

        /** When it expires if nothing is heard from it, by the clock that it was touched by. */
        public long deadlineMs() {
            return deadlineMs;
        }

        /** A server over another link speaks for it from now on, or {@link #HERE} this one. */
        public void moveTo(long link) {
            owner = link;
        }

        /** Whether it may be spoken for over a link; if nobody has yet, it belongs to that one. */
        public boolean belongsTo(long link) {
            if (owner == NOWHERE) {
                owner = link;
            }
            return owner == link;
        }

        /** Its end is decided: nothing more is accepted from it. */
        public boolean isClosing() {
            return closing;
        }
    }

    /** Starts a session's time, or starts it anew with another timeout. */
    public Session open(long id, int timeoutMs, long nowMs) {
        Session session = sessions.computeIfAbsent(id, key -> new Session(key, timeoutMs));
        session.timeoutMs = timeoutMs;
        touch(session, nowMs);
        return session;
    }

    /** The session, closing or not, or null. */
    public @Nullable Session get(long id) {
        return sessions.get(id);
    }

    /** Something was heard from the session. A closing one is not helped by it. */
    public void touch(Session session, long nowMs) {
        if (session.closing) {
            return;
        }
        long deadline = (Math.floorDiv(nowMs + session.timeoutMs, tickTimeMs) + 1) * (long) tickTimeMs;
        if (deadline == session.deadlineMs) {
            return;
        }
        leaveBucket(session);
        session.deadlineMs = deadline;
        buckets.computeIfAbsent(deadline, key -> new LinkedHashSet<>()).add(session);
    }

    /** Forgets a session; whoever still holds it cannot touch it. */
    public void remove(long id) {
        Session gone = sessions.remove(id);
        if (gone != null) {
            gone.closing = true;
            leaveBucket(gone);
        }
    }

    /** Closes and returns the sessions whose deadline has come, earliest first. */
    public List<Session> expire(long nowMs) {
        if (buckets.isEmpty() || buckets.firstKey() > nowMs) {
            return List.of();
        }
        List<Session> expired = new ArrayList<>();
        while (!buckets.isEmpty() && buckets.firstKey() <= nowMs) {
            expired.addAll(buckets.pollFirstEntry().getValue());
        }
        expired.forEach(session -> session.closing = true);
        return expired;
    }

    private void leaveBucket(Session session) {
        Set<Session> bucket = buckets.get(session.deadlineMs);
        if (bucket != null && bucket.remove(session) && bucket.isEmpty()) {
            buckets.remove(session.deadlineMs);
        }
    }
}
