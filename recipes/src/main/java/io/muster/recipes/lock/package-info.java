/**
 * Locks. The znodes are laid out as Curator's {@code InterProcessMutex} has them, so that its processes and ours contend on
 * one path correctly: {@code <path>/_c_<uuid>-lock-<sequence>}, ephemeral and sequential, the lowest sequence holds.
 *
 * <p>Invariant: an attempt to acquire either hands its lease to somebody who wants it, or leaves nothing behind.
 *
 * <p>Where to start: {@link io.muster.recipes.lock.DistributedLock}, then {@code Acquisition}, which is one attempt from
 * beginning to end.
 */
@NullMarked
package io.muster.recipes.lock;

import org.jspecify.annotations.NullMarked;
