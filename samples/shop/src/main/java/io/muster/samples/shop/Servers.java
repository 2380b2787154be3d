package io.muster.samples.shop;

import io.muster.replica.peer.Membership;
import io.muster.server.MusterServer;
import io.muster.server.admin.ServerMode;
import io.muster.server.config.EnsembleConfig;
import io.muster.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The demo's ensemble: three servers in this process. Used by one thread, but for {@link #close}. */
final class Servers implements AutoCloseable {
    private static final int COUNT = 3;
    /** The servers count silence in ticks, and grant no session of less than two. */
    private static final int TICK_MS = 500;

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Below the ports that a system gives to outgoing connections. */
    private static final int FIRST_PORT = 12_000;

    private static final int LAST_PORT = 30_000;
    private static final int PORTS_EACH = 3;

    private final List<Path> directories;
    private final List<Integer> clientPorts;
    private final Membership membership;
    private final List<@Nullable MusterServer> running = new ArrayList<>();

    private Servers(List<Path> directories) {
        this.directories = directories;
        List<Integer> ports = freePorts(PORTS_EACH * COUNT);
        this.clientPorts = ports.subList(0, COUNT);
        List<Membership.Member> members = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            Membership.Endpoint endpoint =
                    new Membership.Endpoint("127.0.0.1", ports.get(COUNT + 2 * i), ports.get(COUNT + 2 * i + 1));
            members.add(new Membership.Member(i + 1, Membership.Role.PARTICIPANT, List.of(endpoint), null));
            running.add(null);
        }
        this.membership = new Membership(members, 0);
    }

    /** Starts them and waits until all serve. */
    static Servers start(Workplace workplace) {
        List<Path> directories = new ArrayList<>();
        for (int id = 1; id <= COUNT; id++) {
            directories.add(workplace.newDirectory("server" + id));
        }
        Servers servers = new Servers(directories);
        try {
            for (int id = 1; id <= COUNT; id++) {
                servers.launch(id);
            }
            servers.awaitServing();
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static List<Integer> freePorts(int count) {
        List<Integer> found = new ArrayList<>();
        int offset = (int) (ProcessHandle.current().pid() % (LAST_PORT - FIRST_PORT));
        for (int i = 0; i < LAST_PORT - FIRST_PORT && found.size() < count; i++) {
            int port = FIRST_PORT + (offset + i) % (LAST_PORT - FIRST_PORT);
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                found.add(port);
            } catch (IOException e) {
                continue; // somebody listens there
            }
        }
        if (found.size() < count) {
            throw new DemoFailedException("there are no " + count + " free ports");
        }
        return found;
    }

    private void launch(int id) {
        running.set(
                id - 1,
                MusterServer.start(ServerConfig.in(directories.get(id - 1))
                        .clientPort(clientPorts.get(id - 1))
                        .ensemble(EnsembleConfig.of(id, membership))
                        .replica(r -> r.tickTimeMs(TICK_MS))
                        .build()));
    }

    String connectString() {
        return clientPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** Kills the leader as a crash would; returns its number. */
    int killLeader() {
        int leader = awaitServing();
        MusterServer victim = running.set(leader - 1, null);
        if (victim != null) {
            victim.kill();
        }
        return leader;
    }

    void restart(int id) {
        launch(id);
        awaitServing();
    }

    /** Waits until one leads and the others that run follow it; returns its number. */
    int awaitServing() {
        long sinceNanos = System.nanoTime();
        while (System.nanoTime() - sinceNanos < LIMIT_NANOS) {
            int leader = 0;
            boolean all = true;
            for (int id = 1; id <= COUNT; id++) {
                MusterServer server = running.get(id - 1);
                if (server != null) {
                    all &= server.mode().isServing();
                    leader = server.mode() == ServerMode.LEADER ? id : leader;
                }
            }
            if (all && leader != 0) {
                return leader;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new DemoFailedException("the servers have found no leader in 30 s");
    }

    @Override
    public void close() {
        for (MusterServer server : running) {
            if (server != null) {
                server.kill();
            }
        }
    }
}
