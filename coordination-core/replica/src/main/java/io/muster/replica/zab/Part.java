package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server does at present: one object from one change of its role to the next. What a part does not expect comes from
 * an earlier part, and is nothing to it.
 */
abstract sealed class Part permits Looking, Joining, Learning, Leading, Retired {
    final Peer peer;
    final PeerOutputs out;

    Part(Peer peer) {
        this.peer = peer;
        this.out = peer.out;
    }

    /** What the others are told that this server does. */
    abstract ServerState state();

    void begin() {}

    /** Everything that came at once has been taken: looks at the time. */
    void endBatch() {}

    /** When {@link #endBatch} has something to do though nothing came; {@link Long#MAX_VALUE} for never. */
    long dueMs() {
        return Long.MAX_VALUE;
    }

    /**
     * A voter that has a leader tells so to who looks for one. ZooKeeper also answers what those without a vote say when they
     * do not look for a leader, and has them answer: two servers can then answer each other's answers as fast as they can.
     */
    void notified(long server, Notification notification) {
        if (notification.state() == ServerState.LOOKING && peer.votes()) {
            boolean ofVoter = peer.quorums.isVoter(server);
            peer.notify(server, state(), peer.decided.vote(), ofVoter ? peer.decided.round() : peer.round);
        }
    }

    void electionConnected(long server) {}

    void electionLost(long server) {}

    void leaderConnected() {}

    void fromLeader(LeaderPacket packet) {}

    void leaderLost(String reason) {}

    void learnerConnected(long link) {
        out.closeLearner(link, "server " + peer.settings.serverId() + " does not lead");
    }

    void fromLearner(long link, LearnerPacket packet) {}

    void learnerLost(long link) {}

    /** More is on the disk, a cut or a snapshot is done, or an epoch is saved. */
    void diskAnswered() {}

    void logRead(long link, @Nullable List<Transaction> transactions) {}

    /** The server is about to stop. */
    void handOver() {
        peer.retire("handed over");
    }

    static String text(long zxid) {
        return Zxid.toString(zxid);
    }
}
