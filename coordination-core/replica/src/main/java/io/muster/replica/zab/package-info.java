/**
 * ZAB: how servers agree on one history of transactions, as ZooKeeper 3.9's servers do it, to the word. A {@link
 * io.muster.replica.zab.Peer} takes inputs and puts out what is to be done, in order; it does nothing itself.
 *
 * <p>Main invariants. Any two histories of which one was committed are the same as far as that goes. Nothing is acknowledged
 * before the disk has answered, a leader's own word included: first the history, then the epoch, then the acknowledgement.
 * The state above has seen committed transactions only, but for what a restart has read from the log.
 *
 * <p>What was decided here, and why:
 * <ul>
 * <li>A learner only holds what it is sent, until NEWLEADER. Then it cuts its log or installs the snapshot, appends, forces, and
 * saves the epoch. So an interrupted synchronization leaves nothing behind, or a beginning of the leader's history under the
 * old epoch, which promises nothing.
 * <li>The state above is replaced in the same step in which what was committed since is delivered: it never goes back in time.
 * <li>After a cut or a snapshot that the disk has not answered, no election is begun: whatever was before has an end.
 * <li>A leader counts one number for each server instead of a set for each proposal: a log is forced from its beginning on.
 * Whoever is told to cut its log loses what it had acknowledged beyond; ZooKeeper goes on counting that.
 * <li>A promise is counted again for the leader that it was made to, if the link broke on its way: ZooKeeper waits for its
 * time to run out then.
 * <li>A leader that hears of a later promise of a voter gives its epoch up, since that voter could never join it; the next
 * epoch is above all that were ever heard of.
 * <li>Time is looked at at the end of a batch, so that who was paused hears what came before it judges.
 * <li>The outputs are given to the peer once: it has one owner.
 * </ul>
 *
 * <p>Leaves that can be read alone: {@link io.muster.replica.zab.Quorum}, {@link io.muster.replica.zab.Vote}, {@link
 * io.muster.replica.zab.Proposals}, {@link io.muster.replica.zab.Rounds}, {@link io.muster.replica.zab.SyncPlan}, {@link
 * io.muster.replica.zab.Window}, {@link io.muster.replica.zab.Held}. Then the roles: {@link io.muster.replica.zab.Looking},
 * {@link io.muster.replica.zab.Joining}, {@link io.muster.replica.zab.Following}, {@link io.muster.replica.zab.Observing},
 * {@link io.muster.replica.zab.Leading} with its {@link io.muster.replica.zab.Learner}s.
 */
@NullMarked
package io.muster.replica.zab;

import org.jspecify.annotations.NullMarked;
