package io.muster.server.transport.peer;

import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.PieceDecoder;
import io.muster.replica.peer.PacketReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One connection between a learner and a leader, on either end: makes packets of bytes. Belongs to the network's thread.
 *
 * @param <P> the packets that come
 */
abstract class PacketHandler<P> extends ChannelInboundHandlerAdapter {
    private PacketReader<P> reader;
    private @Nullable String reason;

    PacketHandler(PacketReader<P> reader) {
        this.reader = reader;
    }

    /** For what comes behind the present packet. */
    void readWith(PacketReader<P> next) {
        reader = next;
    }

    abstract void arrived(ChannelHandlerContext context, P packet);

    /** The connection can take more. */
    abstract void writable();

    /** The connection is gone. Called once. @param why for the log */
    abstract void lost(ChannelHandlerContext context, String why);

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && context.channel().isOpen()) {
                PieceDecoder decoder = reader.decoder();
                Pieces.feed(decoder, bytes);
                P packet = decoder.isDone() ? reader.next() : null;
                if (packet != null) {
                    arrived(context, packet);
                }
            }
        } catch (MalformedFrameException | IllegalStateException e) {
            close(context, "what it sent cannot be read: " + e.getMessage());
        } finally {
            bytes.release();
        }
    }

    void close(ChannelHandlerContext context, String why) {
        if (reason == null) {
            reason = why;
        }
        context.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lost(context, reason == null ? "the connection was closed" : reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        close(context, String.valueOf(cause.getMessage()));
    }
}
