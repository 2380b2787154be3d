package io.muster.server.transport;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What went through the client port, counted since the start. Any thread. */
public final class Traffic {
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder latencySumMs = new LongAdder();
    private final LongAdder latencyCount = new LongAdder();
    private final LongAccumulator minLatencyMs = new LongAccumulator(Math::min, Long.MAX_VALUE);
    private final LongAccumulator maxLatencyMs = new LongAccumulator(Math::max, 0);
    private final LongAdder rejected = new LongAdder();
    private final LongAdder watchesRefused = new LongAdder();
    private final LongAdder sessionsRefused = new LongAdder();
    /** Requests that went to the serial loop and have no reply yet, of all connections. */
    private final AtomicInteger outstanding = new AtomicInteger();

    private final LongAdder largeRequestsRejected = new LongAdder();

    void largeRequestRejected() {
        largeRequestsRejected.increment();
    }

    /** Starts to count anew what went through, and how long it took; not what was refused. */
    public void reset() {
        received.reset();
        sent.reset();
        latencySumMs.reset();
        latencyCount.reset();
        minLatencyMs.reset();
        maxLatencyMs.reset();
    }

    void received() {
        received.increment();
    }

    void sent() {
        sent.increment();
    }

    void rejected() {
        rejected.increment();
    }

    void sessionRefused() {
        sessionsRefused.increment();
    }

    void watchRefused() {
        watchesRefused.increment();
    }

    void answeredAfter(long latencyMs) {
        latencySumMs.add(latencyMs);
        latencyCount.increment();
        minLatencyMs.accumulate(latencyMs);
        maxLatencyMs.accumulate(latencyMs);
    }

    void outstandingChanged(int difference) {
        outstanding.addAndGet(difference);
    }

    public long packetsReceived() {
        return received.sum();
    }

    public long packetsSent() {
        return sent.sum();
    }

    public long connectionsRejected() {
        return rejected.sum();
    }

    /** Handshakes that wanted a new session when there were as many as there may be. */
    public long sessionsRefused() {
        return sessionsRefused.sum();
    }

    /** Requests for a watch of connections that had as many as they may have. */
    public long watchesRefused() {
        return watchesRefused.sum();
    }

    public long largeRequestsRejected() {
        return largeRequestsRejected.sum();
    }

    public int outstandingRequests() {
        return outstanding.get();
    }

    /** 0 before the first answer. */
    public long minLatencyMs() {
        long min = minLatencyMs.get();
        return min == Long.MAX_VALUE ? 0 : min;
    }

    public double avgLatencyMs() {
        long count = latencyCount.sum();
        return count == 0 ? 0 : (double) latencySumMs.sum() / count;
    }

    public long maxLatencyMs() {
        return maxLatencyMs.get();
    }
}
