/**
 * The command line behind {@code bin/muster}. Only this package may end the process: an embedded server stops and
 * tells its owner instead.
 */
@NullMarked
package io.muster.cli;

import org.jspecify.annotations.NullMarked;
