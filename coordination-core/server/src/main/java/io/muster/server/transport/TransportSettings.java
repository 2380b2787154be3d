package io.muster.server.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where and how clients connect, and the limits of their connections. Immutable. */
public final class TransportSettings {
    /** ZooKeeper's {@code jute.maxbuffer}. */
    public static final int DEFAULT_MAX_FRAME_BYTES = 0xfffff;

    private static final int MAX_IO_THREADS = 8;

    private final Builder values;

    private TransportSettings(Builder values) {
        this.values = values;
    }

    /** Begins with ZooKeeper's settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** A copy to change. */
    public Builder toBuilder() {
        return values.copy();
    }

    /** Where to listen; port 0 for any free one. Without more, that of the loopback address. */
    public InetSocketAddress address() {
        return values.address;
    }

    /** Connections that wait to be accepted; -1 for the system's default. */
    public int backlog() {
        return values.backlog;
    }

    /** A longer first request closes its connection. That of ZooKeeper's clients has 45 bytes. */
    public int maxHandshakeBytes() {
        return values.maxHandshakeBytes;
    }

    /** A longer request closes its connection. */
    public int maxFrameBytes() {
        return values.maxFrameBytes;
    }

    /** A connection with which the unfinished requests of all take more memory is closed. A quarter of the heap's limit unless set. */
    public long maxUnreadBytes() {
        return values.maxUnreadBytes;
    }

    /** 0 for no limit. */
    public int maxConnectionsPerAddress() {
        return values.maxConnectionsPerAddress;
    }

    /** 0 for no limit. */
    public int maxConnections() {
        return values.maxConnections;
    }

    /** While more requests wait for the log, connections that have one of them are not read. */
    public int maxOutstandingRequests() {
        return values.maxOutstandingRequests;
    }

    /** A connection that has said nothing by then is closed. */
    public int handshakeTimeoutMs() {
        return values.handshakeTimeoutMs;
    }

    /** A client that lets more replies wait is closed. */
    public long maxQueuedBytes() {
        return values.maxQueuedBytes;
    }

    /** While more than this waits for all clients together, one that more than a little waits for is closed. A quarter of the heap's limit unless set. */
    public long maxQueuedBytesOfAll() {
        return values.maxQueuedBytesOfAll;
    }

    /** How late the serial loop may learn that a session whose reads are answered here lives. */
    public int touchIntervalMs() {
        return values.touchIntervalMs;
    }

    /** How fast sessions may come. */
    public ConnectionRate connectionRate() {
        return values.connectionRate;
    }

    /** A request of more bytes than this counts as large; -1 for none does. */
    public int largeRequestBytes() {
        return values.largeRequestBytes;
    }

    /** A large request that makes those without a reply exceed this closes its connection. */
    public long maxLargeRequestsBytes() {
        return values.maxLargeRequestsBytes;
    }

    /** Whether TCP asks silent clients whether they are there. */
    public boolean tcpKeepAlive() {
        return values.tcpKeepAlive;
    }

    /** Whether to use the operating system's own way to sockets, where the class path has it. */
    public boolean nativeTransport() {
        return values.nativeTransport;
    }

    /** Threads that serve connections, at least 1. */
    public int ioThreads() {
        return values.ioThreads;
    }

    /** Collects settings; the getters of what it builds explain them. Used by one thread. */
    public static final class Builder implements Cloneable {
        private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        private int backlog = -1;
        private int maxHandshakeBytes = 1_024;
        private int maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
        private long maxUnreadBytes = Runtime.getRuntime().maxMemory() / 4;
        private int maxConnectionsPerAddress = 60;
        private int maxConnections;
        private int maxOutstandingRequests = 1_000;
        private int handshakeTimeoutMs = 10_000;
        private long maxQueuedBytes = 64L << 20;
        private long maxQueuedBytesOfAll = Runtime.getRuntime().maxMemory() / 4;
        private int touchIntervalMs = 200;
        private ConnectionRate connectionRate = ConnectionRate.UNLIMITED;
        private int largeRequestBytes = -1;
        private long maxLargeRequestsBytes = 100L << 20;
        private boolean tcpKeepAlive;
        private boolean nativeTransport = true;
        private int ioThreads = Math.min(MAX_IO_THREADS, Runtime.getRuntime().availableProcessors());

        private Builder() {}

        public Builder address(InetSocketAddress value) {
            address = value;
            return this;
        }

        public Builder backlog(int value) {
            backlog = value;
            return this;
        }

        public Builder maxHandshakeBytes(int value) {
            maxHandshakeBytes = value;
            return this;
        }

        public Builder maxFrameBytes(int value) {
            maxFrameBytes = value;
            return this;
        }

        public Builder maxUnreadBytes(long value) {
            maxUnreadBytes = value;
            return this;
        }

        public Builder maxConnectionsPerAddress(int value) {
            maxConnectionsPerAddress = value;
            return this;
        }

        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        public Builder maxOutstandingRequests(int value) {
            maxOutstandingRequests = value;
            return this;
        }

        public Builder handshakeTimeoutMs(int value) {
            handshakeTimeoutMs = value;
            return this;
        }

        public Builder maxQueuedBytes(long value) {
            maxQueuedBytes = value;
            return this;
        }

        public Builder maxQueuedBytesOfAll(long value) {
            maxQueuedBytesOfAll = value;
            return this;
        }

        public Builder touchIntervalMs(int value) {
            touchIntervalMs = value;
            return this;
        }

        public Builder connectionRate(ConnectionRate value) {
            connectionRate = value;
            return this;
        }

        public Builder largeRequestBytes(int value) {
            largeRequestBytes = value;
            return this;
        }

        public Builder maxLargeRequestsBytes(long value) {
            maxLargeRequestsBytes = value;
            return this;
        }

        public Builder tcpKeepAlive(boolean value) {
            tcpKeepAlive = value;
            return this;
        }

        public Builder nativeTransport(boolean value) {
            nativeTransport = value;
            return this;
        }

        public Builder ioThreads(int value) {
            ioThreads = value;
            return this;
        }

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        public TransportSettings build() {

            return new TransportSettings(copy());
        }
    }
}
