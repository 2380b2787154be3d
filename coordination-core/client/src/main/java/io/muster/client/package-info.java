/**
 * The client of a Muster or ZooKeeper ensemble: one session, its requests and its watches. It knows the words of
 * {@code io.muster.protocol} and Netty, and never the server.
 */
@NullMarked
package io.muster.client;

import org.jspecify.annotations.NullMarked;
