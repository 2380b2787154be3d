package io.muster.server.transport.peer;

import io.muster.protocol.JuteWriter;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.LearnerPacketReader;
import io.muster.replica.peer.Membership;
import io.muster.replica.zab.PeerInput;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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
    private static final int RETRY_MS = 500;
    /** Connections that have not said anything yet: more are closed at once. */
    private static final int MAX_SILENT = 64;

    private final PeerNetworkSettings settings;
    private final PeerThread thread;
    private final JuteWriter writer = new JuteWriter(1 << 16);
    private final Map<Long, Link> links = new LinkedHashMap<>();
    private final Set<Link> fed = new LinkedHashSet<>();
    private final List<Channel> listeners = new ArrayList<>();
    private boolean isOpen;
    /** Which opening it is: what was begun for an earlier one counts no more. */
    private int opening;

    private int silent;
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
        for (Membership.Endpoint endpoint : settings.member(settings.serverId()).endpoints()) {
            bind(endpoint, opening);
        }
    }

    private void bind(Membership.Endpoint endpoint, int of) {
        if (!isOpen || opening != of) {
            return;
        }
        InetSocketAddress address = settings.listenOnAllAddresses()
                ? new InetSocketAddress(endpoint.quorumPort())
                : new InetSocketAddress(endpoint.host(), endpoint.quorumPort());
        thread.listening(Link::new).bind(address).addListener((ChannelFuture done) -> {
            if (done.isSuccess() && isOpen && opening == of) {
                listeners.add(done.channel());
            } else if (done.isSuccess()) {
                done.channel().close();
            } else if (isOpen && opening == of) {
                log.error(
                        "server={} leads, but learners cannot come to it: the quorum port {} cannot be listened on: {};"
                                + " stop who uses it",
                        settings.serverId(),
                        address,
                        done.cause().getMessage());
                thread.schedule(() -> bind(endpoint, of), RETRY_MS);
            }
        });
    }

    /** Learners' connections end behind what was sent to them. */
    void close() {
        isOpen = false;
        listeners.forEach(Channel::close);
        listeners.clear();
        List.copyOf(links.values()).forEach(Link::end);
    }

    void send(long number, LeaderPacket packet) {
        Link link = links.get(number);
        if (link == null) {
            return;
        }
        fed.add(link);
        if (link.outlet != null && !link.outlet.add(packet)) {
            log.warn(
                    "server={} a learner takes too long to read: more than {} bytes wait for it, so it is to be"
                            + " synchronized anew",
                    settings.serverId(),
                    settings.maxQueuedBytes());
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
        for (Link link : fed) {
            if (link.outlet != null) {
                link.outlet.drain();
            }
        }
        fed.clear();
    }

    private final class Link extends PacketHandler<LearnerPacket> {
        private final long number = ++lastLink;
        private boolean isSilent = true;
        private @Nullable Channel channel;
        private @Nullable PacketOutlet outlet;

        Link() {
            super(new LearnerPacketReader(settings.maxPacketBytes()));
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            silent++;
            if (!isOpen || silent > MAX_SILENT) {
                context.close();
                return;
            }
            outlet = new PacketOutlet(context.channel(), settings.maxQueuedBytes(), writer);
            links.put(number, this);
            context.executor().schedule(this::closeIfSilent, settings.initLimitMs(), TimeUnit.MILLISECONDS);
            thread.report(new PeerInput.LearnerConnected(number));
        }

        private void closeIfSilent() {
            if (isSilent) {
                cut();
            }
        }

        @Override
        void arrived(LearnerPacket packet) {
            if (isSilent) {
                isSilent = false;
                silent--;
            }
            thread.report(new PeerInput.FromLearner(number, packet));
        }

        @Override
        void writable() {
            if (outlet != null) {
                outlet.drain();
            }
        }

        @Override
        void lost(String why) {
            if (isSilent && channel != null) {
                silent--;
            }
            fed.remove(this);
            if (links.remove(number, this)) {
                log.info(
                        "server={} learner's connection ended: link={} reason=\"{}\"",
                        settings.serverId(),
                        number,
                        why);
                thread.report(new PeerInput.LearnerLost(number));
            }
        }

        void end() {
            if (outlet != null) {
                outlet.end();
            }
        }

        void cut() {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
