package io.muster.replica.state;

import io.muster.protocol.Id;
import java.util.List;

/**
 * Who asks.
 *
 * @param sessionId 0 for the server itself
 * @param cxid the client's number for the request
 * @param ids of the connection
 */
public record Caller(long sessionId, int cxid, List<Id> ids) {}
