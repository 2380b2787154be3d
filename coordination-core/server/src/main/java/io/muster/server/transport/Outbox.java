package io.muster.server.transport;

import io.muster.protocol.JuteWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on one connection, in order: short frames, which are gathered into buffers, and long replies, which go out
 * in pieces with the other connections' work between them. A long reply waits while its client does not read, and all that
 * comes after it waits behind it. Belongs to the connection's I/O thread.
 */
final class Outbox {
    /** Frames are gathered up to this size before they are handed to the channel. */
    static final int CHUNK_BYTES = 64 * 1024;

    private static final int FIRST_BUFFER_BYTES = 256;
    /** Of a long reply, before other connections get their turn. */
    private static final int CHUNKS_PER_TURN = 4;
    /** A pause, so that the thread looks at its sockets: tasks without one it would run in a row. */
    private static final int BETWEEN_TURNS_MS = 1;

    private final Lane lane;
    private final Channel channel;
    private final Runnable onProgress;
    private final Consumer<Throwable> onFailure;

    private @Nullable ByteBuf unwritten;
    private @Nullable LongReply longReply;
    /** Behind the long reply: buffers and further long replies. */
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();

    private long waitingBytes;
    private boolean turnScheduled;
    private boolean closeAtEnd;
    private boolean released;

    /**
     * @param onProgress called after each turn of a long reply; {@link #isBusy} says whether there are more
     * @param onFailure gets what a later turn throws
     */
    Outbox(Lane lane, Channel channel, Runnable onProgress, Consumer<Throwable> onFailure) {
        this.lane = lane;
        this.channel = channel;
        this.onProgress = onProgress;
        this.onFailure = onFailure;
    }

    /** Puts one frame, behind its length, behind what is still to be written. Returns its size in bytes, without that length. */
    int frame(Consumer<JuteWriter> content) {
        JuteWriter writer = lane.writer();
        try {
            writer.writeInt(0);
            content.accept(writer);
            writer.setInt(0, writer.size() - Integer.BYTES);
            if (writer.size() > CHUNK_BYTES) {
                handOver();
                hand(Unpooled.wrappedBuffer(writer.array(), 0, writer.size()));
            } else {
                append(writer.array(), writer.size());
            }
            return writer.size() - Integer.BYTES;
        } finally {
            lane.released(writer.size() > CHUNK_BYTES); // also what was not finished
        }
    }

    void append(byte[] bytes, int length) {
        ByteBuf buffer = unwritten;
        if (buffer != null && buffer.readableBytes() + length > CHUNK_BYTES) {
            handOver();
            buffer = null;
        }
        if (buffer == null) {
            buffer = channel.alloc().directBuffer(Math.max(FIRST_BUFFER_BYTES, length));
            unwritten = buffer;
        }
        buffer.writeBytes(bytes, 0, length);
    }

    /** Puts a long reply behind what is still to be written, and begins with it if nothing is before it. */
    void longReply(LongReply reply) {
        handOver();
        if (longReply != null) {
            waiting.add(reply);
        } else {
            longReply = reply;
            turn();
        }
    }

    /** Whether a long reply is on its way. */
    boolean isBusy() {
        return longReply != null;
    }

    /** Hands the gathered frames on; the next are gathered anew. */
    private void handOver() {
        ByteBuf full = unwritten;
        unwritten = null;
        if (full != null) {
            hand(full);
        }
    }

    private void hand(ByteBuf buffer) {
        if (longReply != null) {
            waiting.add(buffer);
            waitingBytes += buffer.readableBytes();
        } else {
            channel.write(buffer, channel.voidPromise());
        }
    }

    /** Writes all that may go now. */
    void flush() {
        handOver();
        channel.flush();
    }

    /** Bytes that the client has not taken yet, as far as they exist already. */
    long pendingBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return waitingBytes + (queue == null ? 0 : queue.totalPendingWriteBytes());
    }

    /** Closes the channel behind all that was put here before. */
    void closeAtEnd() {
        flush();
        if (longReply != null) {
            closeAtEnd = true;
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The channel can take more again. */
    void writable() {
        if (longReply != null && !turnScheduled) {
            scheduleTurn(0);
        }
    }

    private void scheduleTurn(int delayMs) {
        turnScheduled = true;
        channel.eventLoop()
                .schedule(
                        () -> {
                            turnScheduled = false;
                            try {
                                turn();
                                channel.flush();
                                onProgress.run();
                            } catch (RuntimeException e) {
                                onFailure.accept(e);
                            }
                        },
                        delayMs,
                        TimeUnit.MILLISECONDS);
    }

    /** Some pieces of the long reply; behind its end, what waited for that. */
    private void turn() {
        for (int i = 0; i < CHUNKS_PER_TURN && longReply != null && channel.isWritable(); i++) {
            if (piece(longReply)) {
                longReply = null;
                takeWaiting();
            }
        }
        // without room the channel says when there is some
        if (longReply != null && channel.isWritable() && !turnScheduled && !released) {
            scheduleTurn(BETWEEN_TURNS_MS);
        }
    }

    private boolean piece(LongReply reply) {
        JuteWriter writer = lane.writer();
        try {
            boolean last = reply.write(writer, CHUNK_BYTES);
            if (writer.size() > 0) {
                ByteBuf piece = channel.alloc().directBuffer(writer.size());
                piece.writeBytes(writer.array(), 0, writer.size());
                channel.write(piece, channel.voidPromise());
            }
            return last;
        } finally {
            lane.released(false);
        }
    }

    private void takeWaiting() {
        while (longReply == null && !waiting.isEmpty()) {
            Object next = waiting.remove();
            if (next instanceof LongReply reply) {
                longReply = reply;
            } else if (next instanceof ByteBuf buffer) {
                waitingBytes -= buffer.readableBytes();
                channel.write(buffer, channel.voidPromise());
            }
        }
        if (longReply == null && closeAtEnd) {
            closeAtEnd = false;
            closeAtEnd();
        }
    }

    /** The channel is gone. */
    void release() {
        released = true;
        longReply = null;
        if (unwritten != null) {
            unwritten.release();
            unwritten = null;
        }
        for (Object each : waiting) {
            if (each instanceof ByteBuf buffer) {
                buffer.release();
            }
        }
        waiting.clear();
        waitingBytes = 0;
    }
}
