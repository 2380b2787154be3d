package io.muster.server.transport.peer;

import io.muster.replica.peer.Membership;
import io.muster.replica.state.TimesToLive;

/**
 * What the connections between members need to know.
 *
 * @param serverId of this server, a member
 * @param membership who the others are and where
 * @param listenOnAllAddresses whether on all addresses of this machine, and not only on the member's own
 * @param connectTimeoutMs of one attempt to connect, and for a stranger to say who it is; at least 1
 * @param connectLimitMs how long a learner may take to reach its leader, or to say who it is, at least 1
 * @param maxPacketBytes of one packet's data, at least 1
 * @param maxQueuedBytes of transactions that wait for one learner; one that is further behind is synchronized anew
 * @param seed as of {@link io.muster.replica.state.State#initial}, for states that come from a leader
 * @param timesToLive the same
 * @param nativeTransport whether to use Linux's own sockets where there are some
 * @param tcpKeepAlive whether the system looks after connections on which nothing is said
 */
public record PeerNetworkSettings(
        long serverId,
        Membership membership,
        boolean listenOnAllAddresses,
        int connectTimeoutMs,
        int connectLimitMs,
        int maxPacketBytes,
        long maxQueuedBytes,
        long seed,
        TimesToLive timesToLive,
        boolean nativeTransport,
        boolean tcpKeepAlive) {
    /** This server's own line. */
    Membership.Member own() {
        return membership
                .member(serverId)
                .orElseThrow(() -> new IllegalArgumentException("there is no server." + serverId));
    }
}
