/**
 * The words that servers say to each other: notifications on the election port, packets between a learner and its leader on
 * the quorum port, and the membership that both are about. Values only; what they mean is in {@code io.muster.replica.zab}.
 *
 * <p>A learner is a follower or an observer, seen from its leader. Start at {@link io.muster.replica.peer.LearnerPacket} and
 * {@link io.muster.replica.peer.LeaderPacket}.
 */
@NullMarked
package io.muster.replica.peer;

import org.jspecify.annotations.NullMarked;
