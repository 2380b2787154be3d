package io.muster.testkit.differential;

import org.jspecify.annotations.Nullable;

/**
 * One line of a script.
 *
 * @param session which of the script's sessions does it, from 1
 * @param pipelined whether the next step may be sent before this one is answered, if the same session does it
 * @param cutBytes how many bytes are missing at the end of the request's record
 * @param xid null for the one that a client would give it
 */
record Step(
        int session,
        boolean pipelined,
        Operation operation,
        int cutBytes,
        @Nullable Integer xid) {
    static Step of(int session, Operation operation) {
        return new Step(session, false, operation, 0, null);
    }

    Step with(Operation other) {
        return new Step(session, pipelined, other, cutBytes, xid);
    }

    Step notPipelined() {
        return new Step(session, false, operation, cutBytes, xid);
    }

    /** After it the connection may be gone, so that nothing is sent behind it before that is known. */
    boolean mayClose() {
        return operation.kind().mayClose() || cutBytes > 0;
    }

    @Override
    public String toString() {
        return session
                + (pipelined ? " ~ " : " ")
                + operation
                + (cutBytes > 0 ? " cut " + cutBytes : "")
                + (xid == null ? "" : " xid " + xid);
    }
}
