package io.muster.client.transport;

import io.muster.client.runtime.ClientRuntime;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection, from the resolving of its name to its end. Used on its event loop only. */
final class NettyConnection implements ClientRuntime.Connection {
    private final EventLoop eventLoop;
    private final int maxFrameBytes;
    private final ClientRuntime.ConnectionListener listener;
    private @Nullable Channel channel;
    private boolean ended;
    /** Why we close it, when it is not for order. */
    private @Nullable Throwable failure;

    NettyConnection(EventLoop eventLoop, int maxFrameBytes, ClientRuntime.ConnectionListener listener) {
        this.eventLoop = eventLoop;
        this.maxFrameBytes = maxFrameBytes;
        this.listener = listener;
    }

    /** @param resolver where a name may be looked up, which blocks */
    void open(String host, int port, long timeoutNanos, Executor resolver) {
        long startNanos = System.nanoTime();
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        Runnable resolve = () -> {
            try {
                InetAddress address = literal == null ? resolve(host) : InetAddress.getByAddress(host, literal);
                eventLoop.execute(() ->
                        connect(new InetSocketAddress(address, port), timeoutNanos - (System.nanoTime() - startNanos)));
            } catch (UnknownHostException e) {
                eventLoop.execute(() -> end(new IOException("the name " + host + " cannot be resolved", e)));
            }
        };
        if (literal != null) {
            resolve.run();
            return;
        }
        try {
            resolver.execute(resolve);
        } catch (RejectedExecutionException e) {
            eventLoop.execute(() -> end(e));
        }
    }

    /** One of a name's addresses, by chance: the next attempt may take another. */
    private static InetAddress resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = InetAddress.getAllByName(host);
        return addresses[ThreadLocalRandom.current().nextInt(addresses.length)];
    }

    private void connect(InetSocketAddress address, long timeoutNanos) {
        if (ended) {
            return;
        }
        if (timeoutNanos <= 0) {
            end(new ConnectException("the name " + address.getHostString() + " was not resolved in time"));
            return;
        }
        ChannelFuture connecting = new Bootstrap()
                .group(eventLoop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos))))
                .handler(new Frames())
                .connect(address);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                end(done.cause());
            }
        });
        channel.closeFuture().addListener(done -> end(failure));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Channel open = channel;
        if (open != null && open.isActive()) {
            ByteBuf buffer = open.alloc().ioBuffer(length);
            buffer.writeBytes(bytes, offset, length);
            open.write(buffer, open.voidPromise());
        }
    }

    @Override
    public void flush() {
        if (channel != null) {
            channel.flush();
        }
    }

    @Override
    public void close() {
        if (channel == null) {
            eventLoop.execute(() -> end(null));
        } else {
            channel.close();
        }
    }

    private void end(@Nullable Throwable cause) {
        if (!ended) {
            ended = true;
            listener.closed(cause);
        }
    }

    /** Cuts the stream into frames. */
    private final class Frames extends ByteToMessageDecoder {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            listener.opened();
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (in.readableBytes() < Integer.BYTES) {
                return;
            }
            int length = in.getInt(in.readerIndex());
            if (length < 0 || length > maxFrameBytes) {
                throw new CorruptedFrameException(
                        "a frame of " + length + " bytes, where at most " + maxFrameBytes + " are allowed");
            }
            if (in.readableBytes() < Integer.BYTES + length) {
                return;
            }
            in.skipBytes(Integer.BYTES);
            byte[] frame = new byte[length];
            in.readBytes(frame);
            if (!ended) {
                listener.frame(frame);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
            context.close();
        }
    }
}
