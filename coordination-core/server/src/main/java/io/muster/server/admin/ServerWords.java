package io.muster.server.admin;

import com.sun.management.UnixOperatingSystemMXBean;
import io.muster.protocol.Zxid;
import io.muster.replica.Replica;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.peer.Membership;
import io.muster.replica.peer.MembershipText;
import io.muster.replica.state.State;
import io.muster.replica.zab.PeerStatus;
import io.muster.replica.zab.Role;
import io.muster.server.config.EnsembleConfig;
import io.muster.server.config.SystemSettings;
import io.muster.server.transport.ConnectionReport;
import io.muster.server.transport.Traffic;
import io.muster.server.transport.TransportSettings;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The words that speak of the server as a whole. Any thread. */
final class ServerWords {
    private static final List<String> PROPERTIES = List.of(
            "java.version",
            "java.vendor",
            "java.home",
            "java.class.path",
            "java.library.path",
            "java.io.tmpdir",
            "java.compiler",
            "os.name",
            "os.arch",
            "os.version",
            "user.name",
            "user.home",
            "user.dir");

    private static final int MIB = 1 << 20;

    private final Build build = new Build();
    private final ServerView server;
    private final SystemSettings system;

    ServerWords(ServerView server, SystemSettings system) {
        this.server = server;
        this.system = system;
    }

    /** srvr; with the clients stat. */
    String summary(@Nullable List<ConnectionReport> clients) {
        State state = server.state();
        Traffic traffic = server.traffic();
        StringBuilder out = new StringBuilder(512);
        out.append("Zookeeper version: ").append(build.forOperators()).append('\n');
        if (clients != null) {
            out.append("Clients:\n");
            ConnectionWords.sorted(clients).forEach(client -> ConnectionWords.line(out, client, false));
            out.append('\n');
        }
        out.append("Latency min/avg/max: ").append(traffic.minLatencyMs()).append('/');
        out.append(rounded(traffic.avgLatencyMs())).append('/');
        out.append(traffic.maxLatencyMs()).append('\n');
        out.append("Received: ").append(traffic.packetsReceived()).append('\n');
        out.append("Sent: ").append(traffic.packetsSent()).append('\n');
        out.append("Connections: ").append(server.connectionCount()).append('\n');
        out.append("Outstanding: ").append(traffic.outstandingRequests()).append('\n');
        out.append("Zxid: ").append(Zxid.toString(state.zxid())).append('\n');
        out.append("Mode: ").append(server.mode()).append('\n');
        out.append("Node count: ").append(nodeCount(state)).append('\n');
        return out.toString();
    }

    /** ZooKeeper counts the root twice, and alerts are made for its numbers. */
    private static int nodeCount(State state) {
        return state.znodeCount() + 1;
    }

    private static double rounded(double value) {
        return BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_UP).doubleValue();
    }

    /** What mntr asks the serial loop for. */
    record OfReplica(Optional<PeerStatus> member, long expiredSessions, int digestMismatches) {
        OfReplica(Replica replica) {
            this(replica.peerStatus(), replica.expiredSessions(), replica.digestMismatches());
        }
    }

    /** mntr; of a member of an ensemble with what it is in it. */
    String metrics(OfReplica replica) {
        State state = server.state();
        Traffic traffic = server.traffic();
        StringBuilder out = new StringBuilder(1024);
        metric(out, "version", build.forOperators());
        metric(out, "server_state", server.mode());
        metric(out, "avg_latency", rounded(traffic.avgLatencyMs()));
        metric(out, "max_latency", traffic.maxLatencyMs());
        metric(out, "min_latency", traffic.minLatencyMs());
        metric(out, "packets_received", traffic.packetsReceived());
        metric(out, "packets_sent", traffic.packetsSent());
        metric(out, "num_alive_connections", server.connectionCount());
        metric(out, "outstanding_requests", traffic.outstandingRequests());
        metric(out, "uptime", server.uptimeMs());
        metric(out, "znode_count", nodeCount(state));
        metric(out, "watch_count", server.watchCount());
        metric(out, "ephemerals_count", state.ephemeralCount());
        // the path of the root that is counted twice has one byte
        metric(out, "approximate_data_size", state.approximateDataBytes() + 1);
        metric(out, "global_sessions", state.sessionCount());
        metric(out, "local_sessions", 0);
        metric(out, "last_client_response_size", traffic.lastFrameBytes());
        metric(out, "min_client_response_size", traffic.minFrameBytes());
        metric(out, "max_client_response_size", traffic.maxFrameBytes());
        metric(out, "response_bytes", traffic.bytesReplied());
        metric(out, "bytes_received_count", traffic.bytesReceived());
        metric(out, "connection_request_count", traffic.handshakes());
        metric(out, "connection_drop_count", traffic.clientsLeft());
        metric(out, "sessionless_connections_expired", traffic.silentConnections());
        metric(out, "request_throttle_wait_count", traffic.throttled());
        withoutTls(out);
        metric(out, "connection_rejected", traffic.connectionsRejected());
        metric(out, "sessions_refused", traffic.sessionsRefused());
        metric(out, "stale_sessions_expired", replica.expiredSessions);
        metric(out, "digest_mismatches_count", replica.digestMismatches);
        metric(out, "fsync_threshold_exceed_count", server.slowSyncs());
        metric(out, "watches_refused", traffic.watchesRefused());
        metric(out, "connection_drop_probability", server.dropShare());
        metric(out, "large_requests_rejected", traffic.largeRequestsRejected());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            metric(out, "open_file_descriptor_count", unix.getOpenFileDescriptorCount());
            metric(out, "max_file_descriptor_count", unix.getMaxFileDescriptorCount());
        }
        replica.member.ifPresent(status -> ofMember(out, status));
        return out.toString();
    }

    /** What ZooKeeper counts of TLS only, and there is none: handshakes that failed, wait, or had no certificate. */
    private static void withoutTls(StringBuilder out) {
        metric(out, "auth_failed_count", 0);
        metric(out, "outstanding_tls_handshake", 0);
        metric(out, "non_mtls_local_conn_count", 0);
        metric(out, "non_mtls_remote_conn_count", 0);
    }

    private void ofMember(StringBuilder out, PeerStatus status) {
        EnsembleConfig ensemble = server.config().ensemble();
        if (ensemble != null) {
            metric(out, "quorum_size", ensemble.membership().members().size());
        }
        metric(out, "peer_state", peerState(status.role()));
        if (!(status.role() instanceof Role.Leading)) {
            return;
        }
        int followers = 0;
        int strangers = 0;
        int observers = 0;
        for (PeerStatus.LearnerStatus learner : status.learners()) {
            if (learner.isUpToDate() && learner.observes()) {
                observers++;
            } else if (learner.isUpToDate() && learner.votes()) {
                followers++;
            } else if (learner.isUpToDate()) {
                strangers++;
            }
        }
        metric(out, "learners", status.learners().size());
        metric(out, "synced_followers", followers);
        metric(out, "synced_non_voting_followers", strangers);
        metric(out, "synced_observers", observers);
    }

    private static String peerState(Role role) {
        if (role instanceof Role.Leading) {
            return "leading - broadcast";
        } else if (role instanceof Role.Elected) {
            return "leading - discovery";
        } else if (role instanceof Role.Following) {
            return "following - broadcast";
        } else if (role instanceof Role.Observing) {
            return "observing - broadcast";
        } else if (role instanceof Role.Joining) {
            return "following - synchronization";
        }
        return "looking";
    }

    private static void metric(StringBuilder out, String key, Object value) {
        out.append("zk_").append(key).append('\t').append(value).append('\n');
    }

    /** conf */
    String configuration() {
        ReplicaSettings replica = server.config().replica();
        TransportSettings transport = server.config().transport();
        List<String> lines = new ArrayList<>(List.of(
                "clientPort=" + server.clientAddress().getPort(),
                "secureClientPort=-1",
                "dataDir=" + server.snapshotDirectory(),
                "dataDirSize=" + sizeBytes(server.snapshotDirectory().toFile()),
                "dataLogDir=" + server.logDirectory(),
                "dataLogSize=" + sizeBytes(server.logDirectory().toFile()),
                "tickTime=" + replica.tickTimeMs(),
                "maxClientCnxns=" + transport.maxConnectionsPerAddress(),
                "minSessionTimeout=" + replica.minSessionTimeoutMs(),
                "maxSessionTimeout=" + replica.maxSessionTimeoutMs(),
                "clientPortListenBacklog=" + transport.backlog(),
                "serverId=" + (server.config().ensemble() == null ? 0 : replica.serverId())));
        EnsembleConfig ensemble = server.config().ensemble();
        if (ensemble != null) {
            lines.addAll(ofEnsemble(ensemble));
        }
        return String.join("\n", lines) + "\n";
    }

    private static List<String> ofEnsemble(EnsembleConfig ensemble) {
        Membership.Member own = ensemble.own();
        Membership.Endpoint first = own.endpoints().get(0);
        return List.of(
                "initLimit=" + ensemble.initLimitTicks(),
                "syncLimit=" + ensemble.syncLimitTicks(),
                "electionAlg=3",
                "electionPort=" + first.electionPort(),
                "quorumPort=" + first.quorumPort(),
                "peerType=" + (own.role() == Membership.Role.OBSERVER ? 1 : 0),
                "membership: ",
                MembershipText.print(ensemble.membership()));
    }

    /** dirs */
    String directories() {
        return "datadir_size: " + sizeBytes(server.snapshotDirectory().toFile()) + "\nlogdir_size: "
                + sizeBytes(server.logDirectory().toFile()) + "\n";
    }

    private static long sizeBytes(File directory) {
        File[] files = directory.listFiles();
        long sum = 0;
        if (files != null) {
            for (File file : files) {
                sum += file.length();
            }
        }
        return sum;
    }

    /** envi */
    String environment() {
        StringBuilder out = new StringBuilder("Environment:\n");
        out.append("zookeeper.version=").append(build.forOperators()).append('\n');
        out.append("host.name=").append(hostName()).append('\n');
        for (String name : PROPERTIES) {
            String value = system.get(name);
            out.append(name).append('=').append(value == null ? "<NA>" : value).append('\n');
        }
        Runtime memory = Runtime.getRuntime();
        out.append("os.memory.free=").append(memory.freeMemory() / MIB).append("MB\n");
        out.append("os.memory.max=").append(memory.maxMemory() / MIB).append("MB\n");
        out.append("os.memory.total=").append(memory.totalMemory() / MIB).append("MB\n");
        return out.toString();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return "<NA>";
        }
    }

    /** srst */
    String reset() {
        server.traffic().reset();
        return "Server stats reset.\n";
    }
}
