/**
 * One server's whole logic as a step function: inputs in, outputs out. Nothing here does I/O, starts a thread, takes a
 * lock, reads a clock, draws a random number or logs, so that the same code runs in production and in simulation.
 *
 * <p>Start at {@link io.muster.replica.Replica}. It has a {@link io.muster.replica.Core}, which is the same in every role, and a
 * {@link io.muster.replica.Duty}, which is what the server is to its clients at present; of a member of an ensemble {@link
 * io.muster.replica.Member} chooses it.
 */
@NullMarked
package io.muster.replica;

import org.jspecify.annotations.NullMarked;
