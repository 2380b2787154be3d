package io.muster.server.transport.peer;

import io.muster.protocol.JuteWriter;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LeaderPacketReader;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Membership;
import io.muster.replica.zab.PeerInput;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A learner's connection to its leader; there is one at most. The leader may need a moment until it listens, so it is tried
 * quickly at first, then as often as ZooKeeper tries. Belongs to the network's thread.
 */
final class LeaderLink {
    private static final int FIRST_RETRY_MS = 2;
    private static final int LAST_RETRY_MS = 100;
    private static final int MAX_ATTEMPTS = 11;

    private final PeerNetworkSettings settings;
    private final PeerThread thread;
    private final JuteWriter writer = new JuteWriter(1 << 12);
    private @Nullable Link current;

    LeaderLink(PeerNetworkSettings settings, PeerThread thread) {
        this.settings = settings;
        this.thread = thread;
    }

    /** Connects, in the place of any other link. */
    void connect(long number, long leader) {
        close();
        Optional<Membership.Member> member = settings.membership().member(leader);
        if (member.isEmpty()) {
            thread.report(new PeerInput.LeaderLost(number, "server " + leader + " is no member"));
            return;
        }
        Link link = new Link(number, member.get());
        current = link;
        link.attempt();
    }

    /** Nothing is said of a link that is closed from here. */
    void disconnect(long number) {
        if (current != null && current.number == number) {
            close();
        }
    }

    void close() {
        Link closing = current;
        current = null;
        if (closing != null && closing.channel != null) {
            closing.channel.close();
        }
    }

    /** Closes the link, as what was sent over it is not whole. */
    void cut(String why) {
        Link link = current;
        close();
        if (link != null) {
            thread.report(new PeerInput.LeaderLost(link.number, why));
        }
    }

    void send(long number, LearnerPacket packet) {
        Link link = current;
        if (link != null && link.number == number && link.outlet != null) {
            link.outlet.add(packet);
        }
    }

    void flush() {
        if (current != null && current.outlet != null) {
            current.outlet.drain();
        }
    }

    private final class Link {
        private final long number;
        private final Membership.Member leader;
        private final long sinceNanos = System.nanoTime();
        private int attempts;
        private @Nullable Channel channel;
        private @Nullable PacketOutlet outlet;

        Link(long number, Membership.Member leader) {
            this.number = number;
            this.leader = leader;
        }

        private boolean isCurrent() {
            return current == this;
        }

        void attempt() {
            if (!isCurrent()) {
                return;
            }
            Membership.Endpoint endpoint =
                    leader.endpoints().get(attempts++ % leader.endpoints().size());
            thread.connect(
                    endpoint.host(),
                    endpoint.quorumPort(),
                    (int) Math.max(1, Math.min(settings.connectTimeoutMs(), leftMs())),
                    new Packets(this),
                    this::connected,
                    why -> failed(endpoint, why));
        }

        private long leftMs() {
            return settings.connectLimitMs() - (System.nanoTime() - sinceNanos) / 1_000_000;
        }

        private void connected(Channel open) {
            if (!isCurrent()) {
                open.close();
                return;
            }
            channel = open;
            outlet = new PacketOutlet(open, Long.MAX_VALUE, writer);
            thread.report(new PeerInput.LeaderConnected(number));
        }

        private void failed(Membership.Endpoint endpoint, String why) {
            if (!isCurrent()) {
                return;
            }
            if (attempts < MAX_ATTEMPTS && leftMs() > 0) {
                thread.schedule(this::attempt, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS << Math.min(attempts, 10)));
            } else {
                gone("cannot be reached at " + endpoint.host() + ":" + endpoint.quorumPort() + " after " + attempts
                        + " attempts: " + why);
            }
        }

        void gone(String why) {
            if (isCurrent()) {
                current = null;
                thread.report(new PeerInput.LeaderLost(number, why));
            }
        }
    }

    /** What comes over a link, or over what an attempt to open it made. */
    private final class Packets extends PacketHandler<LeaderPacket> {
        private final Link link;

        Packets(Link link) {
            super(new LeaderPacketReader(settings.maxPacketBytes(), settings.seed(), settings.timesToLive()));
            this.link = link;
        }

        @Override
        void arrived(ChannelHandlerContext context, LeaderPacket packet) {
            if (link.isCurrent()) {
                thread.report(new PeerInput.FromLeader(link.number, packet));
            }
        }

        @Override
        void writable() {
            if (link.outlet != null) {
                link.outlet.drain();
            }
        }

        @Override
        void lost(ChannelHandlerContext context, String why) {
            if (link.channel != null) {
                link.gone(why);
            }
        }
    }
}
