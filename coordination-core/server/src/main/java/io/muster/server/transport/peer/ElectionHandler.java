package io.muster.server.transport.peer;

import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.replica.peer.InitialMessage;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.NotificationCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection for votes: who dialed says who it is, then both send notifications. Belongs to the network's thread. */
final class ElectionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ElectionHandler.class);

    private final ElectionMesh mesh;
    private final InitialMessage.Decoder greeting = new InitialMessage.Decoder();
    private final NotificationFrames frames = new NotificationFrames();
    /** Whom this server dialed; null where the other one did. */
    private final @Nullable Neighbor dialed;
    /** Who is at the other end, once that is known and the connection stays. */
    private @Nullable Neighbor neighbor;

    private boolean isUnnamed;
    /** Waits until the connection can take it; a newer one takes its place. */
    private @Nullable Notification unsent;

    private @Nullable Channel channel;

    ElectionHandler(ElectionMesh mesh, @Nullable Neighbor dialed) {
        this.mesh = mesh;
        this.dialed = dialed;
    }

    void isOf(Neighbor other) {
        neighbor = other;
    }

    String remote() {
        return channel == null ? "?" : String.valueOf(channel.remoteAddress());
    }

    /** In one piece: ZooKeeper reads it in one go. */
    void greet(InitialMessage message) {
        JuteWriter writer = new JuteWriter();
        message.write(writer);
        write(writer);
    }

    void send(Notification notification) {
        if (channel == null || !channel.isWritable()) {
            unsent = notification;
            return;
        }
        unsent = null;
        JuteWriter writer = new JuteWriter();
        writer.writeInt(0);
        NotificationCodec.write(writer, notification);
        writer.setInt(0, writer.size() - Integer.BYTES);
        write(writer);
    }

    private void write(JuteWriter writer) {
        if (channel != null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(writer.toByteArray()));
        }
    }

    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    void refuse(String kind, String why) {
        if (channel != null) {
            mesh.thread().refused(channel, kind, why);
            channel.close();
        }
    }

    void closeAtEnd() {
        if (channel != null) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (dialed != null) {
            return;
        }
        isUnnamed = true;
        mesh.admit(this);
        context.executor().schedule(this::closeIfUnnamed, mesh.settings().connectTimeoutMs(), TimeUnit.MILLISECONDS);
    }

    private void closeIfUnnamed() {
        if (isUnnamed) {
            close();
        }
    }

    private void named() {
        if (isUnnamed) {
            isUnnamed = false;
            mesh.named(this);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (isUnnamed) {
                readGreeting(bytes);
            }
            while (bytes.isReadable() && context.channel().isOpen()) {
                Pieces.feed(frames, bytes);
                if (frames.isDone()) {
                    arrived(NotificationCodec.read(frames.next()));
                }
            }
        } catch (MalformedFrameException e) {
            refuse("votes", "a vote that cannot be read: " + e.getMessage());
        } finally {
            bytes.release();
        }
    }

    private void arrived(Notification notification) {
        if (neighbor != null) {
            neighbor.arrived(this, notification);
        }
    }

    private void readGreeting(ByteBuf bytes) {
        Pieces.feed(greeting, bytes);
        if (greeting.isDone()) {
            named();
            mesh.greeted(this, greeting.message());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (unsent != null) {
            send(unsent);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        named();
        if (neighbor != null) {
            neighbor.lost(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("a connection for votes broke: {}", remote(), cause);
        } else {
            log.error("a connection for votes is closed, as it cannot be served: {}", remote(), cause);
        }
        context.close();
    }
}
