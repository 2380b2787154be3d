package io.muster.server.transport.peer;

import io.muster.replica.peer.InitialMessage;
import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Notification;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to each other server, for votes. Of two servers the one with the larger number dials; the other one may dial
 * too, which says no more than "call me". Belongs to the network's thread, but for {@link #open}.
 */
final class ElectionMesh {
    private static final Logger log = LoggerFactory.getLogger(ElectionMesh.class);
    /** Servers that are no members, as far as this one knows. */
    private static final int MAX_STRANGERS = 64;

    private final PeerNetworkSettings settings;
    private final PeerThread thread;
    private final Map<Long, Neighbor> neighbors = new LinkedHashMap<>();
    private final List<Channel> listeners = new ArrayList<>();
    private final List<InitialMessage.Address> own;
    private boolean closed;
    private final Newcomers<ElectionHandler> unnamed = new Newcomers<>(ElectionHandler::close);

    ElectionMesh(PeerNetworkSettings settings, PeerThread thread) {
        this.settings = settings;
        this.thread = thread;
        this.own = addresses(settings.own());
        for (Membership.Member member : settings.membership().members()) {
            if (member.id() != settings.serverId()) {
                neighbors.put(member.id(), new Neighbor(this, member.id(), addresses(member)));
            }
        }
    }

    private static List<InitialMessage.Address> addresses(Membership.Member member) {
        return member.endpoints().stream()
                .map(endpoint -> new InitialMessage.Address(endpoint.host(), endpoint.electionPort()))
                .toList();
    }

    /** Listens, then begins to dial. Blocks. @throws UncheckedIOException if a port cannot be had; then none is kept */
    void open() {
        for (InitialMessage.Address address : own) {
            InetSocketAddress socket = settings.listenOnAllAddresses()
                    ? new InetSocketAddress(address.port())
                    : new InetSocketAddress(address.host(), address.port());
            ChannelFuture bound = thread.listening(() -> new ElectionHandler(this, null))
                    .bind(socket)
                    .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                listeners.forEach(listener -> listener.close().awaitUninterruptibly());
                throw new UncheckedIOException(address + ": " + bound.cause(), new IOException(bound.cause()));
            }
            listeners.add(bound.channel());
        }
        thread.execute(() -> List.copyOf(neighbors.values()).forEach(Neighbor::begin));
    }

    void notify(long server, Notification notification) {
        Neighbor neighbor = neighbors.get(server);
        if (neighbor != null) {
            neighbor.notify(notification);
        }
    }

    /** Nobody is heard any more, nor spoken to. */
    void close() {
        closed = true;
        listeners.forEach(Channel::close);
        listeners.clear();
        unnamed.closeAll();
        neighbors.values().forEach(Neighbor::close);
    }

    /** Somebody dialed, and has not said who it is. */
    void admit(ElectionHandler handler) {
        if (closed) {
            handler.close();
            return;
        }
        unnamed.add(handler);
    }

    /** It has said who it is, or is gone. */
    void named(ElectionHandler handler) {
        unnamed.remove(handler);
    }

    /** Somebody who dialed has said who it is. */
    void greeted(ElectionHandler handler, InitialMessage message) {
        long id = message.serverId();
        if (closed) {
            handler.close();
        } else if (id == settings.serverId()) {
            handler.refuse(
                    "myid", "another server says that it is server " + id + " too; each needs a myid of its own");
        } else {
            greeted(handler, message, neighbor(message));
        }
    }

    private void greeted(ElectionHandler handler, InitialMessage message, @Nullable Neighbor neighbor) {
        long id = message.serverId();
        if (neighbor == null) {
            log.warn(
                    "server={} refused the votes of server {}, which is no member: there are {} such already",
                    settings.serverId(),
                    id,
                    MAX_STRANGERS);
            handler.close();
        } else if (id > settings.serverId()) {
            neighbor.connected(handler);
        } else {
            handler.close();
            neighbor.dialBack(message.addresses());
        }
    }

    private @Nullable Neighbor neighbor(InitialMessage message) {
        Neighbor known = neighbors.get(message.serverId());
        if (known != null) {
            return known;
        }
        int members = settings.membership().members().size() - 1;
        if (neighbors.size() - members >= MAX_STRANGERS && !forgetStranger()) {
            return null;
        }
        Neighbor stranger = new Neighbor(this, message.serverId(), List.of());
        neighbors.put(message.serverId(), stranger);
        return stranger;
    }

    /** One to whom there is no connection. @return whether there was such a one */
    private boolean forgetStranger() {
        for (Neighbor neighbor : neighbors.values()) {
            if (!isMember(neighbor.id()) && neighbor.isIdle()) {
                neighbors.remove(neighbor.id());
                return true;
            }
        }
        return false;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isMember(long id) {
        return settings.membership().member(id).isPresent();
    }

    PeerNetworkSettings settings() {
        return settings;
    }

    PeerThread thread() {
        return thread;
    }

    /** What this server says first where it dials. */
    InitialMessage greeting() {
        return new InitialMessage(settings.serverId(), own);
    }
}
