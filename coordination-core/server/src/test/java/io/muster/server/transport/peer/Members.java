package io.muster.server.transport.peer;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.TimesToLive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** A membership on free ports of the loopback interface, and networks of its members; closes those. */
final class Members implements AutoCloseable {
    static final int MAX_QUEUED_BYTES = 4 << 20;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Membership membership;

    /** One member's network, and what it reported. */
    record One(PeerNetwork network, Heard heard) {}

    Members(long... ids) {
        this("127.0.0.1", 1, ids);
    }

    private Members(String host, int endpoints, long... ids) {
        List<Integer> ports = freePorts(2 * ids.length * endpoints);
        List<Membership.Member> members = new ArrayList<>();
        for (long id : ids) {
            List<Membership.Endpoint> own = new ArrayList<>();
            for (int i = 0; i < endpoints; i++) {
                own.add(new Membership.Endpoint(host, ports.remove(0), ports.remove(0)));
            }
            members.add(new Membership.Member(id, Membership.Role.PARTICIPANT, own, null));
        }
        membership = new Membership(members, 0);
    }

    /** Each member has two addresses. */
    static Members withTwoAddresses(long... ids) {
        return new Members("127.0.0.1", 2, ids);
    }

    static Members on(String host, long... ids) {
        return new Members(host, 1, ids);
    }

    /** The last one. */
    private Membership.Endpoint endpoint(long id) {
        List<Membership.Endpoint> all = membership.members().stream()
                .filter(member -> member.id() == id)
                .findFirst()
                .orElseThrow()
                .endpoints();
        return all.get(all.size() - 1);
    }

    int quorumPort(long id) {
        return endpoint(id).quorumPort();
    }

    int electionPort(long id) {
        return endpoint(id).electionPort();
    }

    PeerNetworkSettings settings(long id, int connectTimeoutMs) {
        return new PeerNetworkSettings(
                id,
                membership,
                false,
                connectTimeoutMs,
                20_000,
                2 << 20,
                MAX_QUEUED_BYTES,
                7,
                TimesToLive.ON,
                false,
                false);
    }

    One make(long id, int connectTimeoutMs) {
        Heard heard = new Heard();
        PeerNetwork network = new PeerNetwork(settings(id, connectTimeoutMs), heard);
        open.add(network);
        return new One(network, heard);
    }

    One start(long id) {
        One one = make(id, 10_000);
        one.network().open();
        return one;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    static Notification notification(long round) {
        return new Notification(ServerState.LOOKING, 1, 2, round, 3, Notification.VERSION, "version=0");
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Below those that the system gives to outgoing connections. */
    static List<Integer> freePorts(int count) {
        Set<Integer> found = new LinkedHashSet<>();
        while (found.size() < count) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            if (isFree(port)) {
                found.add(port);
            }
        }
        return new ArrayList<>(found);
    }
}
