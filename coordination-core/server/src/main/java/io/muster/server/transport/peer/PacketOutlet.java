package io.muster.server.transport.peer;

import io.muster.protocol.JuteWriter;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LeaderPacketCodec;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.LearnerPacketCodec;
import io.muster.replica.peer.SnapStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * What goes out on one connection between a learner and a leader, in order. Packets wait as they are and become bytes when the
 * connection can take them; a snapshot does so in pieces. Belongs to the network's thread.
 */
final class PacketOutlet {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int LINGER_MS = 1_000;
    private static final Object END = new Object();

    private final Channel channel;
    private final long maxQueuedBytes;
    private final JuteWriter writer;
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean ended;

    /** @param writer shared by all outlets of the thread; empty between two uses */
    PacketOutlet(Channel channel, long maxQueuedBytes, JuteWriter writer) {
        this.channel = channel;
        this.maxQueuedBytes = maxQueuedBytes;
        this.writer = writer;
    }

    void add(LearnerPacket packet) {
        put(packet);
    }

    /** @return whether there is still room: if not, the other end is too slow */
    boolean add(LeaderPacket packet) {
        put(packet instanceof LeaderPacket.Snap snap ? new SnapStream(snap) : packet);
        if (!ended) {
            waitingBytes += size(packet);
        }
        return waitingBytes <= maxQueuedBytes;
    }

    private void put(Object packet) {
        if (!ended) {
            waiting.add(packet);
        }
    }

    private static long size(Object packet) {
        if (packet instanceof LeaderPacket.Propose propose) {
            return propose.transaction().sizeBytes();
        }
        return packet instanceof LeaderPacket.Inform inform
                ? inform.transaction().sizeBytes()
                : 0;
    }

    /** Whether nothing more is sent than what was added before. */
    boolean isEnded() {
        return ended;
    }

    /** Closes the connection behind all that was added before. */
    void end() {
        if (ended) {
            return;
        }
        put(END);
        ended = true;
        drain();
    }

    /** The connection is to be closed, whatever waits. */
    void discard() {
        ended = true;
        waiting.clear();
        waitingBytes = 0;
    }

    /** Writes as much as the connection takes now. To be called again when it can take more. */
    void drain() {
        boolean wrote = false;
        while (!waiting.isEmpty() && channel.isWritable()) {
            boolean isEnd = fill();
            if (writer.size() > 0) {
                ByteBuf chunk = channel.alloc().directBuffer(writer.size());
                chunk.writeBytes(writer.array(), 0, writer.size());
                writer.clear();
                channel.write(chunk, channel.voidPromise());
                wrote = true;
            }
            if (isEnd) {
                channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> closeBehindAll());
                return;
            }
        }
        if (wrote) {
            channel.flush();
        }
    }

    /**
     * A socket that is closed with something unread takes back what it sent, so the other end is told that there is no more,
     * and is to close.
     */
    private void closeBehindAll() {
        if (channel instanceof DuplexChannel duplex && channel.isOpen()) {
            duplex.shutdownOutput();
            channel.eventLoop().schedule(() -> channel.close(), LINGER_MS, TimeUnit.MILLISECONDS);
        } else {
            channel.close();
        }
    }

    /** Up to a chunk; returns whether the end was met. */
    private boolean fill() {
        while (!waiting.isEmpty() && writer.size() < CHUNK_BYTES) {
            Object next = waiting.peek();
            if (next instanceof SnapStream snap) {
                if (!snap.write(writer, CHUNK_BYTES)) {
                    return false;
                }
            } else if (next instanceof LeaderPacket packet) {
                LeaderPacketCodec.write(writer, packet);
                waitingBytes -= size(packet);
            } else if (next instanceof LearnerPacket packet) {
                LearnerPacketCodec.write(writer, packet);
            } else {
                waiting.clear();
                return true;
            }
            waiting.remove();
        }
        return false;
    }
}
