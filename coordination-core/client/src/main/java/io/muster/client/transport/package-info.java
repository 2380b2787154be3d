/**
 * The client's runtime with real clocks, threads and sockets: start at {@link io.muster.client.transport.NettyRuntime}.
 */
@NullMarked
package io.muster.client.transport;

import org.jspecify.annotations.NullMarked;
