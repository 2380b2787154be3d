/**
 * The words of the domain and their bytes: paths, stats, access control, zxids, error codes, and every request and
 * response of ZooKeeper's client protocol, as 3.9 speaks it.
 *
 * <p>Invariant: decoding never allocates more than the frame that is decoded justifies, and refuses with a
 * {@link io.muster.protocol.MalformedFrameException} that says what was wrong and where. This package knows nobody: no
 * sockets, no threads, no state.
 *
 * <p>Start at {@link io.muster.protocol.Request} and {@link io.muster.protocol.Response}; {@link
 * io.muster.protocol.JuteReader} and {@link io.muster.protocol.JuteWriter} are the encoding underneath.
 */
@NullMarked
package io.muster.protocol;

import org.jspecify.annotations.NullMarked;
