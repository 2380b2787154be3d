package io.muster.server.admin;

import io.muster.server.transport.ConnectionReport;
import io.muster.server.transport.ConnectionReport.Latency;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The words that speak of each connection. Any thread. */
final class ConnectionWords {
    private final ServerView server;

    ConnectionWords(ServerView server) {
        this.server = server;
    }

    /** cons */
    CompletableFuture<String> all() {
        return server.connections().thenApply(reports -> {
            StringBuilder out = new StringBuilder();
            sorted(reports).forEach(report -> line(out, report, true));
            return out.append('\n').toString();
        });
    }

    /** crst */
    CompletableFuture<String> reset() {
        return server.resetConnectionStats().thenApply(count -> "Connection stats reset.\n");
    }

    /** The oldest first. */
    static List<ConnectionReport> sorted(List<ConnectionReport> reports) {
        return reports.stream()
                .sorted(Comparator.comparingLong(ConnectionReport::establishedMs)
                        .thenComparing(report -> report.remote().getPort()))
                .toList();
    }

    static void line(StringBuilder out, ConnectionReport report, boolean full) {
        out.append(" /").append(report.remote().getAddress().getHostAddress());
        out.append(':').append(report.remote().getPort());
        out.append('[').append(Integer.toHexString(report.interest())).append("](queued=");
        out.append(report.queued());
        out.append(",recved=").append(report.received());
        out.append(",sent=").append(report.sent());
        if (full && report.sessionId() != 0) {
            Latency latency = report.latency();
            out.append(",sid=0x").append(Long.toHexString(report.sessionId()));
            out.append(",lop=").append(latency.lastOperation());
            out.append(",est=").append(report.establishedMs());
            out.append(",to=").append(report.timeoutMs());
            if (latency.lastCxid() >= 0) {
                out.append(",lcxid=0x").append(Long.toHexString(latency.lastCxid()));
            }
            out.append(",lzxid=0x").append(Long.toHexString(latency.lastZxid()));
            out.append(",lresp=").append(latency.lastResponseMs());
            out.append(",llat=").append(latency.lastMs());
            out.append(",minlat=").append(latency.minMs());
            out.append(",avglat=").append(latency.avgMs());
            out.append(",maxlat=").append(latency.maxMs());
        }
        out.append(")\n");
    }
}
