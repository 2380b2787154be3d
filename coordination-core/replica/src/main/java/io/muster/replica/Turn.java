package io.muster.replica;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.replica.Pipeline.Effect;

/** What a connection has asked and has not been told, on a server that does not decide. A connection's are in its order. */
sealed interface Turn {
    /** The leader has it. Its transaction, or its word for a sync, is to come. */
    record Forwarded(int xid, Request request) implements Turn {}

    /** Is looked at when all before it is answered. */
    record Asked(RequestHeader header, Request request) implements Turn {}

    /** The same, of a request that could not be decoded. */
    record Undecodable(RequestHeader header, ErrorCode error, boolean thenClose) implements Turn {}

    /** Was looked at; what it shows waits for what is before it. */
    record Done(Effect effect) implements Turn {}
}
