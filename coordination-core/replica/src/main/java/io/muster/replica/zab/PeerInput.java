package io.muster.replica.zab;

import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Notification;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What reaches a {@link Peer}. A link is one connection between a learner and a leader; links have numbers that are never used
 * twice, learners' and leaders' each. What comes of a link that is gone is ignored.
 *
 * <p>What the log thread has done comes in the order in which it was asked for, but that an epoch may be saved before what was
 * appended before is forced. It never says that something failed: then the server ends.
 */
public sealed interface PeerInput {
    /** The time, before anything else that came at it. @param monotonicMs of a clock that never goes back */
    record Tick(long monotonicMs) implements PeerInput {}

    /** Notifications can go to and come from a server. */
    record ElectionConnected(long server) implements PeerInput {}

    /** They cannot any more. */
    record ElectionLost(long server) implements PeerInput {}

    record NotificationArrived(long server, Notification notification) implements PeerInput {}

    /** The leader that {@link PeerOutputs#connectTo} asked for is connected. */
    record LeaderConnected(long link) implements PeerInput {}

    record FromLeader(long link, LeaderPacket packet) implements PeerInput {}

    /** The leader cannot be reached, or the link broke. @param reason for the log */
    record LeaderLost(long link, String reason) implements PeerInput {}

    /** A learner has come. */
    record LearnerConnected(long link) implements PeerInput {}

    record FromLearner(long link, LearnerPacket packet) implements PeerInput {}

    record LearnerLost(long link) implements PeerInput {}

    /** All that was appended up to this transaction is on the disk, forced. */
    record Persisted(long zxid) implements PeerInput {}

    record AcceptedEpochSaved(long epoch) implements PeerInput {}

    record CurrentEpochSaved(long epoch) implements PeerInput {}

    /** The snapshot of that state is on the disk, forced, and what was there before it is forgotten. */
    record Installed(long zxid) implements PeerInput {}

    /**
     * The log is cut, and forced.
     *
     * @param zxid the one that was asked for
     * @param last the last transaction that is left; another one than was asked for if that was never in this log
     * @param reloaded the state at {@code last}, from the disk, if it was asked for
     */
    record Truncated(long zxid, long last, @Nullable State reloaded) implements PeerInput {}

    /**
     * Answers {@link PeerOutputs#readLog}.
     *
     * @param transactions all from the last one that is not after {@code after} on; null if the log does not reach back so
     *     far, or that is more than was allowed
     */
    record LogRead(long link, @Nullable List<Transaction> transactions) implements PeerInput {}
}
