package io.muster.replica.zab;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.Transaction;
import java.util.List;

/**
 * Follows a leader, as a voter or not.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>when</th><th>then</th></tr>
 * <tr><td>PROPOSAL</td><td>appends it</td></tr>
 * <tr><td>proposals are on the disk</td><td>acknowledges them, one by one if the leader is ZooKeeper's</td></tr>
 * <tr><td>COMMIT of the oldest proposal that has none</td><td>hands it up</td></tr>
 * <tr><td>PING</td><td>answers, with the sessions that were heard from</td></tr>
 * <tr><td>anything else, a hole, nothing in time, or the link is lost</td><td>{@link Looking}</td></tr>
 * </table>
 */
final class Following extends Learning {
    private long acknowledged;

    /** @param acknowledged what the acknowledgement of NEWLEADER stood for */
    Following(Peer peer, long leader, int features, long acknowledged) {
        super(peer, leader, features);
        this.acknowledged = acknowledged;
    }

    @Override
    ServerState state() {
        return ServerState.FOLLOWING;
    }

    @Override
    public Verdict propose(LeaderPacket.Propose packet) {
        return append(packet.transaction());
    }

    @Override
    void diskAnswered() {
        long persisted = peer.history.persisted();
        if (persisted <= acknowledged) {
            return;
        }
        if ((features & PeerExtensions.CUMULATIVE_ACKS) != 0) {
            peer.toLeader(new LearnerPacket.Ack(persisted));
        } else {
            for (Transaction each : peer.history.window().between(acknowledged, persisted)) {
                peer.toLeader(new LearnerPacket.Ack(each.zxid()));
            }
        }
        acknowledged = persisted;
    }

    @Override
    public Verdict commit(LeaderPacket.Commit packet) {
        long zxid = packet.zxid();
        if (zxid <= peer.history.committed()) {
            return Verdict.FINE;
        }
        List<Transaction> next = peer.history.window().between(peer.history.committed(), zxid);
        if (next.size() != 1 || next.get(0).zxid() != zxid) {
            return Verdict.wrong(
                    "commit of " + text(zxid) + ", which is not the one after " + text(peer.history.committed()));
        }
        peer.history.commit(zxid);
        return Verdict.FINE;
    }

    @Override
    public Verdict inform(LeaderPacket.Inform packet) {
        return Verdict.wrong("INFORM to a follower");
    }
}
