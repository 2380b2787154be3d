/**
 * Random scripts of operations, played on a Muster server and on the real ZooKeeper over raw sockets, and compared.
 *
 * <p>Start at {@link io.muster.testkit.differential.DifferentialTest}. A {@link io.muster.testkit.differential.Script} is text
 * that can be read, cut short and played again; a {@link io.muster.testkit.differential.Player} plays it on one server and
 * writes a {@link io.muster.testkit.differential.Transcript} of all that came back, byte for byte but for times, passwords and
 * the orders that are nobody's promise; zxids and session ids are renamed by rank. Nothing here uses the codecs of the
 * servers under test.
 */
@NullMarked
package io.muster.testkit.differential;

import org.jspecify.annotations.NullMarked;
