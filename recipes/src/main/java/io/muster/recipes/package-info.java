/**
 * Recipes for coordination, written over the client alone: whatever is here can be built by any application from
 * sessions and from ephemeral and sequential znodes.
 */
@NullMarked
package io.muster.recipes;

import org.jspecify.annotations.NullMarked;
