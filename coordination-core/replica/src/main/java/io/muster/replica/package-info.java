/**
 * One server's whole logic as a step function: inputs in, outputs out. Nothing here does I/O, starts a thread, takes a
 * lock, reads a clock, draws a random number or logs, so that the same code runs in production and in simulation.
 */
@NullMarked
package io.muster.replica;

import org.jspecify.annotations.NullMarked;
