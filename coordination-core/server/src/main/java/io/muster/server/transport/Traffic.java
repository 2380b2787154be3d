package io.muster.server.transport;

import io.muster.replica.Limit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What went through the client port, counted since the start or the last {@link #reset}. Any thread. */
public final class Traffic {
    private final LongAdder received = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder latencySumMs = new LongAdder();
    private final LongAdder latencyCount = new LongAdder();
    private final LongAccumulator minLatencyMs = new LongAccumulator(Math::min, Long.MAX_VALUE);
    private final LongAccumulator maxLatencyMs = new LongAccumulator(Math::max, 0);
    private final LongAdder repliedBytes = new LongAdder();
    private final LongAccumulator minFrameBytes = new LongAccumulator(Math::min, Long.MAX_VALUE);
    private final LongAccumulator maxFrameBytes = new LongAccumulator(Math::max, -1);
    private final AtomicLong lastFrameBytes = new AtomicLong(-1);
    private final LongAdder handshakes = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder silent = new LongAdder();
    private final LongAdder throttled = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder watchesRefused = new LongAdder();
    private final LongAdder sessionsRefused = new LongAdder();
    /** Requests that went to the serial loop and have no reply yet, of all connections. */
    private final AtomicInteger outstanding = new AtomicInteger();

    private final LongAdder largeRequestsRejected = new LongAdder();

    void largeRequestRejected() {
        largeRequestsRejected.increment();
    }

    /** Starts to count anew, but for what is there now: the requests without a reply. */
    public void reset() {
        for (LongAdder each : counters()) {
            each.reset();
        }
        minFrameBytes.reset();
        maxFrameBytes.reset();
        lastFrameBytes.set(-1);
        latencySumMs.reset();
        latencyCount.reset();
        minLatencyMs.reset();
        maxLatencyMs.reset();
    }

    private List<LongAdder> counters() {
        return List.of(
                received,
                receivedBytes,
                sent,
                repliedBytes,
                handshakes,
                dropped,
                silent,
                throttled,
                rejected,
                watchesRefused,
                sessionsRefused,
                largeRequestsRejected);
    }

    void received(int sizeBytes) {
        received.increment();
        receivedBytes.add(sizeBytes);
    }

    void sent() {
        sent.increment();
    }

    /** The frame of a reply or an event, without its length. */
    void frameSent(long sizeBytes) {
        // a gauge that nothing else depends on need not cost every reply a barrier
        lastFrameBytes.lazySet(sizeBytes);
        minFrameBytes.accumulate(sizeBytes);
        maxFrameBytes.accumulate(sizeBytes);
    }

    /** The frame of a request's reply, with its length. */
    void replied(long sizeBytes) {
        repliedBytes.add(sizeBytes);
    }

    void handshake() {
        handshakes.increment();
    }

    void clientLeft() {
        dropped.increment();
    }

    void wasSilent() {
        silent.increment();
    }

    void requestWaits() {
        throttled.increment();
    }

    void rejected() {
        rejected.increment();
    }

    void refused(Limit limit) {
        switch (limit) {
            case WATCHES_PER_CONNECTION, WATCHES_PER_ADDRESS, WATCH_BYTES_PER_CONNECTION, WATCH_BYTES ->
                watchesRefused.increment();
            case SESSIONS, SESSIONS_PER_ADDRESS -> sessionsRefused.increment();
        }
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

    /** Of frames, with their lengths, and of words. */
    public long bytesReceived() {
        return receivedBytes.sum();
    }

    /** Frames, and answers to words. */
    public long packetsSent() {
        return sent.sum();
    }

    /** Of requests' replies, with their lengths; not of those to pings and logins. */
    public long bytesReplied() {
        return repliedBytes.sum();
    }

    /** Of the last reply or event, without its length; -1 before the first. */
    public long lastFrameBytes() {
        return lastFrameBytes.get();
    }

    /** Of the shortest reply or event, without its length; -1 before the first. */
    public long minFrameBytes() {
        long min = minFrameBytes.get();
        return min == Long.MAX_VALUE ? -1 : min;
    }

    /** Of the longest reply or event, without its length; -1 before the first. */
    public long maxFrameBytes() {
        return maxFrameBytes.get();
    }

    /** Handshakes that the throttle let in. */
    public long handshakes() {
        return handshakes.sum();
    }

    /** Connections that their clients ended without closing the session, or before there was one. */
    public long clientsLeft() {
        return dropped.sum();
    }

    /** Connections that were closed because no handshake came for long. */
    public long silentConnections() {
        return silent.sum();
    }

    /** How often a connection was not read on because too many requests had no reply. */
    public long throttled() {
        return throttled.sum();
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
