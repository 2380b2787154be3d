/** Measurements that are started by hand; each class says how. What they gave is in {@code docs/}. */
@NullMarked
package io.muster.benchmarks;

import org.jspecify.annotations.NullMarked;
