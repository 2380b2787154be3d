package io.muster.replica.peer;

import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.PieceDecoder;
import io.muster.replica.state.SnapshotDecoder;
import io.muster.replica.state.State;
import io.muster.replica.state.TimesToLive;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a leader says: packets, and behind a SNAP a whole state, which is built as it comes. Packets of unknown types
 * are skipped, as ZooKeeper does.
 */
public final class LeaderPacketReader implements PacketReader<LeaderPacket> {
    private final int maxBytes;
    private final long seed;
    private final TimesToLive timesToLive;
    private final QuorumPacketDecoder packets;

    /** Of the SNAP that is being read. */
    private long snapZxid;

    private @Nullable SnapshotDecoder snapshot;
    private @Nullable State state;
    private @Nullable Signature signature;

    /**
     * @param maxBytes of one packet's data, and of a znode's path or data in a SNAP
     * @param seed as of {@link State#initial}
     */
    public LeaderPacketReader(int maxBytes, long seed, TimesToLive timesToLive) {
        this.maxBytes = maxBytes;
        this.seed = seed;
        this.timesToLive = timesToLive;
        this.packets = new QuorumPacketDecoder(maxBytes);
    }

    @Override
    public PieceDecoder decoder() {
        if (signature != null) {
            return signature;
        }
        return snapshot != null ? snapshot : packets;
    }

    @Override
    public @Nullable LeaderPacket next() {
        State whole = state;
        if (whole != null) {
            state = null;
            signature = null;
            return new LeaderPacket.Snap(snapZxid, whole);
        }
        SnapshotDecoder ended = snapshot;
        if (ended != null) {
            state = ended.restored().state();
            snapshot = null;
            signature = new Signature();
            return null;
        }
        QuorumPacket packet = packets.next();
        if (packet.type() != QuorumPacket.SNAP) {
            return LeaderPacketCodec.read(packet);
        }
        snapZxid = packet.zxid();
        snapshot = new SnapshotDecoder(seed, timesToLive, snapZxid, maxBytes);
        return null;
    }

    /** What stands behind a state. */
    private static final class Signature extends PieceDecoder {
        Signature() {
            want(SnapSignature.BYTES.length);
        }

        @Override
        protected void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                if (bytes[i] != SnapSignature.BYTES[i]) {
                    throw new MalformedFrameException("SNAP: the signature behind the state is missing");
                }
            }
            done();
        }
    }
}
