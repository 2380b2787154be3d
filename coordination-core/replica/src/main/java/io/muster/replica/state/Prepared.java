package io.muster.replica.state;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Response;
import java.util.List;

/**
 * A request that has become a transaction and has been applied to the state that it was prepared on.
 *
 * @param error what the reply's header says; a failed multi says OK and has its errors in the body
 * @param changes for those who watch, in order; empty if the request failed
 */
public record Prepared(Transaction transaction, ErrorCode error, Response body, List<Change> changes) {}
