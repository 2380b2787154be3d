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
import io.muster.replica.session.SessionTable.Session;
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

    private final Replica replica;
    private final Connection connection;
    private final int xid;
    private final Outputs out;

    RequestStep(Replica replica, Connection connection, int xid, Outputs out) {
        this.replica = replica;
        this.connection = connection;
        this.xid = xid;
        this.out = out;
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

    /** A flag that no mode has, or that needs a time to live where there is none, makes the whole multi unreadable. */
    @Override
    public Effect multi(Request.Multi request) {
        for (Request op : request.ops()) {
            if (op instanceof Request.Create create && create.op() != OpCode.CREATE_TTL) {
                CreateMode mode = CreateMode.of(create.flags());
                if (mode == null || mode.hasTtl()) {
                    return replica.fail(connection, xid, ErrorCode.MARSHALLING_ERROR, out);
                }
            }
        }
        return write(request);
    }

    @Override
    public Effect exists(Request.Exists request) {
        Answer answer = answerNow(request);
        // a watch on a znode that is not there waits for its creation
        boolean watch = request.watch() && (answer.error() == ErrorCode.OK || answer.error() == ErrorCode.NO_NODE);
        return reply(answer, watch ? number -> replica.watches.addData(request.path(), number) : null);
    }

    @Override
    public Effect getData(Request.GetData request) {
        SetWatch watch = request.watch() ? number -> replica.watches.addData(request.path(), number) : null;
        if (isLong(request.path())) {
            return elsewhere(request, replica.mayRead(request.path(), connection.ids) ? watch : null);
        }
        Answer answer = answerNow(request);
        return reply(answer, answer.error() == ErrorCode.OK ? watch : null);
    }

    /** Many long answers, asked for at once, are not to be in memory at once. */
    private boolean isLong(String path) {
        var node = replica.prepared.find(path);
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
        boolean mayWatch = watch && replica.mayRead(path, connection.ids);
        return elsewhere(read, mayWatch ? number -> replica.watches.addChild(path, number) : null);
    }

    /** What may be long or take long is read where the reply is written, from a state that is kept for it. */
    private Effect elsewhere(Request read, @Nullable SetWatch watch) {
        long zxid = replica.pipeline.preparedZxid();
        State pinned = replica.prepared.freeze();
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
        return elsewhere(request, null);
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
        ReplyHeader header = new ReplyHeader(Xids.PING, replica.pipeline.preparedZxid(), ErrorCode.OK.code());
        return o -> o.reply(connection.number, header, Response.EMPTY);
    }

    /** Known only inside a multi; the decoder refuses it before it comes here. */
    @Override
    public Effect check(Request.Check request) {
        return reply(Answer.failed(ErrorCode.UNIMPLEMENTED), null);
    }

    @Override
    public Effect reconfig(Request.Reconfig request) {
        // a server that is alone has no members to change
        ErrorCode error = replica.settings.reconfigEnabled() ? ErrorCode.UNIMPLEMENTED : ErrorCode.RECONFIG_DISABLED;
        return replica.fail(connection, xid, error, out);
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
            return o -> Replica.end(connection, "a SASL request without a token", o);
        }
        return o -> o.reply(connection.number, header(0, ErrorCode.OK), new Response.SaslToken(null));
    }

    @Override
    public Effect auth(Request.Auth request) {
        String address = connection.remoteAddress;
        AuthScheme.Proof proof = replica.settings.access().authenticate(request.scheme(), request.auth(), address);
        if (proof.isWrongGuess() && replica.wrongGuesses.add(address, replica.now())) {
            out.warn(
                    "super user " + address,
                    address + " has guessed at the super user's password too often:"
                            + " nobody there becomes the super user for a minute");
        }
        // right or wrong, who claims to be the super user from there is not heard
        boolean refused =
                proof.isRefused() || proof.claimsSuper() && replica.wrongGuesses.areTooMany(address, replica.now());
        if (refused
                || !connection.addIds(
                        proof.ids(), replica.settings.access().settings().maxIds())) {
            connection.closed = true;
            return o -> {
                o.reply(connection.number, header(0, ErrorCode.AUTH_FAILED), Response.EMPTY);
                Replica.end(connection, "authentication failed", o);
            };
        }
        List<Id> ids = connection.ids;
        return o -> {
            o.identities(connection.number, ids);
            o.reply(connection.number, header(0, ErrorCode.OK), Response.EMPTY);
        };
    }

    @Override
    public Effect setWatches(Request.SetWatches request) {
        State pinned = replica.prepared.freeze();
        long zxid = replica.pipeline.preparedZxid();
        return o -> {
            boolean all = connection.gone
                    || replica.watches.restore(
                            request,
                            connection.number,
                            pinned,
                            (number, type, path, acl) -> replica.event(number, -1, type, path, acl, o));
            if (all) {
                o.reply(connection.number, header(zxid, ErrorCode.OK), Response.EMPTY);
            } else {
                // clients take no notice of an error here, and would believe that they watch
                replica.noteRefusedWatch(connection, o);
                connection.closed = true;
                Replica.end(connection, "it has more watches than it may have", o);
            }
        };
    }

    @Override
    public Effect addWatch(Request.AddWatch request) {
        AddWatchMode mode = AddWatchMode.of(request.mode());
        if (mode == null) {
            return reply(Answer.failed(ErrorCode.MARSHALLING_ERROR), null);
        }
        return reply(Answer.ok(new Response.ErrorBody(0)), number -> replica.watches.add(request.path(), number, mode));
    }

    @Override
    public Effect removeWatches(Request.RemoveWatches request) {
        return watchesOf(request.type(), kind -> replica.watches.remove(request.path(), connection.number, kind));
    }

    @Override
    public Effect checkWatches(Request.CheckWatches request) {
        return watchesOf(request.type(), kind -> replica.watches.has(request.path(), connection.number, kind));
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
        long zxid = replica.pipeline.preparedZxid();
        return o -> {
            ErrorCode error = question.ask(kind) ? ErrorCode.OK : ErrorCode.NO_WATCHER;
            o.reply(connection.number, header(zxid, error), Response.EMPTY);
        };
    }

    @Override
    public Effect getEphemerals(Request.GetEphemerals request) {
        Session session = connection.session;
        if (session != null && replica.prepared.ephemeralCount(session.id()) > LONG_LIST) {
            return elsewhere(request, null);
        }
        return reply(session == null ? NO_EPHEMERALS : Reads.ephemerals(replica.prepared, session.id(), request), null);
    }

    @Override
    public Effect whoAmI(Request.WhoAmI request) {
        return reply(
                Answer.ok(new Response.Identities(connection.ids.stream()
                        .map(replica.settings.access()::describe)
                        .toList())),
                null);
    }

    @Override
    public Effect closeSession(Request.CloseSession request) {
        return replica.closeSession(connection, xid, out);
    }

    private Effect write(Request request) {
        return replica.write(connection, xid, request, out);
    }

    private Answer answerNow(Request read) {
        return Reads.answer(replica.prepared, read, connection.ids, replica.settings.access());
    }

    private interface SetWatch {
        /** Says whether the connection may have it. */
        boolean on(long connection);
    }

    /** As a whole: a client that gets an error sets no watch either. */
    private void refuseWatch(long zxid, Outputs o) {
        replica.noteRefusedWatch(connection, o);
        o.reply(connection.number, header(zxid, ErrorCode.QUOTA_EXCEEDED), Response.EMPTY);
    }

    private Effect reply(Answer answer, @Nullable SetWatch watch) {
        long zxid = replica.pipeline.preparedZxid();
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
