package io.muster.replica;

import io.muster.replica.session.SessionTable;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.zab.PeerInput;
import io.muster.replica.zab.PeerSettings;
import io.muster.replica.zab.PeerStatus;
import io.muster.replica.zab.Recovered;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One server's whole logic. A server that is alone decides itself, and what it has decided is committed when its log has it. A
 * member of an ensemble does what follows from who leads. Either way everything that a client can see was forced to the disk
 * before, of one server or of a quorum.
 *
 * <p>Used by one thread. After a batch of {@link #step} calls, {@link #endBatch} is to be called once.
 */
public final class Replica {
    private final Core core;
    private final DigestHistory digests = new DigestHistory();
    /** Of a server that is alone. */
    private final @Nullable Primary alone;
    /** Of a member of an ensemble. */
    private final @Nullable Member member;

    /**
     * A server that is alone.
     *
     * @param out for what follows at once
     */
    public Replica(ReplicaSettings settings, State recovered, Clocks now, Outputs out) {
        this.core = new Core(settings, recovered.edit(), now);
        this.alone = new Primary(core, digests, (transaction, to) -> to.append(transaction));
        this.member = null;
        alone.sessions().endOrphans(out);
    }

    /**
     * A member of an ensemble, which begins to look for a leader.
     *
     * @param recovered the state that the disk holds, all of its log in it
     * @param history the rest of what the disk holds
     * @param holdMs how long clients' connections stay open without a leader, at least 0
     * @param out for what follows at once
     */
    public Replica(
            ReplicaSettings settings,
            PeerSettings peers,
            State recovered,
            Recovered history,
            int holdMs,
            Clocks now,
            Outputs out) {
        this.core = new Core(settings, recovered.edit(), now);
        this.alone = null;
        this.member = new Member(core, digests, peers, history, holdMs, out);
    }

    private Duty duty() {
        Duty duty = member == null ? alone : member.duty();
        if (duty == null) {
            throw new IllegalStateException("neither alone nor a member");
        }
        return duty;
    }

    /** Takes one input and puts out what follows from it at once. */
    public void step(Input input, Outputs out) {
        if (member != null) {
            member.outputs(out);
        }
        if (input instanceof Input.Arrived arrived) {
            Connection connection = heard(arrived.connection());
            if (connection != null) {
                duty().arrived(connection, arrived.header(), arrived.request(), out);
            }
        } else if (input instanceof Input.Persisted persisted) {
            persisted(persisted.zxid(), out);
        } else if (input instanceof Input.Tick tick) {
            core.now = new Clocks(tick.monotonicMs(), tick.wallMs());
            if (member != null) {
                member.step(new PeerInput.Tick(tick.monotonicMs()));
            }
        } else if (input instanceof Input.Touched touched) {
            Connection connection = core.clients.get(touched.connection());
            if (connection != null) {
                duty().touch(connection);
            }
        } else if (input instanceof Input.ConnectionOpened opened) {
            core.clients.opened(opened.connection(), opened.remoteAddress());
        } else if (input instanceof Input.Connect connect) {
            Connection connection = core.clients.get(connect.connection());
            if (connection != null && !connection.closed) {
                duty().connect(connection, connect.request(), out);
            }
        } else if (input instanceof Input.Refused refused) {
            Connection connection = heard(refused.connection());
            if (connection != null) {
                duty().refused(connection, refused.header(), refused.error(), refused.thenClose(), out);
            }
        } else if (input instanceof Input.ConnectionClosed closed) {
            Connection connection = core.clients.get(closed.connection());
            if (connection != null) {
                duty().connectionClosed(connection);
                core.clients.closed(closed.connection());
            }
        } else if (input instanceof Input.OfPeer of && member != null) {
            member.step(of.input());
        } else if (input instanceof Input.HandOver && member != null) {
            member.handOver();
        }
    }

    private void persisted(long zxid, Outputs out) {
        if (member != null) {
            member.step(new PeerInput.Persisted(zxid));
        } else if (alone != null) {
            alone.committed(zxid, out);
        }
    }

    /** The connection that a request came on; null if its close is on the way. */
    private @Nullable Connection heard(long number) {
        Connection connection = core.clients.get(number);
        return connection != null && !connection.closed && duty().touch(connection) ? connection : null;
    }

    /**
     * To be called when all inputs that were there at once have been taken. Sessions expire now, and containers and znodes
     * with a time to live are deleted.
     */
    public void endBatch(Outputs out) {
        if (member != null) {
            member.outputs(out);
            member.endBatch();
        } else if (alone != null) {
            alone.endBatch(out);
        }
        core.putOutWarnings(out);
    }

    /** What a member of an ensemble is in it; empty for a server that is alone. */
    public Optional<PeerStatus> peerStatus() {
        return member == null ? Optional.empty() : Optional.of(member.peer().status());
    }

    /** Transactions of a leader's after which this server's tree was another one than the leader's. */
    public int digestMismatches() {
        return member == null ? 0 : member.digestMismatches();
    }

    /** When a tick is due though nothing comes, by the monotonic clock; {@link Long#MAX_VALUE} for at no certain time. */
    public long dueMs() {
        return member == null ? Long.MAX_VALUE : member.peer().dueMs();
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
        return duty().waitingCount();
    }

    /** Sessions that this server has ended because nothing was heard of them; those that its leader ended are not among them. */
    public long expiredSessions() {
        return core.expiredSessions;
    }

    public int watchCount() {
        return core.watches.count();
    }

    /**
     * Watches of getData, exists and addWatch, by their sessions, some at a time.
     *
     * @param from 0, or what an earlier call returned; what is set or removed in between comes or does not
     * @param atMost about how many
     * @return where to go on, or -1 if there are no more
     */
    public int forEachDataWatch(int from, int atMost, SessionWatch visitor) {
        return core.watches.forEachOfData(from, atMost, (path, number) -> {
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

    /**
     * When sessions will expire if nothing is heard from them. Says nothing of those that are not or are about to end, and
     * nothing at all where another server decides that.
     */
    public void forEachDeadline(List<Long> sessionIds, SessionDeadline visitor) {
        Primary deciding = member == null ? alone : member.primary();
        if (deciding == null) {
            return;
        }
        long toWallMs = core.now.wallMs() - core.now.monotonicMs();
        for (long id : sessionIds) {
            SessionTable.Session session = deciding.sessions().get(id);
            if (session != null && !session.isClosing()) {
                visitor.session(session.deadlineMs() + toWallMs, id);
            }
        }
    }

    /** When a session will expire, in milliseconds of the wall clock. */
    public interface SessionDeadline {
        void session(long wallMs, long id);
    }

    /** Digests at certain committed transactions, oldest first. */
    public void forEachDigest(DigestHistory.Visitor visitor) {
        digests.forEachUpTo(duty().committedZxid(), visitor);
    }

    /** Sessions that have not ended. */
    public int sessionCount() {
        return core.state.sessionCount();
    }
}
