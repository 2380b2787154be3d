package io.muster.replica;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.State;
import io.muster.replica.zab.Role;

/**
 * What a member of an ensemble wants done towards the other members and its own disk, in the order of the calls, those of
 * {@link Outputs} included. Each is as in {@link io.muster.replica.zab.PeerOutputs}.
 */
public interface PeerWire {
    void notify(long server, Notification notification);

    void connectTo(long link, long leader);

    void disconnect(long link, String reason);

    void toLeader(long link, LearnerPacket packet);

    void toLearner(long link, LeaderPacket packet);

    void closeLearner(long link, String reason);

    void truncate(long zxid, boolean reload);

    void install(State state, long zxid);

    void saveAcceptedEpoch(long epoch);

    void saveCurrentEpoch(long epoch);

    void readLog(long link, long after, long upTo, long maxBytes);

    /** For the log, and for whoever looks at the server. */
    void roleChanged(Role role, String why);
}
