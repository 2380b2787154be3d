package io.muster.server.admin;

import com.sun.management.UnixOperatingSystemMXBean;
import io.muster.protocol.Zxid;
import io.muster.replica.state.State;
import io.muster.server.config.ServerConfig;
import io.muster.server.transport.ClientConnection;
import io.muster.server.transport.Traffic;
import io.muster.server.transport.Words;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers the four-letter words that are allowed. Any thread. */
public final class FourLetterWords implements Words {
    /** What telnet sends when its user interrupts it: the connection is just closed. */
    private static final int TELNET_INTERRUPT = 0xfff4fffd;

    private static final Map<Integer, String> WORDS = Stream.of(
                    "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "ruok", "stmk", "srvr", "srst", "stat",
                    "wchc", "wchp", "wchs", "mntr", "isro", "hash")
            .collect(Collectors.toUnmodifiableMap(FourLetterWords::code, Function.identity()));

    private final Build build = new Build();
    private final ServerView server;
    private final Set<String> allowed;

    public FourLetterWords(ServerView server, Set<String> allowed) {
        this.server = server;
        this.allowed = Set.copyOf(allowed);
    }

    private static int code(String word) {
        byte[] b = word.getBytes(StandardCharsets.US_ASCII);
        return b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
    }

    @Override
    public @Nullable String answer(int code) {
        if (code == TELNET_INTERRUPT) {
            return "";
        }
        String word = WORDS.get(code);
        if (word == null) {
            return null;
        }
        if (!allowed.contains("*") && !allowed.contains(word)) {
            return word + " is not executed because it is not in the whitelist.\n";
        }
        return switch (word) {
            case "ruok" -> "imok";
            case "isro" -> "rw";
            case "srvr" -> summary(false);
            case "stat" -> summary(true);
            case "mntr" -> metrics();
            case "conf" -> configuration();
            default -> word + " is not there yet.\n";
        };
    }

    private String summary(boolean withClients) {
        State state = server.state();
        Traffic traffic = server.traffic();
        StringBuilder out = new StringBuilder(512);
        out.append("Zookeeper version: ").append(build.forOperators()).append('\n');
        if (withClients) {
            out.append("Clients:\n");
            for (ClientConnection each : server.connections()) {
                out.append(" /").append(each.remoteAddress()).append(':').append(each.remotePort());
                out.append("[1](queued=").append(each.queuedRequests());
                out.append(",recved=").append(each.packetsReceived());
                out.append(",sent=").append(each.packetsSent()).append(")\n");
            }
            out.append('\n');
        }
        out.append("Latency min/avg/max: ").append(traffic.minLatencyMs()).append('/');
        out.append(rounded(traffic.avgLatencyMs()))
                .append('/')
                .append(traffic.maxLatencyMs())
                .append('\n');
        out.append("Received: ").append(traffic.packetsReceived()).append('\n');
        out.append("Sent: ").append(traffic.packetsSent()).append('\n');
        out.append("Connections: ").append(server.connections().size()).append('\n');
        out.append("Outstanding: ").append(traffic.outstandingRequests()).append('\n');
        out.append("Zxid: ").append(Zxid.toString(state.zxid())).append('\n');
        out.append("Mode: standalone\n");
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

    private String metrics() {
        State state = server.state();
        Traffic traffic = server.traffic();
        StringBuilder out = new StringBuilder(1024);
        metric(out, "version", build.forOperators());
        metric(out, "server_state", "standalone");
        metric(out, "avg_latency", rounded(traffic.avgLatencyMs()));
        metric(out, "max_latency", traffic.maxLatencyMs());
        metric(out, "min_latency", traffic.minLatencyMs());
        metric(out, "packets_received", traffic.packetsReceived());
        metric(out, "packets_sent", traffic.packetsSent());
        metric(out, "num_alive_connections", server.connections().size());
        metric(out, "outstanding_requests", traffic.outstandingRequests());
        metric(out, "uptime", server.uptimeMs());
        metric(out, "znode_count", nodeCount(state));
        metric(out, "watch_count", server.watchCount());
        metric(out, "ephemerals_count", state.ephemeralCount());
        metric(out, "approximate_data_size", state.approximateDataBytes());
        metric(out, "global_sessions", state.sessionCount());
        metric(out, "local_sessions", 0);
        metric(out, "connection_rejected", traffic.connectionsRejected());
        metric(out, "watches_refused", traffic.watchesRefused());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            metric(out, "open_file_descriptor_count", unix.getOpenFileDescriptorCount());
            metric(out, "max_file_descriptor_count", unix.getMaxFileDescriptorCount());
        }
        return out.toString();
    }

    private static void metric(StringBuilder out, String key, Object value) {
        out.append("zk_").append(key).append('\t').append(value).append('\n');
    }

    private String configuration() {
        ServerConfig config = server.config();
        List<String> lines = List.of(
                "clientPort=" + server.clientAddress().getPort(),
                "secureClientPort=-1",
                "dataDir=" + server.snapshotDirectory(),
                "dataDirSize=" + sizeBytes(server.snapshotDirectory().toFile()),
                "dataLogDir=" + server.logDirectory(),
                "dataLogSize=" + sizeBytes(server.logDirectory().toFile()),
                "tickTime=" + config.tickTimeMs(),
                "maxClientCnxns=" + config.maxConnectionsPerAddress(),
                "minSessionTimeout=" + config.minSessionTimeoutMs(),
                "maxSessionTimeout=" + config.maxSessionTimeoutMs(),
                "clientPortListenBacklog=" + config.backlog(),
                "serverId=0");
        return String.join("\n", lines) + "\n";
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
}
