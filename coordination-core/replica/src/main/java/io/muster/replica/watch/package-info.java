/**
 * Who watches what, and which events a change causes.
 *
 * <p>Main invariant: a one-shot watch causes at most one event, and an event's cost does not grow with watches that it does
 * not concern. Pure; start at {@link io.muster.replica.watch.WatchTable}.
 */
@NullMarked
package io.muster.replica.watch;

import org.jspecify.annotations.NullMarked;
