package io.muster.replica;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.WatchKind;
import io.muster.protocol.Xids;
import io.muster.replica.Pipeline.Effect;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.AuthScheme;
import io.muster.replica.state.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request in its turn. What it reads it reads now, from the prepared state; the effect that it returns shows it, and is
 * to run when all that was prepared up to now is committed.
 */
final class RequestStep implements Request.Handler<Effect> {
    /** Data up to this is answered at once; what is longer, see {@link #elsewhere}. */
    private static final int LONG_DATA_BYTES = 4_096;
    /** The same for the entries of an access control list, and for ephemeral znodes. */
    private static final int LONG_LIST = 64;

    private static final Answer NO_EPHEMERALS = Answer.ok(new Response.Ephemerals(List.of()));

    private final Core core;
    private final Writes writes;
    private final Connection connection;
    private final int xid;
    private final Outputs out;

    RequestStep(Core core, Writes writes, Connection connection, int xid, Outputs out) {
        this.core = core;
        this.writes = writes;
        this.connection = connection;
        this.xid = xid;
        this.out = out;
    }

    /** Who turns requests into transactions. */
    interface Writes {
        /** Where another server does, nothing that needs it comes here. */
        Writes ELSEWHERE = new Writes() {
            @Override
            public Effect write(Connection connection, int xid, Request request, Outputs out) {
                throw new IllegalStateException(request.op() + " is for the leader");
            }

            @Override
            public Effect fail(Connection connection, int xid, ErrorCode error, Outputs out) {
                throw new IllegalStateException("a failure with a zxid is for the leader: " + error);
            }

            @Override
            public Effect closeSession(Connection connection, int xid, Outputs out) {
                throw new IllegalStateException("a session's end is for the leader");
            }
        };

        /** Prepares a create, delete, setData, setACL or multi. */
        Effect write(Connection connection, int xid, Request request, Outputs out);

        /** Answers a request of a kind that takes a zxid even when it fails. */
        Effect fail(Connection connection, int xid, ErrorCode error, Outputs out);

        /** The client ends its session: the reply goes out, then the connection is closed. */
        Effect closeSession(Connection connection, int xid, Outputs out);
    }

    @Override
    public Effect create(Request.Create request) {
        return write(request);
    }

    @Override
    public Effect delete(Request.Delete request) {
        return write(request);
    }

    @Override
    public Effect setData(Request.SetData request) {
        return write(request);
    }

    @Override
    public Effect setAcl(Request.SetAcl request) {
        return write(request);
    }

    @Override
    public Effect multi(Request.Multi request) {
        ErrorCode unfit = unfit(request, core.settings);
        if (unfit == null) {
            return write(request);
        }
        warnIfTooLong(request, core.settings, connection, out);
        return writes.fail(connection, xid, unfit, out);
    }

    /** Whether such a request becomes a transaction of its kind, if it does not fail. */
    static boolean isWrite(OpCode op) {
        return switch (op) {
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL, DELETE, SET_DATA, SET_ACL, MULTI -> true;
            default -> false;
        };
    }

    static ErrorCode reconfigError(ReplicaSettings settings) {
        return settings.reconfigEnabled() ? ErrorCode.UNIMPLEMENTED : ErrorCode.RECONFIG_DISABLED;
    }

    /** Why such a request is not to be prepared, whatever the state is; null if it may be. */
    static @Nullable ErrorCode unfit(Request request, ReplicaSettings settings) {
        if (!settings.allows(request)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        return request instanceof Request.Multi multi && isUnreadable(multi.ops()) ? ErrorCode.MARSHALLING_ERROR : null;
    }

    static void warnIfTooLong(Request request, ReplicaSettings settings, Connection connection, Outputs out) {
        if (!settings.allows(request)) {
            String address = connection.remoteAddress;
            out.warn(
                    "multi " + address,
                    address + " sent a multi of more than " + settings.maxMultiOps()
                            + " operations: see muster.maxMultiOps");
        }
    }

    /** A flag that no mode has, or that needs a time to live where there is none, makes a whole multi unreadable. */
    static boolean isUnreadable(List<Request> ops) {
        for (Request op : ops) {
            if (op instanceof Request.Create create && create.op() != OpCode.CREATE_TTL) {
                CreateMode mode = CreateMode.of(create.flags());
                if (mode == null || mode.hasTtl()) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public Effect exists(Request.Exists request) {
        Answer answer = answerNow(request);
        // a watch on a znode that is not there waits for its creation
        boolean watch = request.watch() && (answer.error() == ErrorCode.OK || answer.error() == ErrorCode.NO_NODE);
        return reply(answer, watch ? number -> core.watches.addData(request.path(), number) : null);
    }

    @Override
    public Effect getData(Request.GetData request) {
        SetWatch watch = request.watch() ? number -> core.watches.addData(request.path(), number) : null;
        if (isLong(request.path())) {
            return elsewhere(request, core.mayRead(request.path(), connection.ids) ? watch : null);
        }
        Answer answer = answerNow(request);
        return reply(answer, answer.error() == ErrorCode.OK ? watch : null);
    }

    /** Many long answers, asked for at once, are not to be in memory at once. */
    private boolean isLong(String path) {
        var node = core.state.find(path);
        return node != null
                && (node.dataLength() > LONG_DATA_BYTES || node.acl().entries().size() > LONG_LIST);
    }

    @Override
    public Effect getChildren(Request.GetChildren request) {
        return children(request, request.path(), request.watch());
    }

    @Override
    public Effect getChildren2(Request.GetChildren2 request) {
        return children(request, request.path(), request.watch());
    }

    private Effect children(Request read, String path, boolean watch) {
        boolean mayWatch = watch && core.mayRead(path, connection.ids);
        return elsewhere(read, mayWatch ? number -> core.watches.addChild(path, number) : null);
    }

    /** What may be long or take long is read where the reply is written, from a state that is kept for it. */
    private Effect elsewhere(Request read, @Nullable SetWatch watch) {
        long zxid = core.state.zxid();
        State pinned = core.state.freeze();
        List<Id> ids = connection.ids;
        return o -> {
            if (watch != null && !connection.gone && !watch.on(connection.number)) {
                refuseWatch(zxid, o);
                return;
            }
            o.replyFrom(pinned, zxid, connection.number, xid, read, ids);
        };
    }

    @Override
    public Effect getAcl(Request.GetAcl request) {
        return isLong(request.path()) ? elsewhere(request, null) : reply(answerNow(request), null);
    }

    @Override
    public Effect multiRead(Request.MultiRead request) {
        if (core.settings.allows(request)) {
            return elsewhere(request, null);
        }
        warnIfTooLong(request, core.settings, connection, out);
        return reply(Answer.failed(ErrorCode.BAD_ARGUMENTS), null);
    }

    @Override
    public Effect getAllChildrenNumber(Request.GetAllChildrenNumber request) {
        return elsewhere(request, null);
    }

    @Override
    public Effect sync(Request.Sync request) {
        return reply(Answer.ok(new Response.Synced(request.path())), null);
    }

    @Override
    public Effect ping(Request.Ping request) {
        // whatever the request's number was: that is how clients know the reply
        ReplyHeader header = new ReplyHeader(Xids.PING, core.state.zxid(), ErrorCode.OK.code());
        return o -> o.reply(connection.number, header, Response.EMPTY);
    }

    /** Known only inside a multi; the decoder refuses it before it comes here. */
    @Override
    public Effect check(Request.Check request) {
        return reply(Answer.failed(ErrorCode.UNIMPLEMENTED), null);
    }

    @Override
    public Effect reconfig(Request.Reconfig request) {
        return writes.fail(connection, xid, reconfigError(core.settings), out);
    }

    @Override
    public Effect deleteContainer(Request.DeleteContainer request) {
        return reply(Answer.failed(ErrorCode.UNIMPLEMENTED), null);
    }

    /** There is nobody to talk to: the client is told that the talk is over, and has proven nothing. */
    @Override
    public Effect sasl(Request.Sasl request) {
        if (request.token() == null) {
            connection.closed = true;
            return o -> Clients.end(connection, "a SASL request without a token", o);
        }
        return o -> o.reply(connection.number, header(0, ErrorCode.OK), new Response.SaslToken(null));
    }

    @Override
    public Effect auth(Request.Auth request) {
        String address = connection.remoteAddress;
        AccessControl access = core.settings.access();
        AccessSettings limits = access.settings();
        byte[] credential = request.auth();
        if (credential != null && credential.length > limits.maxIdBytes()) {
            return tooMuchIdentity(limits);
        }
        AuthScheme.Proof proof = access.authenticate(request.scheme(), credential, address);
        if (proof.isWrongGuess() && core.wrongGuesses.add(address, core.now)) {
            out.warn(
                    "super user " + address,
                    address + " has guessed at the super user's password too often:"
                            + " nobody there becomes the super user for a minute");
        }
        // right or wrong, who claims to be the super user from there is not heard
        boolean refused = proof.isRefused() || proof.claimsSuper() && core.wrongGuesses.areTooMany(address, core.now);
        if (refused) {
            return authFailed();
        }
        if (!connection.addIds(proof.ids(), limits.maxIds(), limits.maxIdBytes())) {
            return tooMuchIdentity(limits);
        }
        List<Id> ids = connection.ids;
        return o -> {
            o.identities(connection.number, ids);
            o.reply(connection.number, header(0, ErrorCode.OK), Response.EMPTY);
        };
    }

    private Effect authFailed() {
        connection.closed = true;
        return o -> {
            o.reply(connection.number, header(0, ErrorCode.AUTH_FAILED), Response.EMPTY);
            Clients.end(connection, "authentication failed", o);
        };
    }

    private Effect tooMuchIdentity(AccessSettings limits) {
        String address = connection.remoteAddress;
        out.warn(
                "identities " + address,
                address + " may not prove more: a connection may have " + limits.maxIds() + " identities of "
                        + limits.maxIdBytes() + " bytes together, and a credential as many bytes: see"
                        + " muster.maxIdentitiesPerConnection and muster.maxIdentityBytesPerConnection");
        return authFailed();
    }

    @Override
    public Effect setWatches(Request.SetWatches request) {
        State pinned = core.state.freeze();
        long zxid = core.state.zxid();
        return o -> {
            boolean all = connection.gone
                    || core.watches.restore(
                            request,
                            connection.number,
                            pinned,
                            (number, type, path, acl) -> core.clients.event(number, -1, type, path, acl, o));
            if (all) {
                o.reply(connection.number, header(zxid, ErrorCode.OK), Response.EMPTY);
            } else {
                // clients take no notice of an error here, and would believe that they watch
                core.clients.noteRefusedWatch(connection, o);
                connection.closed = true;
                Clients.end(connection, "it has more watches than it may have", o);
            }
        };
    }

    @Override
    public Effect addWatch(Request.AddWatch request) {
        AddWatchMode mode = AddWatchMode.of(request.mode());
        if (mode == null) {
            return reply(Answer.failed(ErrorCode.MARSHALLING_ERROR), null);
        }
        return reply(Answer.ok(new Response.ErrorBody(0)), number -> core.watches.add(request.path(), number, mode));
    }

    @Override
    public Effect removeWatches(Request.RemoveWatches request) {
        return watchesOf(request.type(), kind -> core.watches.remove(request.path(), connection.number, kind));
    }

    @Override
    public Effect checkWatches(Request.CheckWatches request) {
        return watchesOf(request.type(), kind -> core.watches.has(request.path(), connection.number, kind));
    }

    private interface WatchQuestion {
        boolean ask(WatchKind kind);
    }

    /** Asked when it is this request's turn to be shown: watches are set and triggered then. */
    private Effect watchesOf(int type, WatchQuestion question) {
        WatchKind kind = WatchKind.of(type);
        if (kind == null) {
            return reply(Answer.failed(ErrorCode.MARSHALLING_ERROR), null);
        }
        long zxid = core.state.zxid();
        return o -> {
            ErrorCode error = question.ask(kind) ? ErrorCode.OK : ErrorCode.NO_WATCHER;
            o.reply(connection.number, header(zxid, error), Response.EMPTY);
        };
    }

    @Override
    public Effect getEphemerals(Request.GetEphemerals request) {
        long session = connection.sessionId;
        if (session != 0 && core.state.ephemeralCount(session) > LONG_LIST) {
            return elsewhere(request, null);
        }
        return reply(session == 0 ? NO_EPHEMERALS : Reads.ephemerals(core.state, session, request), null);
    }

    @Override
    public Effect whoAmI(Request.WhoAmI request) {
        return reply(
                Answer.ok(new Response.Identities(connection.ids.stream()
                        .map(core.settings.access()::describe)
                        .toList())),
                null);
    }

    @Override
    public Effect closeSession(Request.CloseSession request) {
        return writes.closeSession(connection, xid, out);
    }

    private Effect write(Request request) {
        return writes.write(connection, xid, request, out);
    }

    private Answer answerNow(Request read) {
        return Reads.answer(core.state, read, connection.ids, core.settings.access());
    }

    private interface SetWatch {
        /** Says whether the connection may have it. */
        boolean on(long connection);
    }

    /** As a whole: a client that gets an error sets no watch either. */
    private void refuseWatch(long zxid, Outputs o) {
        core.clients.noteRefusedWatch(connection, o);
        o.reply(connection.number, header(zxid, ErrorCode.QUOTA_EXCEEDED), Response.EMPTY);
    }

    private Effect reply(Answer answer, @Nullable SetWatch watch) {
        long zxid = core.state.zxid();
        return o -> {
            if (watch != null && !connection.gone && !watch.on(connection.number)) {
                refuseWatch(zxid, o);
                return;
            }
            o.reply(connection.number, header(zxid, answer.error()), answer.body());
        };
    }

    private ReplyHeader header(long zxid, ErrorCode error) {
        return new ReplyHeader(xid, zxid, error.code());
    }
}
