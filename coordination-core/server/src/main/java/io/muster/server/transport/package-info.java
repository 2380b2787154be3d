/**
 * The client port: frames, the handshake, reads that need no watch, and what the serial loop puts out, all on I/O threads.
 *
 * <p>Main invariant, the order of a connection: the serial loop hands a batch's replies and events to the {@link
 * io.muster.server.transport.Lane lanes} before it publishes the batch's state. Whoever answers a read here loads the
 * published state, first writes what was handed over up to that batch, and only then answers; and it does so only when
 * nothing of the connection is in the loop. So no client sees a change before the event that tells of it, nor misses its
 * own write.
 *
 * <p>Start at {@link io.muster.server.transport.ClientPort}, then read {@code ClientConnection}.
 */
@NullMarked
package io.muster.server.transport;

import org.jspecify.annotations.NullMarked;
