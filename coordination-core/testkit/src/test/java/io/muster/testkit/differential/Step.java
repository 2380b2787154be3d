package io.muster.testkit.differential;

/**
 * One line of a script.
 *
 * @param session which of the script's sessions does it, from 1
 * @param pipelined whether the next step may be sent before this one is answered, if the same session does it
 * @param cutBytes how many bytes are missing at the end of the request's record
 */
record Step(int session, boolean pipelined, Operation operation, int cutBytes) {
    /** After it the connection may be gone, so that nothing is sent behind it before that is known. */
    boolean mayClose() {
        return operation.kind().mayClose() || cutBytes > 0;
    }

    @Override
    public String toString() {
        return session + (pipelined ? " ~ " : " ") + operation + (cutBytes > 0 ? " cut " + cutBytes : "");
    }
}
