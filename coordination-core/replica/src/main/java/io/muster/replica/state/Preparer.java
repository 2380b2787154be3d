package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns write requests into transactions: checks them against the prepared state, in the order in which ZooKeeper checks,
 * decides versions, counters and names, and applies the outcome to that state at once. A request that fails becomes an
 * error transaction, which takes a zxid like any other.
 *
 * <p>Used by the thread that owns the editor.
 */
public final class Preparer {
    private static final List<String> UNDELETABLE = List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config");
    private static final int ANY_VERSION = -1;
    /** For a request that would grow into a transaction which no server reads, as by what its caller has proven to be. */
    private static final ErrorCode TOO_LARGE = ErrorCode.BAD_ARGUMENTS;

    private final StateEditor state;
    private final AccessControl access;
    private final TxnForm form;
    private final boolean enforceQuota;
    private final Warner warner;
    /** Of the caller of the request that is being prepared. */
    private Permits permits;

    /** Gets what an operator should know; see the replica's outputs. */
    public interface Warner {
        void warn(String topic, String message);
    }

    /** @param enforceQuota whether quotas are looked at: hard ones refuse, soft ones warn */
    public Preparer(StateEditor state, AccessControl access, TxnForm form, boolean enforceQuota, Warner warner) {
        this.state = state;
        this.access = access;
        this.form = form;
        this.enforceQuota = enforceQuota;
        this.warner = warner;
        this.permits = new Permits(access, List.of());
    }

    /** What one operation comes to: a transaction that fits the state, or the reason why there is none. */
    private record Decision(@Nullable Txn txn, ErrorCode error) {
        static Decision of(Txn txn) {
            return new Decision(txn, ErrorCode.OK);
        }

        static Decision no(ErrorCode error) {
            return new Decision(null, error);
        }
    }

    /**
     * Prepares a create, delete, setData, setACL or multi.
     *
     * @param timeMs milliseconds since 1970
     */
    public Prepared prepare(Request request, Caller caller, long zxid, long timeMs) {
        permits = new Permits(access, caller.ids());
        if (request instanceof Request.Multi multi) {
            return prepareMulti(multi, caller, zxid, timeMs);
        }
        Decision decision = decide(request, caller, false);
        if (decision.txn == null) {
            return failed(caller, zxid, timeMs, decision.error);
        }
        if (TxnSize.FRAME_BYTES + TxnSize.of(decision.txn) > form.maxBytes()) {
            return failed(caller, zxid, timeMs, TOO_LARGE);
        }
        TxnHeader header = header(caller, zxid, timeMs, decision.txn.type());
        List<Change> changes = new ArrayList<>(1);
        state.applyOne(header, decision.txn, false, changes);
        Response body = Outcomes.of(request, decision.txn, state).body();
        return new Prepared(finish(header, decision.txn), ErrorCode.OK, body, changes);
    }

    /** Prepares a request that fails for a reason outside of the state. */
    public Prepared failed(Caller caller, long zxid, long timeMs, ErrorCode error) {
        Txn txn = new Txn.Error(error.code());
        TxnHeader header = header(caller, zxid, timeMs, txn.type());
        state.advanceTo(zxid);
        // as ZooKeeper logs it: a request that failed alone has no digest
        return new Prepared(new Transaction(header, txn, null), error, Response.EMPTY, List.of());
    }

    public Prepared createSession(long sessionId, int timeoutMs, long zxid, long timeMs) {
        return unasked(sessionId, 0, new Txn.CreateSession(timeoutMs), zxid, timeMs);
    }

    /** @param cxid 0 when the session expired */
    public Prepared closeSession(long sessionId, int cxid, long zxid, long timeMs) {
        return unasked(sessionId, cxid, closeSessionTxn(state.ephemerals(sessionId)), zxid, timeMs);
    }

    /** A list that would be too long ends early: whoever applies it deletes what else the session has. */
    private Txn closeSessionTxn(List<String> ephemerals) {
        if (!form.closeSessionPaths()) {
            return Txn.CloseSession.UNLISTED;
        }
        long bytes = TxnSize.FRAME_BYTES + TxnSize.ofPaths(List.of());
        for (int i = 0; i < ephemerals.size(); i++) {
            bytes += TxnSize.of(ephemerals.get(i));
            if (bytes > form.maxBytes()) {
                return new Txn.CloseSession(ephemerals.subList(0, i));
            }
        }
        return new Txn.CloseSession(ephemerals);
    }

    /** Puts a secret where {@link SecretZnode#read} finds it; the state must have none. One transaction after the other. */
    public List<Prepared> storeSecret(byte[] secret, LongSupplier nextZxid, long timeMs) {
        List<Prepared> done = new ArrayList<>();
        for (Txn txn : SecretZnode.toStore(state, secret)) {
            done.add(unasked(0, 0, txn, nextZxid.getAsLong(), timeMs));
        }
        return done;
    }

    /** The server's own deletion of a znode that {@link StateView#reapable} named in this state. */
    public Prepared deleteReaped(String path, long zxid, long timeMs) {
        return unasked(0, 0, new Txn.Delete(OpCode.DELETE_CONTAINER.code(), path), zxid, timeMs);
    }

    private Prepared unasked(long sessionId, int cxid, Txn txn, long zxid, long timeMs) {
        TxnHeader header = new TxnHeader(sessionId, cxid, zxid, timeMs, txn.type());
        List<Change> changes = new ArrayList<>();
        state.applyOne(header, txn, false, changes);
        return new Prepared(finish(header, txn), ErrorCode.OK, Response.EMPTY, changes);
    }

    private Prepared prepareMulti(Request.Multi multi, Caller caller, long zxid, long timeMs) {
        TxnHeader header = header(caller, zxid, timeMs, OpCode.MULTI.code());
        State before = state.freeze();
        int count = multi.ops().size();
        List<Txn> txns = new ArrayList<>(count);
        List<Response.OpResult> results = new ArrayList<>(count);
        List<Change> changes = new ArrayList<>(count);
        long bytes = TxnSize.FRAME_BYTES + Integer.BYTES + (long) count * (TxnSize.PART_BYTES + TxnSize.ERROR_BYTES);
        for (Request op : multi.ops()) {
            Decision decision = decide(op, caller, true);
            if (decision.txn != null) {
                bytes += TxnSize.of(decision.txn) - TxnSize.ERROR_BYTES;
                decision = bytes > form.maxBytes() ? Decision.no(TOO_LARGE) : decision;
            }
            if (decision.txn == null) {
                state.reset(before);
                return failedMulti(header, count, txns, decision.error);
            }
            txns.add(decision.txn);
            state.applyOne(header, decision.txn, false, changes);
            results.add(Outcomes.of(op, decision.txn, state));
        }
        return new Prepared(
                finish(header, new Txn.Multi(txns)), ErrorCode.OK, new Response.MultiResults(results), changes);
    }

    /**
     * The log has the operations before the one that failed as if they had been done, which is ZooKeeper's way: one error among
     * them says that nothing was.
     */
    private Prepared failedMulti(TxnHeader header, int count, List<Txn> before, ErrorCode error) {
        List<Txn> txns = new ArrayList<>(before);
        txns.add(new Txn.Error(error.code()));
        while (txns.size() < count) {
            txns.add(new Txn.Error(ErrorCode.RUNTIME_INCONSISTENCY.code()));
        }
        Txn.Multi failed = new Txn.Multi(txns);
        return new Prepared(finish(header, failed), ErrorCode.OK, Outcomes.ofFailed(failed), List.of());
    }

    private static TxnHeader header(Caller caller, long zxid, long timeMs, int type) {
        return new TxnHeader(caller.sessionId(), caller.cxid(), zxid, timeMs, type);
    }

    private Transaction finish(TxnHeader header, Txn txn) {
        state.advanceTo(header.zxid());
        boolean digest = form.digest() && txn != Txn.CloseSession.UNLISTED;
        return new Transaction(header, txn, digest ? state.digest() : null);
    }

    private Decision decide(Request request, Caller caller, boolean inMulti) {
        if (request instanceof Request.Create create) {
            return create(create, caller, inMulti);
        }
        if (request instanceof Request.SetData set) {
            return setData(set);
        }
        if (request instanceof Request.Delete delete) {
            return delete(delete);
        }
        if (request instanceof Request.Check check) {
            return check(check);
        }
        if (request instanceof Request.SetAcl set) {
            return setAcl(set, caller);
        }
        throw new IllegalArgumentException(request.op() + " is no write");
    }

    private Decision create(Request.Create create, Caller caller, boolean inMulti) {
        CreateMode mode = CreateMode.of(create.flags());
        ErrorCode illegal = illegalMode(create, mode, inMulti);
        if (mode == null || illegal != ErrorCode.OK) {
            return Decision.no(illegal);
        }
        String path = create.path();
        if (path.indexOf('/') < 0 || path.indexOf('\0') >= 0) {
            return Decision.no(ErrorCode.BAD_ARGUMENTS);
        }
        AclList acl = access.toStore(create.acl(), caller.ids());
        if (acl == null) {
            return Decision.no(ErrorCode.INVALID_ACL);
        }
        NodeView parent = state.find(PathKey.parentOf(path));
        if (parent == null) {
            return Decision.no(ErrorCode.NO_NODE);
        }
        if (!permits.permits(parent.acl(), Acl.CREATE)) {
            return Decision.no(ErrorCode.NO_AUTH);
        }
        Directory directory = parent.directory();
        int counter = directory == null ? 0 : directory.childCounter;
        if (mode.isSequential()) {
            path += Paths.sequenceSuffix(counter);
        }
        if (!Paths.isValid(path)) {
            return Decision.no(ErrorCode.BAD_ARGUMENTS);
        }
        if (state.find(path) != null) {
            return Decision.no(ErrorCode.NODE_EXISTS);
        }
        if (state.kindOf(parent.znode()) == OwnerKind.EPHEMERAL) {
            return Decision.no(ErrorCode.NO_CHILDREN_FOR_EPHEMERALS);
        }
        if (exceedsQuota(path, 1, length(create.data()))) {
            return Decision.no(ErrorCode.QUOTA_EXCEEDED);
        }
        return Decision.of(createTxn(create, mode, path, acl, counter + 1));
    }

    /** Flag and operation must agree; a multi may also make a container with the plain create. */
    private ErrorCode illegalMode(Request.Create create, @Nullable CreateMode mode, boolean inMulti) {
        if (mode == null) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        boolean agrees = switch (create.op()) {
            case CREATE_TTL -> mode.hasTtl();
            case CREATE_CONTAINER -> mode.isContainer();
            default -> !mode.hasTtl() && (inMulti || !mode.isContainer());
        };
        if (mode.hasTtl() && state.layout.timesToLive == TimesToLive.OFF) {
            return ErrorCode.UNIMPLEMENTED;
        }
        if (!agrees) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        boolean inRange = create.ttlMs() > 0 && create.ttlMs() <= OwnerKind.MAX_TTL_MS;
        return mode.hasTtl() && !inRange ? ErrorCode.BAD_ARGUMENTS : ErrorCode.OK;
    }

    private static Txn createTxn(Request.Create create, CreateMode mode, String path, AclList acl, int counter) {
        if (mode.hasTtl()) {
            return new Txn.CreateTtl(path, create.data(), acl, counter, create.ttlMs());
        }
        if (mode.isContainer()) {
            return new Txn.CreateContainer(path, create.data(), acl, counter);
        }
        return new Txn.Create(create.op().code(), path, create.data(), acl, mode.isEphemeral(), counter);
    }

    private Decision delete(Request.Delete delete) {
        String path = delete.path();
        if (path.indexOf('/') < 0 || path.indexOf('\0') >= 0 || isUndeletable(path)) {
            return Decision.no(ErrorCode.BAD_ARGUMENTS);
        }
        NodeView parent = state.find(PathKey.parentOf(path));
        if (parent == null) {
            return Decision.no(ErrorCode.NO_NODE);
        }
        if (!permits.permits(parent.acl(), Acl.DELETE)) {
            return Decision.no(ErrorCode.NO_AUTH);
        }
        NodeView node = state.find(path);
        if (node == null) {
            return Decision.no(ErrorCode.NO_NODE);
        }
        if (!matches(delete.version(), node.znode().version())) {
            return Decision.no(ErrorCode.BAD_VERSION);
        }
        return node.childCount() > 0
                ? Decision.no(ErrorCode.NOT_EMPTY)
                : Decision.of(new Txn.Delete(OpCode.DELETE.code(), path));
    }

    private boolean isUndeletable(String path) {
        return UNDELETABLE.contains(path) || SecretZnode.isReserved(path, state);
    }

    private Decision setData(Request.SetData set) {
        Found found = existing(set.path(), Acl.WRITE);
        if (found.node == null) {
            return Decision.no(found.error);
        }
        if (exceedsQuota(set.path(), 0, length(set.data()) - found.node.znode().dataLength())) {
            return Decision.no(ErrorCode.QUOTA_EXCEEDED);
        }
        int version = found.node.znode().version();
        return matches(set.version(), version)
                ? Decision.of(new Txn.SetData(OpCode.SET_DATA.code(), set.path(), set.data(), next(version)))
                : Decision.no(ErrorCode.BAD_VERSION);
    }

    private boolean exceedsQuota(String path, int countDiff, int bytesDiff) {
        if (!enforceQuota) {
            return false;
        }
        boolean refused = false;
        for (Quotas.Exceeded each : Quotas.check(state, path, countDiff, bytesDiff)) {
            warner.warn(each.topic(), each.message());
            refused |= each.hard();
        }
        return refused;
    }

    private static int length(byte @Nullable [] data) {
        return data == null ? 0 : data.length;
    }

    private Decision setAcl(Request.SetAcl set, Caller caller) {
        if (!Paths.isValid(set.path())) {
            return Decision.no(ErrorCode.BAD_ARGUMENTS);
        }
        AclList acl = access.toStore(set.acl(), caller.ids());
        if (acl == null) {
            return Decision.no(ErrorCode.INVALID_ACL);
        }
        Found found = existing(set.path(), Acl.ADMIN);
        if (found.node == null) {
            return Decision.no(found.error);
        }
        int version = found.node.znode().aversion();
        return matches(set.version(), version)
                ? Decision.of(new Txn.SetAcl(set.path(), acl, version + 1))
                : Decision.no(ErrorCode.BAD_VERSION);
    }

    private Decision check(Request.Check check) {
        Found found = existing(check.path(), Acl.READ);
        if (found.node == null) {
            return Decision.no(found.error);
        }
        int version = found.node.znode().version();
        return matches(check.version(), version)
                ? Decision.of(new Txn.Check(check.path(), next(version)))
                : Decision.no(ErrorCode.BAD_VERSION);
    }

    private record Found(@Nullable NodeView node, ErrorCode error) {}

    private Found existing(String path, int perm) {
        if (!Paths.isValid(path)) {
            return new Found(null, ErrorCode.BAD_ARGUMENTS);
        }
        NodeView node = state.find(path);
        if (node == null) {
            return new Found(null, ErrorCode.NO_NODE);
        }
        boolean ours = SecretZnode.isReserved(path, state) && perm != Acl.READ;
        return !ours && permits.permits(node.acl(), perm)
                ? new Found(node, ErrorCode.OK)
                : new Found(null, ErrorCode.NO_AUTH);
    }

    private static boolean matches(int expected, int actual) {
        return expected == ANY_VERSION || expected == actual;
    }

    /** -1 means "any" in requests, so no znode may ever have it: after a wrap-around, 0 comes next. */
    private static int next(int version) {
        return version + 1 == ANY_VERSION ? 0 : version + 1;
    }
}
