/**
 * The port through which the client meets the world: {@link io.muster.client.runtime.ClientRuntime}. Who implements it
 * needs nothing else of the client; {@code io.muster.client.transport} does it with Netty, a simulator on virtual time.
 */
@NullMarked
package io.muster.client.runtime;

import org.jspecify.annotations.NullMarked;
