package io.muster.server.transport;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.Xids;
import io.muster.replica.Answer;
import io.muster.replica.AnswerTooLongException;
import io.muster.replica.Input;
import io.muster.replica.Limit;
import io.muster.replica.LongRead;
import io.muster.replica.Reads;
import io.muster.replica.state.State;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. It belongs to its I/O thread, but for {@link #parcel}, which is the serial loop's, and the
 * address, which anybody may read.
 *
 * <p>Phases: {@code GREETING} until the first frame or four-letter word; {@code CONNECTING} while the serial loop looks at
 * the handshake, and what comes is kept for later; {@code OPEN}; {@code CLOSING}, when nothing more is taken from the client but what
 * was put out for it still leaves.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

    /** What a client may send before its handshake is answered. */
    private static final int MAX_EARLY_BYTES = 64 * 1024;

    /** How long a client may take to read what was put out before its connection was closed. */
    private static final int CLOSE_TIMEOUT_MS = 5_000;

    /** In a batch for a client, after so much it is looked whether too much waits. */
    private static final int LOOK_EVERY_BYTES = 1 << 20;

    private enum Phase {
        GREETING,
        CONNECTING,
        OPEN,
        CLOSING
    }

    private final ClientPort port;
    private final Lane lane;
    private final Channel channel;
    private final long number;
    private final InetSocketAddress remote;
    private final Executor executor = new Executor();
    private final Outbox outbox;

    private Phase phase = Phase.GREETING;
    private boolean counted;
    private boolean inCore;
    private boolean gone;
    private boolean reading;
    private boolean paused;
    private boolean touchWanted;
    /** What waits for the client, as far as the port knows. */
    private long queuedBytes;

    private boolean tooMuchQueued;
    private @Nullable ByteBuf unread;
    /** What the port knows of its size. */
    private int unreadBytes;

    private @Nullable ScheduledFuture<?> deadline;
    private List<Id> ids = List.of();
    /** The zxid in the last reply: another one never has a lower one. */
    private long lastZxid;
    /** The requests that are in the serial loop, oldest first. */
    private final ArrayDeque<Outstanding> outstanding = new ArrayDeque<>();

    /** Bytes of the frame that is being decoded, if it counts as large; given back with its reply. */
    private int largeBytes;

    private record Outstanding(
            long sinceMs, int xid, @Nullable OpCode op, int largeBytes) {}

    /** Owned by the serial loop: what its present batch puts out for this connection. */
    private List<Item> parcel = new ArrayList<>();

    private final ConnectionStats stats = new ConnectionStats();
    private final long establishedMs = System.currentTimeMillis();
    private long sessionId;
    private int sessionTimeoutMs;

    ClientConnection(ClientPort port, Lane lane, Channel channel, long number) {
        this.port = port;
        this.lane = lane;
        this.channel = channel;
        this.number = number;
        this.remote = (InetSocketAddress) channel.remoteAddress();
        this.outbox = new Outbox(lane, channel, this::longReplyWentOn, this::failed);
    }

    // ---- the serial loop's side

    /** Adds to the batch. Says whether it is the batch's first item for this connection. */
    public boolean put(Item item) {
        parcel.add(item);
        return parcel.size() == 1;
    }

    /** Ends the batch: its items. */
    public List<Item> takeParcel() {
        List<Item> full = parcel;
        parcel = new ArrayList<>();
        return full;
    }

    public Lane lane() {
        return lane;
    }

    /** Counts what the serial loop refused, and says it in the log. */
    public void refused(Limit limit, int max) {
        String what = switch (limit) {
            case WATCHES_PER_CONNECTION -> " watches of a connection (muster.maxWatchesPerConnection)";
            case WATCHES_PER_ADDRESS -> " watches from one address (muster.maxWatchesPerAddress)";
            case SESSIONS -> " sessions (muster.maxSessions)";
            case SESSIONS_PER_ADDRESS -> " sessions from one address (muster.maxSessionsPerAddress)";
        };
        switch (limit) {
            case WATCHES_PER_CONNECTION, WATCHES_PER_ADDRESS -> port.traffic().watchRefused();
            case SESSIONS, SESSIONS_PER_ADDRESS -> port.traffic().sessionRefused();
        }
        port.refusals().log(remoteAddress(), "more than " + max + what);
    }

    // ---- what anybody may ask

    String remoteAddress() {
        return remote.getAddress().getHostAddress();
    }

    // ---- what the port asks, on the I/O thread

    ConnectionReport report() {
        return new ConnectionReport(
                remote,
                (channel.config().isAutoRead() ? 1 : 0) | (outbox.pendingBytes() > 0 ? 4 : 0),
                outstanding.size(),
                stats.received,
                stats.sent,
                sessionId,
                sessionTimeoutMs,
                establishedMs,
                stats.latency());
    }

    void resetStats() {
        stats.reset();
    }

    // ---- coming and going

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        String refusal = port.admit(this);
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        counted = true;
        deadline = channel.eventLoop()
                .schedule(
                        () -> refuse((paused ? "too much waits for the log since " : "nothing was said for ")
                                + port.settings().handshakeTimeoutMs() + " ms"),
                        port.settings().handshakeTimeoutMs(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone = true;
        phase = Phase.CLOSING;
        cancelDeadline();
        releaseUnread();
        outbox.release();
        port.queued().changed(queuedBytes, 0);
        queuedBytes = 0;
        port.traffic().outstandingChanged(-outstanding.size());
        outstanding.forEach(request -> port.largeRequests().giveBack(request.largeBytes));
        outstanding.clear();
        if (counted) {
            port.left(this);
        }
        if (inCore) {
            port.forget(number);
            lane.pend(new Input.ConnectionClosed(number));
            lane.submitPending();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
    }

    void failed(Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("connection={} remote={} io={}", number, remote, cause.toString());
        } else if (cause instanceof OutOfMemoryError) {
            // nobody is helped by a stack trace for each of many
            refuse("there is not enough memory for it: " + cause.getMessage());
            return;
        } else {
            log.warn("connection={} remote={} closed after an unexpected error", number, remote, cause);
        }
        closeNow();
    }

    /** Closes without an answer; the reason goes to the log, at most once per address and minute. */
    private void refuse(String reason) {
        port.traffic().rejected();
        port.refusals().log(remoteAddress(), reason);
        closeNow();
    }

    private void closeNow() {
        phase = Phase.CLOSING;
        cancelDeadline();
        releaseUnread();
        channel.close();
    }

    private void closeAfterWrites() {
        if (gone) {
            return;
        }
        phase = Phase.CLOSING;
        releaseUnread();
        outbox.closeAtEnd();
        cancelDeadline();
        deadline = channel.eventLoop().schedule(() -> closeNow(), CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void releaseUnread() {
        if (unread != null) {
            unread.release();
            unread = null;
            port.unread().changed(unreadBytes, 0);
            unreadBytes = 0;
        }
    }

    private void countUnread() {
        int now = unread == null ? 0 : unread.capacity();
        int before = unreadBytes;
        unreadBytes = now;
        if (!port.unread().changed(before, now)) {
            refuse("a part of a request of " + now + " bytes; all that wait for their ends would exceed "
                    + port.settings().maxUnreadBytes() + " bytes (muster.maxUnreadBytes)");
        }
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (phase == Phase.CLOSING) {
            bytes.release();
            return;
        }
        unread = unread == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), unread, bytes);
        countUnread();
        if (phase == Phase.CONNECTING) {
            // reading on shows when the client leaves, but only so much may gather
            if (unread.readableBytes() > MAX_EARLY_BYTES) {
                channel.config().setAutoRead(false);
            }
            return;
        }
        reading = true;
        try {
            decode();
        } finally {
            reading = false;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        lane.submitPending();
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        countQueued();
        if (channel.isWritable()) {
            outbox.writable();
            if (paused) {
                lane.resumeLater(this);
            }
        }
    }

    /** Goes on with what was left unread, after a pause. The caller submits what comes of it. */
    void readOn() {
        if (phase != Phase.OPEN && phase != Phase.GREETING) {
            return;
        }
        paused = false;
        reading = true;
        try {
            decode();
        } finally {
            reading = false;
        }
        flush();
        if (!paused && phase != Phase.CLOSING) {
            channel.config().setAutoRead(true);
        }
    }

    private void decode() {
        while (unread != null && (phase == Phase.GREETING || phase == Phase.OPEN)) {
            if (phase == Phase.OPEN && mustPause()) {
                pause();
                return;
            }
            if (unread.readableBytes() < Integer.BYTES) {
                break;
            }
            int length = unread.getInt(unread.readerIndex());
            if (phase == Phase.GREETING) {
                Words.Word word = port.words().find(length);
                if (word != null) {
                    answerOnceComplete(word);
                    return;
                }
            }
            if (phase == Phase.GREETING && length > port.settings().maxHandshakeBytes()) {
                refuse("a handshake of " + length + " bytes; at most "
                        + port.settings().maxHandshakeBytes() + " are allowed (muster.maxHandshakeBytes)");
                return;
            }
            if (length < 0 || length > port.settings().maxFrameBytes()) {
                refuse("a frame of " + length + " bytes; at most "
                        + port.settings().maxFrameBytes() + " are allowed (jute.maxbuffer)");
                return;
            }
            if (unread.readableBytes() < Integer.BYTES + length) {
                break;
            }
            if (phase == Phase.GREETING && mustWait()) {
                pause();
                return;
            }
            largeBytes = phase == Phase.OPEN ? port.largeRequests().take(length) : 0;
            if (largeBytes < 0) {
                port.traffic().largeRequestRejected();
                refuse("a large request of " + length + " bytes; those without a reply would exceed "
                        + port.settings().maxLargeRequestsBytes() + " bytes (largeRequestMaxBytes)");
                return;
            }
            byte[] frame = lane.scratch(length);
            unread.skipBytes(Integer.BYTES).readBytes(frame, 0, length);
            frame(new JuteReader(frame, 0, length));
            port.largeRequests().giveBack(largeBytes);
        }
        if (unread != null && !unread.isReadable()) {
            releaseUnread();
        }
    }

    /** A client that does not read its replies, or has a long one coming, or has requests in a loop which has too many. */
    private boolean mustPause() {
        return !channel.isWritable()
                || outbox.isBusy()
                || !outstanding.isEmpty()
                        && port.traffic().outstandingRequests()
                                >= port.settings().maxOutstandingRequests();
    }

    /**
     * Each handshake leaves a session in the loop, even if its client does not wait for it. While the log does not get on,
     * as on a full disk, clients that come again and again must not fill the memory with them.
     */
    private boolean mustWait() {
        return lane.core().waiting() >= port.settings().maxOutstandingRequests();
    }

    private void pause() {
        channel.config().setAutoRead(false);
        if (!paused) {
            paused = true;
            lane.paused(this);
        }
    }

    private void answerOnceComplete(Words.Word word) {
        ByteBuf bytes = unread;
        if (bytes == null || bytes.readableBytes() < Integer.BYTES + word.argumentBytes()) {
            return; // the handshake's deadline counts for it too
        }
        port.traffic().received();
        bytes.skipBytes(Integer.BYTES);
        long argument = word.argumentBytes() == Long.BYTES ? bytes.readLong() : 0;
        phase = Phase.CLOSING;
        cancelDeadline();
        releaseUnread();
        var unused = word.answer(argument)
                .whenComplete((answer, failure) -> channel.eventLoop().execute(() -> {
                    if (failure != null) {
                        failed(failure);
                    } else if (!gone) {
                        byte[] text = answer.getBytes(StandardCharsets.UTF_8);
                        outbox.append(text, text.length);
                        closeAfterWrites();
                    }
                }));
    }

    private void frame(JuteReader in) {
        stats.received++;
        port.traffic().received();
        try {
            if (phase == Phase.GREETING) {
                handshake(ConnectRequest.read(in));
            } else {
                request(RequestHeader.read(in), in);
            }
        } catch (MalformedFrameException e) {
            refuse("an undecodable " + (phase == Phase.GREETING ? "handshake: " : "header: ") + e.getMessage());
        }
    }

    private void handshake(ConnectRequest request) {
        if (!port.throttle().admits(request.sessionId() == 0)) {
            refuse("sessions come faster than the connection throttle allows (connection_throttle_tokens)");
            return;
        }
        phase = Phase.CONNECTING;
        cancelDeadline();
        inCore = true;
        port.register(number, this);
        lane.core().handshakeComes();
        lane.pend(new Input.ConnectionOpened(number, remoteAddress()));
        lane.pend(new Input.Connect(number, request));
    }

    private void request(RequestHeader header, JuteReader in) {
        OpCode op = OpCode.of(header.type());
        if (op == null || !isForClients(op)) {
            phase = Phase.CLOSING;
            toCore(header, op, new Input.Refused(number, header, ErrorCode.UNIMPLEMENTED, true));
            return;
        }
        Request request;
        try {
            request = Request.read(op, in);
        } catch (MalformedFrameException e) {
            log.debug("connection={} remote={} undecodable op={} why={}", number, remote, op, e.getMessage());
            toCore(header, op, new Input.Refused(number, header, ErrorCode.MARSHALLING_ERROR, false));
            return;
        }
        if (op == OpCode.CLOSE_SESSION) {
            phase = Phase.CLOSING;
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

    /** Answers a read from the published state, if the order of this connection allows it. */
    private boolean answeredHere(int xid, OpCode op, Request read) {
        if (!outstanding.isEmpty() || !port.access().letsIn(ids)) {
            return false;
        }
        Published published = lane.core().published();
        lane.drainUpTo(published.batch());
        if (phase != Phase.OPEN) {
            return true; // it was closed by what stood before this read
        }
        long zxid = published.state().zxid();
        if (zxid < lastZxid) {
            return false;
        }
        touch();
        answer(published.state(), zxid, xid, read, ids);
        port.traffic().answeredAfter(0);
        stats.answered(op, xid, zxid, port.nowMs(), 0);
        return true;
    }

    private void touch() {
        if (!touchWanted) {
            touchWanted = true;
            lane.touch(this);
        }
    }

    void touchInto(List<Input> inputs) {
        touchWanted = false;
        if (!gone && phase == Phase.OPEN) {
            inputs.add(new Input.Touched(number));
        }
    }

    // ---- writing

    /** Executes what the serial loop put out. */
    void deliver(List<Item> items) {
        if (gone) {
            return;
        }
        boolean wasFull = !outstanding.isEmpty();
        for (Item item : items) {
            item.execute(executor);
            if (outbox.pendingBytes() > queuedBytes + LOOK_EVERY_BYTES) {
                flush(); // where too much does not fit into the socket, this closes the connection
                if (phase == Phase.CLOSING && !channel.isOpen()) {
                    return;
                }
            }
        }
        if (paused && wasFull && outstanding.isEmpty()) {
            lane.resumeLater(this);
        }
        if (!reading) {
            flush();
        }
    }

    private final class Executor implements Item.Handler {
        @Override
        public void accept(Item.Accept item) {
            if (phase != Phase.CONNECTING) {
                return;
            }
            phase = Phase.OPEN;
            sessionId = item.sessionId();
            sessionTimeoutMs = item.response().timeoutMs();
            handshakeReply(item.response());
            paused = true;
            lane.resumeLater(ClientConnection.this);
        }

        @Override
        public void reject(Item.Reject item) {
            handshakeReply(item.response());
            closeAfterWrites();
        }

        @Override
        public void reply(Item.Reply item) {
            answered(item.header().zxid());
            ClientConnection.this.reply(item.header(), item.body());
        }

        @Override
        public void replyFrom(Item.ReplyFrom item) {
            answered(item.zxid());
            answer(item.state(), item.zxid(), item.xid(), item.read(), item.ids());
        }

        @Override
        public void event(Item.Event item) {
            write(new ReplyHeader(Xids.NOTIFICATION, item.zxid(), 0), item.event()::write);
        }

        @Override
        public void identities(Item.Identities item) {
            ids = item.ids();
        }

        @Override
        public void close(Item.Close item) {
            log.debug("connection={} remote={} closed reason=\"{}\"", number, remote, item.reason());
            closeAfterWrites();
        }
    }

    /** A request came back from the serial loop. */
    private void answered(long zxid) {
        Outstanding request = outstanding.poll();
        if (request != null) {
            long now = port.nowMs();
            long latency = now - request.sinceMs;
            port.largeRequests().giveBack(request.largeBytes);
            port.traffic().outstandingChanged(-1);
            port.traffic().answeredAfter(latency);
            stats.answered(request.op, request.xid, zxid, now, latency);
        }
    }

    /** A long answer begins here, and goes on between the work of others. */
    private void answer(State state, long zxid, int xid, Request read, List<Id> identities) {
        LongRead longRead = LongRead.of(state, read, identities, port.access());
        if (longRead != null) {
            lastZxid = Math.max(lastZxid, zxid);
            countSent();
            outbox.longReply(new LongReply(xid, zxid, longRead));
            return;
        }
        Answer answer;
        try {
            answer = read instanceof Request.GetEphemerals own
                    ? Reads.ephemerals(state, sessionId, own)
                    : Reads.answer(
                            state,
                            read,
                            identities,
                            port.access(),
                            port.settings().maxQueuedBytes());
        } catch (AnswerTooLongException e) {
            refuse("an answer that would be too long: " + e.getMessage());
            return;
        }
        reply(new ReplyHeader(xid, zxid, answer.error().code()), answer.body());
    }

    /** Whoever takes what is sent lives, also while its pings are not read. */
    private void longReplyWentOn() {
        if (gone) {
            return;
        }
        touch();
        flush();
        if (paused && !outbox.isBusy()) {
            lane.resumeLater(this);
        }
    }

    private void handshakeReply(ConnectResponse response) {
        frame(response::write);
    }

    private void reply(ReplyHeader header, Response body) {
        if (header.err() == 0) {
            write(header, body::write);
        } else {
            write(header, out -> {});
        }
    }

    private void write(ReplyHeader header, Consumer<JuteWriter> body) {
        lastZxid = Math.max(lastZxid, header.zxid());
        frame(out -> {
            header.write(out);
            body.accept(out);
        });
    }

    private void frame(Consumer<JuteWriter> content) {
        countSent();
        outbox.frame(content);
    }

    private void countSent() {
        stats.sent++;
        port.traffic().sent();
    }

    private void flush() {
        if (gone) {
            return;
        }
        outbox.flush();
        countQueued();
        if (queuedBytes > port.settings().maxQueuedBytes()) {
            refuse("it does not read what it asked for: more than "
                    + port.settings().maxQueuedBytes() + " bytes wait for it");
        } else if (tooMuchQueued) {
            refuse("it does not read what it asked for: " + queuedBytes
                    + " bytes wait for it, and for all clients more than "
                    + port.settings().maxQueuedBytesOfAll() + " (muster.maxQueuedBytes)");
        }
    }

    private void countQueued() {
        long now = outbox.pendingBytes();
        if (now != queuedBytes) {
            tooMuchQueued = !port.queued().changed(queuedBytes, now);
            queuedBytes = now;
        }
    }
}
