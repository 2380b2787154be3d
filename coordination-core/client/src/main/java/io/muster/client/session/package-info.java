/**
 * A client's session as a state machine without I/O, threads, locks, clock, randomness or logger.
 *
 * <p>Start at {@link io.muster.client.session.Session}: an {@link io.muster.client.session.Input} and the time go in,
 * {@link io.muster.client.session.Output}s come out, to be executed in their order.
 */
@NullMarked
package io.muster.client.session;

import org.jspecify.annotations.NullMarked;
