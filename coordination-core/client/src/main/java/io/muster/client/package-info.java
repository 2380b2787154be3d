/**
 * The client: {@link io.muster.client.MusterClient} and the values it deals in. It speaks ZooKeeper 3.9's protocol, to
 * Muster servers and to Apache ZooKeeper ones alike.
 *
 * <p>One rule for all operations: {@code get} blocks, {@code getAsync} returns a {@link
 * java.util.concurrent.CompletableFuture}. Every operation has one deadline, and an answer that says what became of it:
 * {@link io.muster.client.CoordinationException#outcome()}.
 *
 * <p>Invariants: user code never runs on the client's event loop; requests of one thread leave in the order in which it
 * made them; a request that was sent is never sent again by the client itself; nothing here reads a clock, starts a
 * thread or draws a random number except through {@link io.muster.client.runtime.ClientRuntime}.
 *
 * <p>Where to start: {@link io.muster.client.MusterClient} for users, {@link io.muster.client.EventLoop} for those who
 * write recipes on top, {@code io.muster.client.session} for how a session lives through connections.
 */
@NullMarked
package io.muster.client;

import org.jspecify.annotations.NullMarked;
