package io.muster.replica.state;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import java.util.ArrayList;
import java.util.List;

/** What a client is told of the transaction that its request has become, by whichever server it is connected to. */
public final class Outcomes {
    private Outcomes() {}

    /**
     * Applies a transaction that another server prepared.
     *
     * @param request what it came of: a create, delete, setData, setACL or multi
     * @throws IllegalStateException if it does not fit the state or the request: one of them is wrong
     */
    public static Prepared apply(StateEditor state, Transaction transaction, Request request) {
        List<Change> changes = new ArrayList<>(1);
        Txn txn = transaction.txn();
        if (txn instanceof Txn.Error error) {
            state.apply(transaction, changes);
            return new Prepared(transaction, ErrorCode.of(error.err()), Response.EMPTY, changes);
        }
        if (request instanceof Request.Multi asked && txn instanceof Txn.Multi multi) {
            return new Prepared(transaction, ErrorCode.OK, multi(state, transaction, asked, multi, changes), changes);
        }
        state.apply(transaction, changes);
        return new Prepared(transaction, ErrorCode.OK, of(request, txn, state).body(), changes);
    }

    private static Response multi(
            StateEditor state, Transaction transaction, Request.Multi asked, Txn.Multi multi, List<Change> changes) {
        if (multi.failed()) {
            state.apply(transaction, changes);
            return ofFailed(multi);
        }
        int count = multi.txns().size();
        if (asked.ops().size() != count) {
            throw new IllegalStateException("a multi of " + asked.ops().size() + " operations became one of " + count);
        }
        List<Response.OpResult> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Txn each = multi.txns().get(i);
            state.applyOne(transaction.header(), each, false, changes);
            results.add(of(asked.ops().get(i), each, state));
        }
        state.advanceTo(transaction.zxid());
        return new Response.MultiResults(results);
    }

    /** Operations before the one that failed answer 0, those after it that they were never looked at. */
    static Response ofFailed(Txn.Multi multi) {
        List<Response.OpResult> results = new ArrayList<>(multi.txns().size());
        for (Txn each : multi.txns()) {
            int code = each instanceof Txn.Error error ? error.err() : ErrorCode.OK.code();
            results.add(Response.OpResult.failed(code));
        }
        return new Response.MultiResults(results);
    }

    /** @param after the state right after the operation */
    static Response.OpResult of(Request request, Txn txn, StateView after) {
        OpCode op = request.op();
        if (txn instanceof Txn.Create create) {
            return op == OpCode.CREATE
                    ? Response.OpResult.ok(op, new Response.Created(create.path()))
                    : created2(create.path(), after);
        }
        if (txn instanceof Txn.CreateTtl create) {
            return created2(create.path(), after);
        }
        if (txn instanceof Txn.CreateContainer create) {
            return created2(create.path(), after); // for a multi's plain create too
        }
        if (txn instanceof Txn.SetData set) {
            return Response.OpResult.ok(op, new Response.StatOnly(stat(set.path(), after)));
        }
        if (txn instanceof Txn.SetAcl set) {
            return Response.OpResult.ok(op, new Response.StatOnly(stat(set.path(), after)));
        }
        return Response.OpResult.ok(op, Response.EMPTY);
    }

    private static Response.OpResult created2(String path, StateView after) {
        return Response.OpResult.ok(OpCode.CREATE2, new Response.Created2(path, stat(path, after)));
    }

    private static Stat stat(String path, StateView after) {
        NodeView node = after.find(path);
        if (node == null) {
            throw new IllegalStateException(path + " is not there after it was written");
        }
        return node.stat();
    }
}
