/**
 * The connections between the members of an ensemble, as ZooKeeper has them: one for votes between each two, and one from each
 * learner to the leader. All of them live on one thread, which owns everything here; the serial loop hands over what a batch
 * wants, and gets what came as inputs.
 *
 * <p>Start at {@link io.muster.server.transport.peer.PeerNetwork}.
 */
@NullMarked
package io.muster.server.transport.peer;

import org.jspecify.annotations.NullMarked;
