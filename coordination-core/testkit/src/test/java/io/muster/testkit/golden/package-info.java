/**
 * Records what the real ZooKeeper writes, and keeps the golden files in {@code protocol} and {@code replica} equal to it.
 *
 * <p>A golden file is a text in the tests of the module that reads it; here it is recorded anew and compared, so that it
 * cannot drift. Start at {@link io.muster.testkit.golden.GoldenFile}.
 */
@NullMarked
package io.muster.testkit.golden;

import org.jspecify.annotations.NullMarked;
