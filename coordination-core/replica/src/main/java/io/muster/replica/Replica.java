package io.muster.replica;

import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One server's whole logic, of a server that is alone: it decides itself, and what it has decided is committed when its log
 * has it. So everything that a client can see was forced to the disk before.
 *
 * <p>Used by one thread. After a batch of {@link #step} calls, {@link #endBatch} is to be called once.
 */
public final class Replica {
    private final Core core;
    private final DigestHistory digests = new DigestHistory();
    private final Primary primary;

    public Replica(ReplicaSettings settings, State recovered, Clocks now) {
        this.core = new Core(settings, recovered.edit(), now);
        this.primary = new Primary(core, digests);
    }

    /** Takes one input and puts out what follows from it at once. */
    public void step(Input input, Outputs out) {
        if (input instanceof Input.Arrived arrived) {
            Connection connection = heard(arrived.connection());
            if (connection != null) {
                primary.arrived(connection, arrived.header(), arrived.request(), out);
            }
        } else if (input instanceof Input.Persisted persisted) {
            primary.pipeline.persisted(persisted.zxid(), out);
        } else if (input instanceof Input.Tick tick) {
            core.now = new Clocks(tick.monotonicMs(), tick.wallMs());
        } else if (input instanceof Input.Touched touched) {
            Connection connection = core.clients.get(touched.connection());
            if (connection != null) {
                primary.touch(connection);
            }
        } else if (input instanceof Input.ConnectionOpened opened) {
            core.clients.opened(opened.connection(), opened.remoteAddress());
        } else if (input instanceof Input.Connect connect) {
            Connection connection = core.clients.get(connect.connection());
            if (connection != null && !connection.closed) {
                primary.connect(connection, connect.request(), out);
            }
        } else if (input instanceof Input.Refused refused) {
            Connection connection = heard(refused.connection());
            if (connection != null) {
                primary.refused(connection, refused.header(), refused.error(), refused.thenClose(), out);
            }
        } else if (input instanceof Input.ConnectionClosed closed) {
            core.clients.closed(closed.connection());
        }
    }

    /** The connection that a request came on; null if its close is on the way. */
    private @Nullable Connection heard(long number) {
        Connection connection = core.clients.get(number);
        return connection != null && !connection.closed && primary.touch(connection) ? connection : null;
    }

    /**
     * To be called when all inputs that were there at once have been taken. Sessions expire now, and containers and znodes
     * with a time to live are deleted.
     */
    public void endBatch(Outputs out) {
        primary.endBatch(out);
        core.putOutWarnings(out);
    }

    /** As of the last transaction that was prepared, committed or not. */
    StateEditor state() {
        return core.state;
    }

    /** Connections that have not been closed. */
    public int connectionCount() {
        return core.clients.count();
    }

    /** Answers and events that wait until what was prepared before them is in the log, whether or not anybody listens. */
    public int waitingCount() {
        return primary.pipeline.waitingCount();
    }

    public int watchCount() {
        return core.watches.count();
    }

    /** Watches of getData, exists and addWatch, by their sessions. */
    public void forEachDataWatch(SessionWatch visitor) {
        core.watches.forEachOfData((path, number) -> {
            Connection connection = core.clients.get(number);
            if (connection != null && connection.sessionId != 0) {
                visitor.watch(connection.sessionId, path);
            }
        });
    }

    /** A session's watch on a path. */
    public interface SessionWatch {
        void watch(long sessionId, String path);
    }

    /** Sessions by the time when they will expire, in milliseconds of the wall clock, soonest first. */
    public SortedMap<Long, List<Long>> sessionsByDeadline() {
        SortedMap<Long, List<Long>> byDeadline = new TreeMap<>();
        Clocks now = core.now;
        primary.sessions()
                .forEachDeadline((deadlineMs, id) -> byDeadline
                        .computeIfAbsent(deadlineMs - now.monotonicMs() + now.wallMs(), key -> new ArrayList<>())
                        .add(id));
        return byDeadline;
    }

    /** Digests at certain committed transactions, oldest first. */
    public void forEachDigest(DigestHistory.Visitor visitor) {
        digests.forEachUpTo(primary.pipeline.committedZxid(), visitor);
    }

    /** Sessions that have not ended. */
    public int sessionCount() {
        return core.state.sessionCount();
    }
}
