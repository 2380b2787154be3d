package io.muster.replica.zab;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.ServerState;

/**
 * Learns what is committed. Nothing waits for an observer's disk, so it acknowledges nothing.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>when</th><th>then</th></tr>
 * <tr><td>INFORM</td><td>appends it and hands it up</td></tr>
 * <tr><td>PING</td><td>answers, with the sessions that were heard from</td></tr>
 * <tr><td>PROPOSAL, COMMIT</td><td>nothing: they are not for it</td></tr>
 * <tr><td>anything else, a hole, nothing in time, or the link is lost</td><td>{@link Looking}</td></tr>
 * </table>
 */
final class Observing extends Learning {
    Observing(Peer peer, long leader, int features) {
        super(peer, leader, features);
    }

    @Override
    ServerState state() {
        return ServerState.OBSERVING;
    }

    @Override
    public Verdict inform(LeaderPacket.Inform packet) {
        Verdict verdict = append(packet.transaction());
        if (verdict.wrong() == null) {
            peer.history.commit(packet.transaction().zxid());
        }
        return verdict;
    }

    @Override
    public Verdict propose(LeaderPacket.Propose packet) {
        return Verdict.FINE;
    }

    @Override
    public Verdict commit(LeaderPacket.Commit packet) {
        return Verdict.FINE;
    }
}
