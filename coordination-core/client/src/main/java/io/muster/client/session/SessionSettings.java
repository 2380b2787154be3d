package io.muster.client.session;

import io.muster.protocol.Request;
import java.util.List;

/**
 * What does not change in a session's life.
 *
 * @param serverCount at least 1; servers are named by their index, and whoever numbers them shuffles them
 * @param timeoutMs the session timeout to ask for
 * @param connectTimeoutNanos for one attempt, handshake included; the session timeout divided by the number of servers
 *     is an upper bound of it
 * @param canBeReadOnly whether a read-only server will do
 * @param renew whether to open a new session when one has expired
 * @param auths identities that are there from the start
 */
public record SessionSettings(
        int serverCount,
        int timeoutMs,
        long connectTimeoutNanos,
        boolean canBeReadOnly,
        boolean renew,
        List<Request.Auth> auths) {
    public SessionSettings {
        auths = List.copyOf(auths);
    }
}
