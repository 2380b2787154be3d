package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers what a state alone can answer. Any thread, for a state that does not change meanwhile. */
public final class Reads {
    private Reads() {}

    /** Whether {@link #answer} knows the request. */
    public static boolean isRead(Request request) {
        return request instanceof Request.GetData
                || request instanceof Request.Exists
                || request instanceof Request.GetChildren
                || request instanceof Request.GetChildren2
                || request instanceof Request.GetAcl
                || request instanceof Request.MultiRead
                || request instanceof Request.GetAllChildrenNumber;
    }

    /** Whether the request asks for a one-shot watch. */
    public static boolean setsWatch(Request request) {
        return request instanceof Request.GetData get && get.watch()
                || request instanceof Request.Exists exists && exists.watch()
                || request instanceof Request.GetChildren children && children.watch()
                || request instanceof Request.GetChildren2 children2 && children2.watch();
    }

    /**
     * @param ids who asks
     * @throws IllegalArgumentException if the request is no read
     */
    public static Answer answer(StateView state, Request read, List<Id> ids, AccessControl access) {
        if (read instanceof Request.GetData get) {
            NodeView node = state.find(get.path());
            return show(node, ids, access, n -> new Response.Data(n.data(), n.stat()));
        }
        if (read instanceof Request.Exists exists) {
            if (exists.path().indexOf('\0') >= 0) {
                return Answer.failed(ErrorCode.BAD_ARGUMENTS);
            }
            NodeView node = state.find(exists.path());
            return show(node, ids, access, n -> new Response.StatOnly(n.stat()));
        }
        if (read instanceof Request.GetChildren children) {
            NodeView node = state.find(children.path());
            return show(node, ids, access, n -> new Response.Children(n.children()));
        }
        if (read instanceof Request.GetChildren2 children) {
            NodeView node = state.find(children.path());
            return show(node, ids, access, n -> new Response.Children2(n.children(), n.stat()));
        }
        if (read instanceof Request.GetAllChildrenNumber all) {
            NodeView node = state.find(all.path());
            return show(node, ids, access, n -> new Response.AllChildrenNumber(state.descendantCount(all.path())));
        }
        if (read instanceof Request.GetAcl get) {
            return acl(state.find(get.path()), ids, access);
        }
        if (read instanceof Request.MultiRead multi) {
            return multi(state, multi, ids, access);
        }
        throw new IllegalArgumentException(read.op() + " is no read");
    }

    /** The paths of a session's ephemeral znodes, those that start with the request's prefix. */
    public static Answer ephemerals(StateView state, long sessionId, Request.GetEphemerals request) {
        String prefix = request.prefixPath();
        List<String> paths = state.ephemerals(sessionId);
        // what is trimmed is ASCII, the control characters among it
        String trimmed = prefix.trim();
        if (!trimmed.isEmpty() && !trimmed.equals("/")) {
            paths = paths.stream().filter(path -> path.startsWith(prefix)).toList();
        }
        return Answer.ok(new Response.Ephemerals(paths));
    }

    private static Answer show(
            @Nullable NodeView node, List<Id> ids, AccessControl access, Function<NodeView, Response> body) {
        if (node == null) {
            return Answer.failed(ErrorCode.NO_NODE);
        }
        return access.permits(node.acl(), Acl.READ, ids)
                ? Answer.ok(body.apply(node))
                : Answer.failed(ErrorCode.NO_AUTH);
    }

    private static Answer acl(@Nullable NodeView node, List<Id> ids, AccessControl access) {
        if (node == null) {
            return Answer.failed(ErrorCode.NO_NODE);
        }
        if (!access.permits(node.acl(), Acl.READ | Acl.ADMIN, ids)) {
            return Answer.failed(ErrorCode.NO_AUTH);
        }
        boolean whole = access.permits(node.acl(), Acl.ADMIN, ids);
        List<Acl> shown = whole ? node.acl().entries() : AccessControl.masked(node.acl());
        return Answer.ok(new Response.AclList(shown, node.stat()));
    }

    /** The first of them decides: they are all of one kind. */
    private static boolean isOfWrites(Request.MultiRead multi) {
        OpCode first =
                multi.ops().isEmpty() ? OpCode.GET_DATA : multi.ops().get(0).op();
        return RequestStep.isWrite(first) || first == OpCode.CHECK;
    }

    /** ZooKeeper sends the results that it has made until then, which are none, unless it cannot even read the request. */
    private static Answer refused(Request.MultiRead multi) {
        boolean readable = !RequestStep.isUnreadable(multi.ops());
        return new Answer(
                ErrorCode.MARSHALLING_ERROR, readable ? new Response.MultiResults(List.of()) : Response.EMPTY);
    }

    private static Answer multi(StateView state, Request.MultiRead multi, List<Id> ids, AccessControl access) {
        if (isOfWrites(multi)) {
            return refused(multi);
        }
        List<Response.OpResult> results = new ArrayList<>(multi.ops().size());
        for (Request op : multi.ops()) {
            results.add(result(op, answer(state, op, ids, access)));
        }
        return Answer.ok(new Response.MultiResults(results));
    }

    /**
     * The answer to a multi of reads if it fits into one piece; null if it is longer, and to be made by a {@link LongRead}.
     *
     * @param ids who asks
     */
    public static @Nullable Answer shortMulti(
            StateView state, Request.MultiRead multi, List<Id> ids, AccessControl access) {
        if (isOfWrites(multi)) {
            return refused(multi);
        }
        List<Response.OpResult> results = new ArrayList<>();
        long bytes = 0;
        for (Request op : multi.ops()) {
            NodeView node = LongMultiRead.node(state, op);
            ErrorCode error = LongMultiRead.error(node, ids, access);
            bytes += LongMultiRead.resultBytes(op, node, error);
            if (bytes > LongRead.PIECE_BYTES) {
                return null;
            }
            results.add(result(op, shown(op, node, error)));
        }
        return Answer.ok(new Response.MultiResults(results));
    }

    private static Answer shown(Request op, @Nullable NodeView node, ErrorCode error) {
        if (node == null || error != ErrorCode.OK) {
            return Answer.failed(error);
        }
        return Answer.ok(
                op instanceof Request.GetData
                        ? new Response.Data(node.data(), node.stat())
                        : new Response.Children(node.children()));
    }

    private static Response.OpResult result(Request op, Answer answer) {
        return answer.error() == ErrorCode.OK
                ? Response.OpResult.ok(op.op(), answer.body())
                : Response.OpResult.failed(answer.error().code());
    }
}
