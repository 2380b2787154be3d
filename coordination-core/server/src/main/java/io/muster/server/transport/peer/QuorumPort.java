package io.muster.server.transport.peer;

import io.muster.protocol.JuteWriter;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.LearnerPacketReader;
import io.muster.replica.peer.Membership;
import io.muster.replica.zab.PeerInput;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where learners come to this server while it leads. Belongs to the network's thread. */
final class QuorumPort {
    private static final Logger log = LoggerFactory.getLogger(QuorumPort.class);
    private static final int RETRY_MS = 200;
    /** Of the attempts to listen that fail, every so manieth is mentioned. */
    private static final int MENTIONED_ATTEMPTS = 25;
    /** Of the packet by which a learner says that it is one. */
    private static final int MAX_FIRST_BYTES = 1_024;

    private final PeerNetworkSettings settings;
    private final PeerThread thread;
    private final JuteWriter writer = new JuteWriter(1 << 16);
    private final Map<Long, Link> links = new LinkedHashMap<>();
    private final Set<Link> fed = new LinkedHashSet<>();
    private final Newcomers<Link> silent = new Newcomers<>(Link::cut);
    private final List<Channel> listeners = new ArrayList<>();
    private boolean isOpen;
    /** Which opening it is: what was begun for an earlier one counts no more. */
    private int opening;

    private long lastLink;

    QuorumPort(PeerNetworkSettings settings, PeerThread thread) {
        this.settings = settings;
        this.thread = thread;
    }

    void open() {
        if (isOpen) {
            return;
        }
        isOpen = true;
        opening++;
        for (Membership.Endpoint endpoint : settings.own().endpoints()) {
            bind(endpoint, opening, 0);
        }
    }

    private void bind(Membership.Endpoint endpoint, int of, int attempt) {
        if (!isOpen || opening != of) {
            return;
        }
        if (settings.listenOnAllAddresses()) {
            bind(new InetSocketAddress(endpoint.quorumPort()), endpoint, of, attempt);
        } else {
            thread.resolve(
                    endpoint.host(),
                    settings.connectTimeoutMs(),
                    host -> bind(new InetSocketAddress(host, endpoint.quorumPort()), endpoint, of, attempt),
                    why -> notBound(why, endpoint, of, attempt));
        }
    }

    private void bind(InetSocketAddress address, Membership.Endpoint endpoint, int of, int attempt) {
        thread.listening(Link::new).bind(address).addListener(thread.here(done -> {
            if (!done.isSuccess()) {
                notBound(String.valueOf(done.cause().getMessage()), endpoint, of, attempt);
            } else if (isOpen && opening == of) {
                listeners.add(done.channel());
            } else {
                done.channel().close();
            }
        }));
    }

    private void notBound(String why, Membership.Endpoint endpoint, int of, int attempt) {
        if (isOpen && opening == of && attempt % MENTIONED_ATTEMPTS == 0) {
            log.error(
                    "server={} leads, but learners cannot come to it: the quorum port {}:{} cannot be listened on: {};"
                            + " if another process has it, stop that",
                    settings.serverId(),
                    endpoint.host(),
                    endpoint.quorumPort(),
                    why);
        }
        thread.schedule(() -> bind(endpoint, of, attempt + 1), RETRY_MS);
    }

    /** Learners' connections end behind what was sent to them. */
    void close() {
        isOpen = false;
        listeners.forEach(Channel::close);
        listeners.clear();
        silent.closeAll();
        List.copyOf(links.values()).forEach(Link::end);
    }

    /** Closes all learners' connections, as what was sent over them is not whole. */
    void cut() {
        List.copyOf(links.values()).forEach(Link::cut);
    }

    void send(long number, LeaderPacket packet) {
        Link link = links.get(number);
        if (link == null || link.outlet == null || link.outlet.isEnded()) {
            return;
        }
        fed.add(link);
        if (!link.outlet.add(packet)) {
            log.warn(
                    "server={} a learner takes too long to read: more than {} bytes wait for it, so it is to be"
                            + " synchronized anew: link={}",
                    settings.serverId(),
                    settings.maxQueuedBytes(),
                    number);
            link.cut();
        }
    }

    void closeLearner(long number) {
        Link link = links.get(number);
        if (link != null) {
            link.end();
        }
    }

    void flush() {
        List<Link> all = List.copyOf(fed);
        fed.clear();
        for (Link link : all) {
            link.writable();
        }
    }

    /** One connection, from a learner or from somebody who has not said what it is. */
    private final class Link extends PacketHandler<LearnerPacket> {
        private final long number = ++lastLink;
        private @Nullable Channel channel;
        /** Once it has said that it is a learner. */
        private @Nullable PacketOutlet outlet;

        Link() {
            super(new LearnerPacketReader(MAX_FIRST_BYTES));
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            if (!isOpen) {
                context.close();
                return;
            }
            silent.add(this);
            int timeoutMs = Math.min(settings.connectTimeoutMs(), settings.connectLimitMs());
            context.executor().schedule(this::cutIfSilent, timeoutMs, TimeUnit.MILLISECONDS);
        }

        private void cutIfSilent() {
            if (outlet == null) {
                cut();
            }
        }

        @Override
        void arrived(ChannelHandlerContext context, LearnerPacket packet) {
            if (outlet == null) {
                if (!silent.remove(this)) {
                    return;
                }
                if (!(packet instanceof LearnerPacket.FollowerInfo || packet instanceof LearnerPacket.ObserverInfo)) {
                    close(context, "it did not say that it is a learner");
                    return;
                }
                readWith(new LearnerPacketReader(settings.maxPacketBytes()));
                outlet = new PacketOutlet(context.channel(), settings.maxQueuedBytes(), writer);
                links.put(number, this);
                thread.report(new PeerInput.LearnerConnected(number));
            }
            if (!outlet.isEnded()) {
                thread.report(new PeerInput.FromLearner(number, packet));
            }
        }

        @Override
        void writable() {
            if (outlet != null) {
                outlet.drain();
            }
        }

        @Override
        void lost(ChannelHandlerContext context, String why) {
            silent.remove(this);
            fed.remove(this);
            if (links.remove(number, this)) {
                log.info(
                        "server={} learner's connection ended: link={} reason=\"{}\"",
                        settings.serverId(),
                        number,
                        why);
                thread.report(new PeerInput.LearnerLost(number));
            } else {
                thread.refused(context.channel(), "learners", "it came as a learner: " + why);
            }
        }

        void end() {
            if (outlet != null && !outlet.isEnded()) {
                outlet.end();
                // it may not take what waits for it
                thread.schedule(this::cut, settings.connectLimitMs());
            }
        }

        /** That it is gone is reported when the channel says so. */
        void cut() {
            if (outlet != null) {
                outlet.discard();
            }
            if (channel != null) {
                channel.close();
            }
        }
    }
}
