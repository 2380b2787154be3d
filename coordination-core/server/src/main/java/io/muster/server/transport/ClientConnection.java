package io.muster.server.transport;

import io.muster.protocol.ConnectRequest;
import io.muster.protocol.JuteReader;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.replica.Input;
import io.muster.replica.Limit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: its phases, how it comes and goes, and what the serial loop puts out for it. It belongs to its I/O
 * thread, but for {@link #parcel}, which is the serial loop's, and the address, which anybody may read.
 *
 * <p>Phases: {@code GREETING} until the first frame or four-letter word; {@code CONNECTING} while the serial loop looks at
 * the handshake, and what comes is kept for later; {@code OPEN}; {@code CLOSING}, when nothing more is taken from the client but what
 * was put out for it still leaves.
 *
 * <p>Three parts do the rest: {@link Intake} cuts what comes into frames, {@link Requests} says where each is answered, and
 * {@link Replies} is what goes out.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

    /** How long a client may take to read what was put out before its connection was closed. */
    private static final int CLOSE_TIMEOUT_MS = 5_000;

    /** How long a client that has ended its side is kept for the answer to its word. */
    private static final int LAST_WORD_TIMEOUT_MS = 60_000;

    enum Phase {
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
    private final ConnectionStats stats = new ConnectionStats();
    private final Replies replies;
    private final Requests requests;
    private final Intake intake;
    private final Executor executor = new Executor();
    private final long establishedMs = System.currentTimeMillis();

    private Phase phase = Phase.GREETING;
    private boolean counted;
    private boolean inCore;
    private boolean gone;
    private boolean touchWanted;
    /** A four-letter word was asked, and nothing else will be. */
    private boolean answersWord;
    /** Since when it waits for a new session, in milliseconds of the port's clock; -1 if it does not. */
    private long openingSinceMs = -1;

    private @Nullable ScheduledFuture<?> deadline;
    /** When something came the last time, in milliseconds of the port's clock; at first, when it was made. */
    private long heardMs;

    private long sessionId;
    private int sessionTimeoutMs;

    /** Owned by the serial loop: what its present batch puts out for this connection. */
    private List<Item> parcel = new ArrayList<>();

    ClientConnection(ClientPort port, Lane lane, Channel channel, long number) {
        this.port = port;
        this.lane = lane;
        this.channel = channel;
        this.number = number;
        this.heardMs = port.nowMs();
        this.remote = (InetSocketAddress) channel.remoteAddress();
        Outbox outbox = new Outbox(lane, channel, this::longReplyWentOn, this::failed);
        this.replies = new Replies(port, stats, outbox);
        this.requests = new Requests(this, port, lane, number, stats, replies);
        this.intake = new Intake(this, port, lane, channel, requests, replies);
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
    public void refused(Limit limit, long max) {
        port.traffic().refused(limit);
        port.refusals().log(remoteAddress(), Refusal.of(limit, max));
    }

    // ---- what anybody may ask

    String remoteAddress() {
        return remote.getAddress().getHostAddress();
    }

    // ---- what the port and the parts ask, on the I/O thread

    ConnectionReport report() {
        return new ConnectionReport(
                remote,
                (channel.config().isAutoRead() ? 1 : 0) | (replies.areWaiting() ? 4 : 0),
                requests.countInCore(),
                stats.received,
                stats.sent,
                sessionId,
                sessionTimeoutMs,
                establishedMs,
                System.currentTimeMillis()
                        - (port.nowMs() - heardMs)
                        + (sessionId == 0 ? port.settings().handshakeTimeoutMs() : sessionTimeoutMs),
                stats.latency());
    }

    void resetStats() {
        stats.reset();
    }

    Phase phase() {
        return phase;
    }

    /** 0 before the handshake is answered. */
    long sessionId() {
        return sessionId;
    }

    // ---- coming and going

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Refusal refusal = port.admit(this);
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        counted = true;
        deadline = channel.eventLoop()
                .schedule(this::handshakeDidNotCome, port.settings().handshakeTimeoutMs(), TimeUnit.MILLISECONDS);
    }

    private void handshakeDidNotCome() {
        if (!intake.isPaused()) {
            port.traffic().wasSilent();
        }
        refuse(
                "time for a handshake",
                (intake.isPaused() ? "too much waits for the log since " : "nothing was said for ")
                        + port.settings().handshakeTimeoutMs() + " ms");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone = true;
        phase = Phase.CLOSING;
        cancelDeadline();
        intake.release();
        replies.release();
        requests.forgetAll();
        if (counted) {
            port.left(this);
        }
        if (inCore) {
            port.forget(number);
            lane.pend(new Input.ConnectionClosed(number));
            lane.submitPending();
        }
    }

    /**
     * A client that ends its side is gone, and what was read before is carried out; but whoever asks with a word, as {@code nc}
     * and ZooKeeper's tools do, may say so before it reads the answer.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        if (!answersWord) {
            if (phase != Phase.CLOSING) {
                port.traffic().clientLeft();
            }
            closeNow();
        } else if (deadline == null) {
            deadline = channel.eventLoop().schedule(this::closeNow, LAST_WORD_TIMEOUT_MS, TimeUnit.MILLISECONDS);
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
            refuse("memory", "there is not enough memory for it: " + cause.getMessage());
            return;
        } else {
            log.warn("connection={} remote={} closed after an unexpected error", number, remote, cause);
        }
        closeNow();
    }

    /** Closes without an answer; the reason goes to the log, at most once per address, limit and minute. */
    void refuse(String limit, String reason) {
        refuse(new Refusal(limit, reason));
    }

    private void refuse(Refusal refusal) {
        port.traffic().rejected();
        port.refusals().log(remoteAddress(), refusal);
        closeNow();
    }

    /** What was taken last is the last; the serial loop closes the connection behind its reply. */
    void takeNoMore() {
        phase = Phase.CLOSING;
    }

    /** Closes without an answer what no limit refuses. */
    void dismiss(String reason) {
        log.debug("connection={} remote={} closed reason=\"{}\"", number, remote, reason);
        closeNow();
    }

    private void closeNow() {
        phase = Phase.CLOSING;
        cancelDeadline();
        intake.release();
        channel.close();
    }

    private void closeAfterWrites() {
        if (gone) {
            return;
        }
        phase = Phase.CLOSING;
        intake.release();
        replies.closeAtEnd();
        cancelDeadline();
        deadline = channel.eventLoop().schedule(() -> closeNow(), CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
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
        heardMs = port.nowMs();
        intake.read(ctx.alloc(), bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        lane.submitPending();
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = channel.isWritable();
        replies.writabilityChanged(writable);
        if (writable) {
            intake.resumeLater();
        }
    }

    /** Goes on with what was left unread, after a pause. The caller submits what comes of it. */
    void readOn() {
        intake.readOn();
    }

    /** A frame of some length came: the handshake, or a request. */
    void frame(JuteReader in, int length) {
        stats.received++;
        port.traffic().received(Integer.BYTES + length);
        boolean greeting = phase == Phase.GREETING;
        try {
            if (greeting) {
                handshake(ConnectRequest.read(in));
            } else {
                requests.take(in);
            }
        } catch (MalformedFrameException e) {
            refuse("decodable", "an undecodable " + (greeting ? "handshake: " : "header: ") + e.getMessage());
        }
    }

    private void handshake(ConnectRequest request) {
        if (!port.letsIn()) {
            dismiss("the server reads its data");
            return;
        }
        if (!port.throttle().admits(request.sessionId() == 0)) {
            refuse(
                    "connection_throttle_tokens",
                    "sessions come faster than the connection throttle allows (connection_throttle_tokens)");
            return;
        }
        port.traffic().handshake();
        if (request.sessionId() == 0) {
            openingSinceMs = port.nowMs();
        }
        phase = Phase.CONNECTING;
        cancelDeadline();
        inCore = true;
        port.register(number, this);
        lane.core().handshakeComes();
        lane.pend(new Input.ConnectionOpened(number, remoteAddress()));
        lane.pend(new Input.Connect(number, request));
    }

    /** A four-letter word came in place of the handshake. */
    void word(Words.Word word, long argument) {
        stats.received++;
        port.traffic().received(Integer.BYTES);
        phase = Phase.CLOSING;
        answersWord = true;
        cancelDeadline();
        intake.release();
        var unused = word.answer(argument)
                .whenComplete((answer, failure) -> channel.eventLoop().execute(() -> {
                    if (failure != null) {
                        failed(failure);
                    } else if (!gone) {
                        replies.text(answer);
                        closeAfterWrites();
                    }
                }));
    }

    void logUndecodable(OpCode op, MalformedFrameException e) {
        log.debug("connection={} remote={} undecodable op={} why={}", number, remote, op, e.getMessage());
    }

    /** Lets the serial loop know, after a while, that the session lives. */
    void touch() {
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

    void flush() {
        if (gone) {
            return;
        }
        Refusal tooMuch = replies.flush();
        if (tooMuch != null) {
            refuse(tooMuch);
        }
    }

    /** Whoever takes what is sent lives, also while its pings are not read. */
    private void longReplyWentOn() {
        if (gone) {
            return;
        }
        touch();
        flush();
        if (!replies.isBusy()) {
            intake.resumeLater();
        }
    }

    /** Executes what the serial loop put out. */
    void deliver(List<Item> items) {
        if (gone) {
            return;
        }
        boolean wasFull = requests.anyInCore();
        for (Item item : items) {
            item.execute(executor);
            if (replies.areMany()) {
                flush(); // where too much does not fit into the socket, this closes the connection
                if (phase == Phase.CLOSING && !channel.isOpen()) {
                    return;
                }
            }
        }
        if (wasFull && !requests.anyInCore()) {
            intake.resumeLater();
        }
        if (!intake.isReading()) {
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
            replies.handshake(item.response());
            if (openingSinceMs >= 0) {
                requests.sessionOpened(openingSinceMs);
            }
            intake.goOnLater();
        }

        @Override
        public void reject(Item.Reject item) {
            replies.handshake(item.response());
            closeAfterWrites();
        }

        @Override
        public void reply(Item.Reply item) {
            requests.answered(
                    item.header().xid(), item.header().zxid(), item.header().err() == 0);
            replies.reply(item.header(), item.body());
        }

        @Override
        public void replyFrom(Item.ReplyFrom item) {
            requests.answered(item.xid(), item.zxid(), true);
            requests.answer(item.state(), item.zxid(), item.xid(), item.read(), item.ids());
        }

        @Override
        public void event(Item.Event item) {
            replies.event(item.zxid(), item.event());
        }

        @Override
        public void identities(Item.Identities item) {
            requests.identities(item.ids());
        }

        @Override
        public void close(Item.Close item) {
            log.debug("connection={} remote={} closed reason=\"{}\"", number, remote, item.reason());
            closeAfterWrites();
        }
    }
}
