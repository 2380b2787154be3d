package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.Request;
import io.muster.protocol.Response.MultiResults;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.State;
import io.muster.replica.state.StateView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A multi of reads, one read after the other. What it found while it measured is not kept but looked up again when it is
 * written, so that it holds no more than the request does, however many read it.
 */
final class LongMultiRead extends LongRead {
    /** Reads that are measured before others get their turn. */
    private static final int STEP = 1_000;

    private final State state;
    private final List<Request> ops;
    private final List<Id> ids;
    private final AccessControl access;

    private int measured;
    private long sizeBytes = MultiResults.SLOT_BYTES; // the end's
    /** The next whose result is to be begun. */
    private int next;
    /** The result that is on its way. */
    private @Nullable LongRead current;

    LongMultiRead(State state, Request.MultiRead multi, List<Id> ids, AccessControl access) {
        this.state = state;
        this.ops = multi.ops();
        this.ids = ids;
        this.access = access;
    }

    @Override
    public boolean measure() {
        int until = Math.min(ops.size(), measured + STEP);
        for (; measured < until; measured++) {
            Request op = ops.get(measured);
            NodeView node = node(state, op);
            sizeBytes += resultBytes(op, node, error(node, ids, access));
        }
        return measured == ops.size();
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean write(JuteWriter out, int untilBytes) {
        while (out.size() < untilBytes) {
            if (current == null && next == ops.size()) {
                MultiResults.writeEnd(out);
                return true;
            }
            if (current == null) {
                current = begin(ops.get(next++), out);
            }
            if (current != null && current.write(out, untilBytes)) {
                current = null;
            }
        }
        return false;
    }

    /** Writes what stands before a result, and returns the result; null if it is an error, which was written too. */
    private @Nullable LongRead begin(Request op, JuteWriter out) {
        NodeView node = node(state, op);
        ErrorCode error = error(node, ids, access);
        if (node == null || error != ErrorCode.OK) {
            MultiResults.writeError(out, error);
            return null;
        }
        MultiResults.writeSlot(out, op.op());
        return result(op, node);
    }

    /** The znode that one of the reads is of. */
    static @Nullable NodeView node(StateView state, Request op) {
        return state.find(path(op));
    }

    private static String path(Request op) {
        if (op instanceof Request.GetData get) {
            return get.path();
        }
        if (op instanceof Request.GetChildren children) {
            return children.path();
        }
        throw notInAMulti(op);
    }

    private static LongRead result(Request op, NodeView node) {
        if (op instanceof Request.GetData) {
            return new Data(node);
        }
        if (op instanceof Request.GetChildren) {
            return new Children(node, null);
        }
        throw notInAMulti(op);
    }

    /** What a result takes in the reply. */
    static long resultBytes(Request op, @Nullable NodeView node, ErrorCode error) {
        if (node == null || error != ErrorCode.OK) {
            return MultiResults.SLOT_BYTES + Integer.BYTES;
        }
        return MultiResults.SLOT_BYTES
                + (op instanceof Request.GetData ? Data.sizeBytes(node) : Children.sizeBytes(node));
    }

    private static IllegalArgumentException notInAMulti(Request op) {
        return new IllegalArgumentException(op.op() + " in a multi of reads");
    }

    static ErrorCode error(@Nullable NodeView node, List<Id> ids, AccessControl access) {
        if (node == null) {
            return ErrorCode.NO_NODE;
        }
        return access.permits(node.acl(), Acl.READ, ids) ? ErrorCode.OK : ErrorCode.NO_AUTH;
    }
}
