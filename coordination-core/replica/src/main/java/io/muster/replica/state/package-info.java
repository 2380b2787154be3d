/**
 * The replicated state as a value: tree, sessions, ephemerals, access control, digest; the transactions that change it;
 * and the rules by which a request becomes a transaction.
 *
 * <p>Main invariant: a {@link io.muster.replica.state.State} never changes once {@link
 * io.muster.replica.state.StateEditor#freeze} has handed it out, and the state after a transaction depends on the state
 * before it and on the transaction alone. Preparing a request ends in applying its transaction through the same code that
 * recovery and followers use, so the two cannot differ.
 *
 * <p>Layout: one persistent hash trie holds a {@link io.muster.replica.state.Directory} for each znode that has or had
 * children, keyed by its whole path; each directory holds a trie of its children, keyed by their names. Looking up and
 * changing a znode therefore costs the same at every depth, and a leaf, which most znodes are, has no directory at all.
 *
 * <p>Pure: no clock, thread, lock, randomness or logger. Start at {@link io.muster.replica.state.StateEditor} and {@link
 * io.muster.replica.state.Preparer}.
 */
@NullMarked
package io.muster.replica.state;

import org.jspecify.annotations.NullMarked;
