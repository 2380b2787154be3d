package io.muster.server.transport;

import io.muster.protocol.OpCode;
import io.muster.server.transport.ConnectionReport.Latency;
import org.jspecify.annotations.Nullable;

/** Counts what went through one connection. Owned by its I/O thread. */
final class ConnectionStats {
    long received;
    long sent;
    private @Nullable OpCode lastOp;
    private long lastCxid = -1;
    private long lastZxid = -1;
    private long lastResponseMs;
    private long lastLatencyMs;
    private long minLatencyMs = Long.MAX_VALUE;
    private long maxLatencyMs;
    private long latencySumMs;
    private long latencyCount;

    /** @param op null for one that no server knows */
    void answered(@Nullable OpCode op, int xid, long zxid, long nowMs, long latencyMs) {
        lastOp = op;
        if (xid >= 0) {
            lastCxid = xid;
        }
        lastZxid = zxid;
        lastResponseMs = nowMs;
        lastLatencyMs = latencyMs;
        minLatencyMs = Math.min(minLatencyMs, latencyMs);
        maxLatencyMs = Math.max(maxLatencyMs, latencyMs);
        latencySumMs += latencyMs;
        latencyCount++;
    }

    void reset() {
        received = 0;
        sent = 0;
        lastOp = null;
        lastCxid = -1;
        lastZxid = -1;
        lastResponseMs = 0;
        lastLatencyMs = 0;
        minLatencyMs = Long.MAX_VALUE;
        maxLatencyMs = 0;
        latencySumMs = 0;
        latencyCount = 0;
    }

    Latency latency() {
        return new Latency(
                shortName(lastOp),
                lastCxid,
                lastZxid,
                lastResponseMs,
                lastLatencyMs,
                latencyCount == 0 ? 0 : minLatencyMs,
                latencyCount == 0 ? 0 : latencySumMs / latencyCount,
                maxLatencyMs);
    }

    private static String shortName(@Nullable OpCode op) {
        if (op == null) {
            return "NA";
        }
        return switch (op) {
            case PING -> "PING";
            case CREATE_SESSION -> "SESS";
            case MULTI -> "MULT";
            case MULTI_READ -> "MLTR";
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL -> "CREA";
            case DELETE, DELETE_CONTAINER -> "DELE";
            case SET_DATA -> "SETD";
            case RECONFIG -> "RECO";
            case SET_ACL -> "SETA";
            case CLOSE_SESSION -> "CLOS";
            case SYNC -> "SYNC";
            case CHECK -> "CHEC";
            case EXISTS -> "EXIS";
            case GET_DATA -> "GETD";
            case SET_WATCHES -> "SETW";
            case SET_WATCHES2 -> "STW2";
            case ADD_WATCH -> "ADDW";
            case GET_ACL -> "GETA";
            case GET_CHILDREN, GET_CHILDREN2 -> "GETC";
            case GET_ALL_CHILDREN_NUMBER -> "GETACN";
            case CHECK_WATCHES -> "CHKW";
            case REMOVE_WATCHES -> "REMW";
            case WHO_AM_I -> "HOMI";
            case GET_EPHEMERALS -> "GETE";
            case AUTH, SASL, ERROR -> "NA";
        };
    }
}
