package io.muster.server.transport;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Xids;
import io.muster.replica.Answer;
import io.muster.replica.Input;
import io.muster.replica.LongRead;
import io.muster.replica.Reads;
import io.muster.replica.state.State;
import io.muster.server.transport.ClientConnection.Phase;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection whose session is open: each goes to the serial loop, but for reads that set no watch while
 * nothing of the connection is in the loop, which are answered at once. Belongs to the connection's I/O thread.
 */
final class Requests {
    private final ClientConnection connection;
    private final ClientPort port;
    private final Lane lane;
    private final long number;
    private final ConnectionStats stats;
    private final Replies replies;

    /** Those that are in the serial loop, oldest first. */
    private final ArrayDeque<Outstanding> outstanding = new ArrayDeque<>();
    /** Bytes of the frame that is being decoded, if it counts as large; given back with its reply. */
    private int largeBytes;
    /** Who asks, besides the session. */
    private List<Id> ids = List.of();

    private record Outstanding(
            long sinceMs, int xid, @Nullable OpCode op, int largeBytes) {}

    Requests(
            ClientConnection connection,
            ClientPort port,
            Lane lane,
            long number,
            ConnectionStats stats,
            Replies replies) {
        this.connection = connection;
        this.port = port;
        this.lane = lane;
        this.number = number;
        this.stats = stats;
        this.replies = replies;
    }

    boolean anyInCore() {
        return !outstanding.isEmpty();
    }

    int countInCore() {
        return outstanding.size();
    }

    void identities(List<Id> now) {
        ids = now;
    }

    /** Whether a frame of that length may come: to be asked before each {@link #take}. If not, the connection is refused. */
    boolean admits(int length) {
        largeBytes = port.largeRequests().take(length);
        if (largeBytes >= 0) {
            return true;
        }
        largeBytes = 0;
        port.traffic().largeRequestRejected();
        connection.refuse(
                "largeRequestMaxBytes",
                "a large request of " + length + " bytes; those without a reply would exceed "
                        + port.settings().maxLargeRequestsBytes() + " bytes (largeRequestMaxBytes)");
        return false;
    }

    /**
     * Takes the request in a frame.
     *
     * @throws MalformedFrameException if it does not even have a header
     */
    void take(JuteReader in) {
        try {
            request(RequestHeader.read(in), in);
        } finally {
            port.largeRequests().giveBack(largeBytes);
            largeBytes = 0;
        }
    }

    private void request(RequestHeader header, JuteReader in) {
        OpCode op = OpCode.of(header.type());
        if (op == null || !isForClients(op)) {
            connection.takeNoMore();
            toCore(header, op, new Input.Refused(number, header, ErrorCode.UNIMPLEMENTED, true));
            return;
        }
        Request request;
        try {
            request = Request.read(op, in);
        } catch (MalformedFrameException e) {
            connection.logUndecodable(op, e);
            toCore(header, op, new Input.Refused(number, header, ErrorCode.MARSHALLING_ERROR, false));
            return;
        }
        if (op == OpCode.CLOSE_SESSION) {
            connection.takeNoMore();
        }
        if (!Reads.isRead(request) || Reads.setsWatch(request) || !answeredHere(header.xid(), op, request)) {
            toCore(header, op, new Input.Arrived(number, header, request));
        }
    }

    private static boolean isForClients(OpCode op) {
        return switch (op) {
            case CHECK, DELETE_CONTAINER, CREATE_SESSION, ERROR -> false;
            default -> true;
        };
    }

    private void toCore(RequestHeader header, @Nullable OpCode op, Input input) {
        outstanding.add(new Outstanding(port.nowMs(), header.xid(), op, largeBytes));
        largeBytes = 0;
        port.traffic().outstandingChanged(1);
        lane.pend(input);
    }

    /** The session is new; ZooKeeper counts this as a request. */
    void sessionOpened(long sinceMs) {
        long now = port.nowMs();
        port.traffic().answeredAfter(now - sinceMs);
        stats.answered(OpCode.CREATE_SESSION, 0, lane.core().published().state().zxid(), now, now - sinceMs);
    }

    /**
     * A request came back from the serial loop: in the order of the requests, but for pings, which may come later.
     *
     * @param succeeded what failed and is no read has no name in the list of connections, as in ZooKeeper
     */
    void answered(int xid, long zxid, boolean succeeded) {
        Outstanding request = poll(xid == Xids.PING);
        if (request != null) {
            long now = port.nowMs();
            long latency = now - request.sinceMs;
            port.largeRequests().giveBack(request.largeBytes);
            port.traffic().outstandingChanged(-1);
            if (request.op != OpCode.AUTH && request.op != OpCode.SASL) {
                port.traffic().answeredAfter(latency);
                stats.answered(
                        succeeded || !writesOneZnode(request.op) ? request.op : null, request.xid, zxid, now, latency);
            }
        }
    }

    private static boolean writesOneZnode(@Nullable OpCode op) {
        if (op == null) {
            return false;
        }
        return switch (op) {
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL, DELETE, SET_DATA, SET_ACL, RECONFIG -> true;
            default -> false;
        };
    }

    private @Nullable Outstanding poll(boolean ping) {
        Outstanding oldest = outstanding.peek();
        if (oldest == null || (oldest.op == OpCode.PING) == ping) {
            return outstanding.poll();
        }
        for (Iterator<Outstanding> each = outstanding.iterator(); each.hasNext(); ) {
            Outstanding next = each.next();
            if ((next.op == OpCode.PING) == ping) {
                each.remove();
                return next;
            }
        }
        return null;
    }

    /** Nobody waits for the replies any more. */
    void forgetAll() {
        port.traffic().outstandingChanged(-outstanding.size());
        outstanding.forEach(request -> port.largeRequests().giveBack(request.largeBytes));
        outstanding.clear();
    }

    /** Answers a read from the published state, if the order of this connection allows it. */
    private boolean answeredHere(int xid, OpCode op, Request read) {
        if (!outstanding.isEmpty() || !port.access().letsIn(ids) || !port.allows(read)) {
            return false;
        }
        Published published = lane.core().published();
        lane.drainUpTo(published.batch());
        if (connection.phase() != Phase.OPEN) {
            return true; // it was closed by what stood before this read
        }
        long zxid = published.state().zxid();
        if (!published.isServing() || zxid < replies.lastZxid()) {
            return false;
        }
        connection.touch();
        answer(published.state(), zxid, xid, read, ids);
        port.traffic().answeredAfter(0);
        stats.answered(op, xid, zxid, port.nowMs(), 0);
        return true;
    }

    /** Answers a read from a state. A long answer begins here, and goes on between the work of others. */
    void answer(State state, long zxid, int xid, Request read, List<Id> identities) {
        if (read instanceof Request.MultiRead multi) {
            Answer whole = Reads.shortMulti(state, multi, identities, port.access());
            if (whole == null) {
                replies.longReply(xid, zxid, LongRead.ofMulti(state, multi, identities, port.access()));
            } else {
                reply(xid, zxid, whole);
            }
            return;
        }
        LongRead longRead = LongRead.of(state, read, identities, port.access());
        if (longRead != null) {
            replies.longReply(xid, zxid, longRead);
            return;
        }
        reply(
                xid,
                zxid,
                read instanceof Request.GetEphemerals own
                        ? Reads.ephemerals(state, connection.sessionId(), own)
                        : Reads.answer(state, read, identities, port.access()));
    }

    private void reply(int xid, long zxid, Answer answer) {
        replies.reply(new ReplyHeader(xid, zxid, answer.error().code()), answer.body());
    }
}
