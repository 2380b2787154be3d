package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** All that one server answered to a script, in the order in which it was read. Not for several threads. */
final class Transcript {
    /**
     * A transaction's number. As text it is its distance to the transcript's first one, so that gaps are compared too; for
     * one that is older, its rank among those; and itself if it is 0 or less.
     */
    record Zxid(long value) {}

    /** A session's number; as text it is its rank among all of the transcript, unless it is 0. */
    record SessionId(long value) {}

    /** @param eventZxid of a watch's event, else 0 */
    private record Line(int session, List<Object> parts, long eventZxid) {}

    private final List<Line> lines = new ArrayList<>();
    private final Set<Long> endsOfSessions = new HashSet<>();
    private final SortedSet<Long> oldZxids = new TreeSet<>();
    private long firstZxid = Long.MAX_VALUE;
    private final SortedSet<Long> sessions = new TreeSet<>();

    /** @param parts text, {@link Zxid} and {@link SessionId} */
    void add(int session, List<?> parts) {
        add(new Line(session, List.copyOf(parts), 0));
    }

    void addEvent(int session, List<?> parts, long zxid) {
        add(new Line(session, List.copyOf(parts), zxid));
    }

    private void add(Line line) {
        lines.add(line);
        for (Object part : line.parts) {
            if (part instanceof Zxid zxid && zxid.value > 0) {
                saw(zxid.value);
            } else if (part instanceof SessionId id && id.value != 0) {
                sessions.add(id.value);
            }
        }
    }

    private void saw(long zxid) {
        if (firstZxid == Long.MAX_VALUE) {
            firstZxid = zxid; // that of the script's own root
        } else if (zxid < firstZxid) {
            oldZxids.add(zxid);
        }
    }

    /**
     * Says that a transaction ended a session. Its ephemeral znodes go in the order of a hash set in ZooKeeper, so the order
     * of the events of this one transaction is nobody's promise.
     */
    void endOfSession(long zxid) {
        endsOfSessions.add(zxid);
    }

    List<String> lines() {
        List<Long> oldRanks = List.copyOf(oldZxids);
        List<Long> sessionRanks = List.copyOf(sessions);
        List<String> texts = new ArrayList<>(lines.size());
        int start = 0;
        while (start < lines.size()) {
            int end = endOfUnordered(start);
            List<String> run = new ArrayList<>();
            for (Line line : lines.subList(start, end)) {
                run.add(text(line, oldRanks, sessionRanks));
            }
            if (run.size() > 1) {
                run.sort(Comparator.naturalOrder());
            }
            texts.addAll(run);
            start = end;
        }
        return texts;
    }

    /** Behind the events of one session's end that follow each other on one connection; or behind one line. */
    private int endOfUnordered(int start) {
        Line first = lines.get(start);
        int end = start + 1;
        if (endsOfSessions.contains(first.eventZxid)) {
            while (end < lines.size()
                    && lines.get(end).session == first.session
                    && lines.get(end).eventZxid == first.eventZxid) {
                end++;
            }
        }
        return end;
    }

    private String text(Line line, List<Long> oldZxids, List<Long> sessions) {
        StringBuilder text = new StringBuilder("session ").append(line.session).append(": ");
        for (Object part : line.parts) {
            if (part instanceof Zxid zxid) {
                text.append(text(zxid.value, oldZxids));
            } else if (part instanceof SessionId id) {
                text.append(id.value == 0 ? "none" : "id" + sessions.indexOf(id.value));
            } else {
                text.append(part);
            }
        }
        return text.toString();
    }

    private String text(long zxid, List<Long> oldZxids) {
        if (zxid <= 0) {
            return Long.toString(zxid);
        }
        return zxid < firstZxid ? "old" + oldZxids.indexOf(zxid) : "z" + (zxid - firstZxid);
    }
}
