package io.muster.replica.peer;

import io.muster.protocol.PieceDecoder;
import org.jspecify.annotations.Nullable;

/** Reads what a learner says. Packets of unknown types are skipped, as ZooKeeper does. */
public final class LearnerPacketReader implements PacketReader<LearnerPacket> {
    private final QuorumPacketDecoder packets;

    /** @param maxBytes of one packet's data, and of all ids in one */
    public LearnerPacketReader(int maxBytes) {
        packets = new QuorumPacketDecoder(maxBytes);
    }

    @Override
    public PieceDecoder decoder() {
        return packets;
    }

    @Override
    public @Nullable LearnerPacket next() {
        return LearnerPacketCodec.read(packets.next());
    }
}
