package io.muster.client.session;

import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The line to the server: the connection of the moment, the calls that were sent on it, and those that wait for one. What is
 * taken off here is answered or failed, once.
 */
final class Line {
    private final Step step;
    private final Agreement agreement;

    /** Sent and not answered, in the order of their xids; those that are done wait for their answer to be skipped. */
    private final ArrayDeque<Call> sent = new ArrayDeque<>();
    /** Not sent. Invariant: empty while the session is connected. */
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();

    private int connection;
    private int lastXid;
    private long lastSentNanos;
    private long finishedCalls;

    Line(Step step, Agreement agreement) {
        this.step = step;
        this.agreement = agreement;
    }

    /** The number of the last one, be it there or not. */
    int connection() {
        return connection;
    }

    int nextConnection() {
        connection++;
        return connection;
    }

    /** The handshake is done: a new silence begins. */
    void opened() {
        lastSentNanos = step.nowNanos();
    }

    long lastSentNanos() {
        return lastSentNanos;
    }

    /** How many calls were taken off the books so far. */
    long finishedCalls() {
        return finishedCalls;
    }

    Iterable<Call> sent() {
        return sent;
    }

    Iterable<Call> waiting() {
        return waiting;
    }

    // ---- sending

    void send(Call call) {
        lastXid = lastXid == Integer.MAX_VALUE ? 1 : lastXid + 1;
        sent.add(call);
        sendFrame(lastXid, call.request(), call.takeFrame(lastXid, step.nowNanos()));
    }

    /** A request of the session's own. It has a place among the others, and its answer is looked at here only. */
    void sendInternal(Request request) {
        send(new InternalCall(request));
    }

    /** What has no place among the calls. */
    void sendApart(int xid, Request request) {
        sendFrame(xid, request, Call.encode(request));
    }

    private void sendFrame(int xid, Request request, byte[] frame) {
        Call.putXid(frame, xid);
        lastSentNanos = step.nowNanos();
        agreement.validity().sent(lastSentNanos);
        step.put(new Output.Send(connection, xid, request, frame));
    }

    void await(Call call) {
        waiting.add(call);
    }

    void sendWaiting() {
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            send(call);
        }
    }

    private static final class InternalCall extends Call {
        InternalCall(Request request) {
            super(request, encode(request), Session.NEVER, null);
            // Nobody is told.
            done = true;
        }
    }

    static boolean isInternal(Call call) {
        return call instanceof InternalCall;
    }

    // ---- the end of calls

    /** Whose answer is due. */
    @Nullable
    Call next() {
        return sent.peek();
    }

    /** Its answer came. */
    void removeNext() {
        sent.remove();
    }

    /** Takes a user's call off; he is told, unless he was before. */
    void answered(Call call, int err, Response body) {
        finishedCalls++;
        if (!call.done) {
            call.done = true;
            step.put(new Output.Answered(call, err, body));
        }
    }

    /** The caller is told, unless he was before. */
    private void fail(Call call, Failure failure, boolean unknown) {
        if (!call.done) {
            call.done = true;
            step.put(new Output.Failed(call, failure, unknown));
        }
    }

    /** The same for a call that no answer can come to any more. */
    void finish(Call call, Failure failure, boolean unknown) {
        finishedCalls++;
        fail(call, failure, unknown);
    }

    void failSent(Failure failure) {
        for (Call call = sent.poll(); call != null; call = sent.poll()) {
            if (!isInternal(call)) {
                finish(call, failure, call.isWrite());
            }
        }
    }

    void failWaiting(Failure failure) {
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            finish(call, failure, false);
        }
    }

    /** Fails what was sent and is out of time. Its answers may come still. Returns the earliest deadline of the others. */
    long failSentOutOfTime() {
        long earliest = Session.NEVER;
        for (Call call : sent) {
            if (!call.done && step.nowNanos() >= call.deadlineNanos()) {
                fail(call, Failure.TIMED_OUT, call.isWrite());
            }
            if (!call.done) {
                earliest = Math.min(earliest, call.deadlineNanos());
            }
        }
        return earliest;
    }

    /** The same for what was not sent. */
    long failWaitingOutOfTime() {
        long earliest = Session.NEVER;
        for (Call call : waiting) {
            if (step.nowNanos() >= call.deadlineNanos()) {
                finish(call, Failure.TIMED_OUT, false);
            } else {
                earliest = Math.min(earliest, call.deadlineNanos());
            }
        }
        waiting.removeIf(call -> call.done);
        return earliest;
    }
}
