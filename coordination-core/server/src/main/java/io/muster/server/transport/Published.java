package io.muster.server.transport;

import io.muster.replica.state.State;

/**
 * What I/O threads may read.
 *
 * @param batch the serial loop's batch that published it; everything that was put out up to this batch is in the lanes
 * @param isServing whether clients may be answered from it; a member of an ensemble that has no leader answers nothing
 */
public record Published(State state, long batch, boolean isServing) {}
