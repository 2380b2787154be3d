package io.muster.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One session, by its identity: when it is over, {@link MusterClient#session()} gives another object. Any thread may use
 * it; nothing here does I/O or waits.
 *
 * <p><b>Two notions of life.</b> {@link #isAlive()} is false once the session is known to be over. {@link #remaining()}
 * is stricter: for so long from now nobody can see the session expired, whatever happens on the network. It counts, on the
 * local monotonic clock, from a <em>sending</em> that the leader is known to have heard of, for the smaller of the first and the
 * current negotiated timeout, less a margin of 5 % for clocks of different rates. What proves that the leader heard:
 *
 * <ul>
 *   <li>the opening of the session, from its own sending;
 *   <li>where the server {@linkplain #isQuorumConfirmed() confirms pings}: answers to pings, to {@code sync} and to
 *       writes that succeeded, each from its own sending;
 *   <li>elsewhere, against Apache ZooKeeper: the session's coming back after a suspension, from its own sending; and answers to
 *       {@code sync} and to writes that succeeded, but for what was sent a quarter of the timeout before them, since a
 *       follower tells the leader only each half tick which sessions it heard of.
 * </ul>
 *
 * <p>Reads prove nothing. Without a {@link Heartbeat} nobody sees to it that the deadline moves in time: against Apache
 * ZooKeeper, whose pings confirm nothing, it stands still while the client does not write. So {@code remaining()} means
 * something to a holder of a heartbeat; to others it is at best a hint.
 */
public interface ClientSession {

    /** As the server gave it, not 0; znodes of this session have it as {@code ephemeralOwner}. */
    long id();

    /** As the server granted it at the last connect. */
    Duration negotiatedTimeout();

    /** Whether the session is not known to be over; true also while the connection is suspended. */
    boolean isAlive();

    /**
     * When {@link #remaining()} reaches zero, in terms of {@link EventLoop#nanoTime()}. Moves back only when a server grants
     * the session a shorter timeout than it had.
     */
    long deadlineNanos();

    /** Never negative; zero once the session is over. */
    Duration remaining();

    /**
     * Whether the deadline rests on confirmations by a quorum alone: true when the server that the client is, or was last,
     * connected to confirms pings. Against Apache ZooKeeper it rests on {@code sync} too, which goes to the leader but
     * not through a quorum: a leader that was deposed and does not know yet would still answer. It also supposes that the
     * session timeout is two ticks or more, as servers see to unless {@code minSessionTimeout} was lowered. Fencing
     * tokens are the protection there.
     */
    boolean isQuorumConfirmed();

    /**
     * Completes when the session is over, with the reason ({@link SessionLoss#DEADLINE_PASSED} never is one). A copy for
     * each caller, completed on the client's callback executor.
     */
    CompletableFuture<SessionLoss> ended();

    /**
     * Has the client confirm the session on schedule and also when it is busy, until the result is closed: by a ping in each
     * third of the timeout where the server confirms them, else by a {@code sync} in each sixth; at least every ten (five)
     * seconds. The first is sent at once.
     */
    Heartbeat holdHeartbeat();
}
