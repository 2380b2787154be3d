package io.muster.server.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * Netty's two ways to sockets: the JDK's, which is always there, and Linux's own, which costs less and comes with the
 * distribution.
 *
 * @param name {@code nio} or {@code epoll}
 */
record Sockets(
        String name,
        IoHandlerFactory handlers,
        Class<? extends ServerChannel> serverChannel,
        Class<? extends Channel> channel) {
    /** @param nativeAllowed whether to use Linux's own where this machine and the class path have it */
    static Sockets best(boolean nativeAllowed) {
        return nativeAllowed && Epoll.isAvailable()
                ? new Sockets(
                        "epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
                : new Sockets("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
    }
}
