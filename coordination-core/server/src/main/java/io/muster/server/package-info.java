/**
 * The server: a replica with its disk, network and administration around it. This is the only place that knows all of
 * those parts; it never knows the client.
 */
@NullMarked
package io.muster.server;

import org.jspecify.annotations.NullMarked;
