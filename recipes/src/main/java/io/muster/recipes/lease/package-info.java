/**
 * What all recipes hand out: a {@link io.muster.recipes.lease.Lease}, something that is held on behalf of one session,
 * with a token that orders its holders, a local deadline, and a signal when it is lost. The leaf of the recipes: it knows
 * the client only.
 *
 * <p>Invariant: {@code isHeld()} is false from the first moment at which another client may hold the same thing, as far as
 * the {@linkplain io.muster.client.ClientSession session's deadline} is sound; and a lost lease never comes back.
 *
 * <p>Where to start: {@link io.muster.recipes.lease.Lease} for users; {@link io.muster.recipes.lease.EphemeralNode} and
 * {@link io.muster.recipes.lease.EphemeralLease} for those who write recipes.
 */
@NullMarked
package io.muster.recipes.lease;

import org.jspecify.annotations.NullMarked;
