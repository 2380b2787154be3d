package io.muster.server.transport;

import io.muster.replica.state.State;

/**
 * What I/O threads may read.
 *
 * @param batch the serial loop's batch that published it; everything that was put out up to this batch is in the lanes
 */
public record Published(State state, long batch) {}
