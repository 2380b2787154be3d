package io.muster.replica.peer;

import io.muster.protocol.JuteWriter;

/** What ends the stream of a SNAP, so that a learner knows that it has all of it. */
final class SnapSignature {
    /** With its length before it. */
    static final byte[] BYTES = new JuteWriter().writeString("BenWasHere").toByteArray();

    private SnapSignature() {}
}
