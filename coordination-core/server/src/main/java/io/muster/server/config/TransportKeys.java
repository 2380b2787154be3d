package io.muster.server.config;

import com.google.common.primitives.Ints;
import io.muster.server.config.Settings.Found;
import io.muster.server.transport.ConnectionRate;
import io.muster.server.transport.TransportSettings;

/** Reads the keys that limit connections and what is sent over them. */
final class TransportKeys {
    private static final int MAX = Integer.MAX_VALUE;
    private static final int MIN_FRAME_BYTES = 64;
    private static final long MIN_QUEUE_BYTES = 1L << 20;

    private TransportKeys() {}

    static void read(Settings settings, TransportSettings.Builder transport) {
        Settings.number(settings.inFile("clientPortListenBacklog"), -1, MAX, transport::backlog);
        // below 0 is ZooKeeper's way too to say "no limit"
        Settings.number(
                settings.inFile("maxClientCnxns"),
                Integer.MIN_VALUE,
                MAX,
                count -> transport.maxConnectionsPerAddress(Math.max(0, count)));
        Settings.number(settings.anywhere("maxCnxns"), 0, MAX, transport::maxConnections);
        Settings.number(settings.anywhere("nio.sessionlessCnxnTimeout"), 100, MAX, transport::handshakeTimeoutMs);
        Settings.flag(settings.anywhere("muster.nativeTransport"), transport::nativeTransport);
        Settings.flag(settings.anywhere("clientTcpKeepAlive"), transport::tcpKeepAlive);
        transport.connectionRate(connectionRate(settings));
        requests(settings, transport);
        bytes(settings, transport);
    }

    private static void requests(Settings settings, TransportSettings.Builder transport) {
        int outstanding = Settings.number(settings.anywhere("globalOutstandingLimit"), 1_000, 1, MAX);
        int throttled = Settings.number(settings.anywhere("request_throttle_max_requests"), 0, 0, MAX);
        transport.maxOutstandingRequests(throttled == 0 ? outstanding : Math.min(outstanding, throttled));
        Settings.number(settings.anywhere("largeRequestThreshold"), -1, MAX, transport::largeRequestBytes);
        Settings.longNumber(
                settings.anywhere("largeRequestMaxBytes"), 1, Long.MAX_VALUE, transport::maxLargeRequestsBytes);
    }

    private static void bytes(Settings settings, TransportSettings.Builder transport) {
        Found frame = settings.inSystem("jute.maxbuffer");
        if (frame != null) {
            transport.maxFrameBytes(Settings.bytes(frame, TransportSettings.DEFAULT_MAX_FRAME_BYTES, MIN_FRAME_BYTES));
        }
        Settings.number(settings.anywhere("muster.maxHandshakeBytes"), 64, MAX, transport::maxHandshakeBytes);
        Settings.longNumber(
                settings.anywhere("muster.maxUnreadBytes"), MIN_QUEUE_BYTES, Long.MAX_VALUE, transport::maxUnreadBytes);
        Settings.longNumber(
                settings.anywhere("muster.maxQueuedBytesPerConnection"),
                MIN_QUEUE_BYTES,
                Long.MAX_VALUE,
                transport::maxQueuedBytes);
        Settings.longNumber(
                settings.anywhere("muster.maxQueuedBytes"),
                MIN_QUEUE_BYTES,
                Long.MAX_VALUE,
                transport::maxQueuedBytesOfAll);
    }

    private static ConnectionRate connectionRate(Settings settings) {
        boolean weighted = Settings.flag(settings.anywhere("connection_throttle_weight_enabled"), false);
        // there are no local sessions here, but theirs is the least weight of the others
        int least = Settings.number(settings.anywhere("connection_throttle_local_session_weight"), 1, 1, MAX);
        int newSession = Math.max(
                least, Settings.number(settings.anywhere("connection_throttle_global_session_weight"), 3, 1, MAX));
        int renewSession = Math.max(
                least, Settings.number(settings.anywhere("connection_throttle_renew_session_weight"), 2, 1, MAX));
        // with weights the bucket is counted in new sessions
        int unit = weighted ? newSession : 1;
        int tokens = Settings.number(settings.anywhere("connection_throttle_tokens"), 0, Integer.MIN_VALUE, MAX);
        int fillCount = Settings.number(settings.anywhere("connection_throttle_fill_count"), 1, 1, MAX);
        return new ConnectionRate(
                Ints.saturatedCast((long) tokens * unit),
                Settings.number(settings.anywhere("connection_throttle_fill_time"), 1, 1, MAX),
                Ints.saturatedCast((long) fillCount * unit),
                Settings.number(settings.anywhere("connection_throttle_freeze_time"), -1, -1, MAX),
                Settings.share(settings.anywhere("connection_throttle_drop_increase"), 0.02),
                Settings.share(settings.anywhere("connection_throttle_drop_decrease"), 0.002),
                Settings.share(settings.anywhere("connection_throttle_decrease_ratio"), 0),
                weighted ? newSession : 1,
                weighted ? renewSession : 1);
    }
}
