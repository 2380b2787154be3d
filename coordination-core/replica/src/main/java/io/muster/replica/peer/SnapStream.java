package io.muster.replica.peer;

import io.muster.protocol.JuteWriter;
import io.muster.replica.state.SnapshotEncoder;

/**
 * A SNAP on its way out, in pieces: the packet, the state, the signature. Between two pieces it may stand still for as long
 * as it likes, and it holds nothing but the state itself. Used once, by one thread.
 */
public final class SnapStream {
    private final LeaderPacket.Snap packet;
    private final SnapshotEncoder encoder;
    private boolean begun;

    public SnapStream(LeaderPacket.Snap packet) {
        this.packet = packet;
        this.encoder = new SnapshotEncoder(packet.state());
    }

    /**
     * Appends until the writer holds so many bytes, or as many more as the last znode has, or finds nothing to append for a
     * while; says whether that was the end.
     */
    public boolean write(JuteWriter out, int untilBytes) {
        if (!begun) {
            begun = true;
            LeaderPacketCodec.write(out, packet);
        }
        boolean ended = encoder.write(out, untilBytes);
        if (ended) {
            out.writeBytes(SnapSignature.BYTES, 0, SnapSignature.BYTES.length);
        }
        return ended;
    }
}
