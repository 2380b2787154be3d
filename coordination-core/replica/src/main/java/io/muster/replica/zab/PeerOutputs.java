package io.muster.replica.zab;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Peer} wants done, to be executed in the order of the calls. None of these may call the peer.
 *
 * <p>All that is about the disk ({@link #append} to {@link #readLog}) goes to one thread, which does one after the other.
 */
public interface PeerOutputs {
    /**
     * Sends a notification. Only the last one to a server matters: it replaces one that waits, and is sent again when the
     * server is connected anew.
     */
    void notify(long server, Notification notification);

    /** Connects to the leader; a few attempts are to be made, as it may not be there yet. */
    void connectTo(long link, long leader);

    /** Closes the link to the leader. */
    void disconnect(long link, String reason);

    void toLeader(long link, LearnerPacket packet);

    void toLearner(long link, LeaderPacket packet);

    /**
     * Sends a learner {@link LeaderPacket.Snap}.
     *
     * @param state to be sent; null for the committed state after all that was delivered before this
     */
    void sendSnapshot(long link, @Nullable State state);

    /** Closes a learner's link after what was sent before. */
    void closeLearner(long link, String reason);

    /** Writes to the log. {@link PeerInput.Persisted} is to come when it is forced. */
    void append(Transaction transaction);

    /**
     * Cuts the log after a transaction. {@link PeerInput.Truncated} is to come.
     *
     * @param reload whether the state at what is left is to be read from the disk
     */
    void truncate(long zxid, boolean reload);

    /** Writes a snapshot in the place of all that is on the disk. {@link PeerInput.Installed} is to come. */
    void install(State state, long zxid);

    void saveAcceptedEpoch(long epoch);

    void saveCurrentEpoch(long epoch);

    /** Reads the log for a learner. {@link PeerInput.LogRead} is to come. */
    void readLog(long link, long after, long upTo, long maxBytes);

    /**
     * A transaction is committed. They come in the order of their zxids, each once.
     *
     * @param mayRepeat whether the state may show it, or a part of it, already: it came after a snapshot that was read while
     *     transactions went on
     */
    void deliver(Transaction transaction, boolean mayRepeat);

    /**
     * The committed state is another one: what was delivered is in it as far as it is committed, but not through {@link
     * #deliver}. What was committed since is delivered in the same step.
     */
    void stateReplaced(State state);

    /** @param why for the log */
    void roleChanged(Role role, String why);

    /** A learner's request, its question about a session, or its touches. */
    void fromLearner(long link, long server, LearnerPacket packet);

    /** A learner is gone, and what it asked for is nobody's any more. */
    void learnerLost(long link);

    /** The leader has answered: {@link LeaderPacket.Revalidated} or {@link LeaderPacket.SyncDone}. */
    void fromLeader(LeaderPacket packet);

    /** A quorum has answered what was sent after {@link Peer#confirm} gave this number, and all smaller ones. */
    void confirmed(long round);
}
