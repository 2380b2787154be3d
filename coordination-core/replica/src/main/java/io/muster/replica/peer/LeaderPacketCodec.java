package io.muster.replica.peer;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.TxnCodec;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of what a leader says to its learners. A {@link LeaderPacket.Snap} is more than its packet: {@link SnapStream}
 * and {@link LeaderPacketReader} have what stands behind that.
 */
public final class LeaderPacketCodec {
    private LeaderPacketCodec() {}

    /** Appends the packet; of a SNAP without the state. */
    public static void write(JuteWriter out, LeaderPacket packet) {
        packet.accept(new Writer(out));
    }

    /**
     * What a packet means; null if it is of a type that leaders do not send.
     *
     * @throws MalformedFrameException if its data is not what its type needs
     * @throws IllegalArgumentException for a SNAP, whose state is not in the packet
     */
    public static @Nullable LeaderPacket read(QuorumPacket packet) {
        return switch (packet.type()) {
            case QuorumPacket.LEADER_INFO ->
                new LeaderPacket.LeaderInfo(
                        packet.epoch(), packet.data("LEADERINFO", Integer.BYTES).readInt("protocolVersion"));
            case QuorumPacket.DIFF -> new LeaderPacket.Diff(packet.zxid());
            case QuorumPacket.TRUNC -> new LeaderPacket.Trunc(packet.zxid());
            case QuorumPacket.SNAP -> throw new IllegalArgumentException("a SNAP is not read from its packet alone");
            case QuorumPacket.NEW_LEADER -> new LeaderPacket.NewLeader(packet.epoch(), text(packet.data()));
            case QuorumPacket.UP_TO_DATE -> new LeaderPacket.UpToDate();
            case QuorumPacket.PROPOSAL ->
                new LeaderPacket.Propose(transaction("PROPOSAL", packet, packet.data("PROPOSAL", 1)));
            case QuorumPacket.COMMIT -> new LeaderPacket.Commit(packet.zxid());
            case QuorumPacket.COMMIT_AND_ACTIVATE ->
                new LeaderPacket.CommitAndActivate(
                        packet.zxid(),
                        packet.data("COMMITANDACTIVATE", Long.BYTES).readLong("designated leader"));
            case QuorumPacket.INFORM ->
                new LeaderPacket.Inform(transaction("INFORM", packet, packet.data("INFORM", 1)));
            case QuorumPacket.INFORM_AND_ACTIVATE -> {
                JuteReader in = packet.data("INFORMANDACTIVATE", Long.BYTES);
                long designated = in.readLong("designated leader");
                yield new LeaderPacket.InformAndActivate(designated, transaction("INFORMANDACTIVATE", packet, in));
            }
            case QuorumPacket.PING -> new LeaderPacket.Ping(packet.zxid(), round(packet.data()));
            case QuorumPacket.REVALIDATE -> {
                JuteReader in = packet.data("REVALIDATE", Long.BYTES + 1);
                yield new LeaderPacket.Revalidated(in.readLong("session"), in.readBoolean("valid"));
            }
            case QuorumPacket.SYNC -> new LeaderPacket.SyncDone();
            default -> null;
        };
    }

    private static Transaction transaction(String what, QuorumPacket packet, JuteReader in) {
        Transaction transaction = TxnCodec.read(in);
        if (transaction.zxid() != packet.zxid()) {
            throw new MalformedFrameException(what + ": the packet says " + Zxid.toString(packet.zxid())
                    + ", the transaction in it " + Zxid.toString(transaction.zxid()));
        }
        return transaction;
    }

    private static long round(byte @Nullable [] data) {
        return data != null && data.length == Long.BYTES ? new JuteReader(data).readLong("round") : 0;
    }

    private static @Nullable String text(byte @Nullable [] data) {
        return data == null ? null : new String(data, StandardCharsets.UTF_8);
    }

    /** Appends a packet of one kind. */
    private record Writer(JuteWriter out) implements LeaderPacket.Handler<JuteWriter> {
        private JuteWriter bare(int type, long zxid) {
            return out.writeInt(type).writeLong(zxid).writeInt(-1).writeInt(-1);
        }

        private JuteWriter head(int type, long zxid, int dataLength) {
            return out.writeInt(type).writeLong(zxid).writeInt(dataLength);
        }

        private JuteWriter withTransaction(int type, Transaction transaction, @Nullable Long before) {
            head(type, transaction.zxid(), 0);
            int from = out.size();
            if (before != null) {
                out.writeLong(before);
            }
            TxnCodec.write(out, transaction);
            out.setInt(from - Integer.BYTES, out.size() - from);
            return out.writeInt(-1);
        }

        @Override
        public JuteWriter leaderInfo(LeaderPacket.LeaderInfo packet) {
            return head(QuorumPacket.LEADER_INFO, Zxid.of(packet.epoch(), 0), Integer.BYTES)
                    .writeInt(packet.protocolVersion())
                    .writeInt(-1);
        }

        @Override
        public JuteWriter diff(LeaderPacket.Diff packet) {
            return bare(QuorumPacket.DIFF, packet.zxid());
        }

        @Override
        public JuteWriter trunc(LeaderPacket.Trunc packet) {
            return bare(QuorumPacket.TRUNC, packet.zxid());
        }

        @Override
        public JuteWriter snap(LeaderPacket.Snap packet) {
            return bare(QuorumPacket.SNAP, packet.zxid());
        }

        @Override
        public JuteWriter newLeader(LeaderPacket.NewLeader packet) {
            return out.writeInt(QuorumPacket.NEW_LEADER)
                    .writeLong(Zxid.of(packet.epoch(), 0))
                    .writeString(packet.membershipText())
                    .writeInt(-1);
        }

        @Override
        public JuteWriter upToDate(LeaderPacket.UpToDate packet) {
            return bare(QuorumPacket.UP_TO_DATE, QuorumPacket.NO_ZXID);
        }

        @Override
        public JuteWriter propose(LeaderPacket.Propose packet) {
            return withTransaction(QuorumPacket.PROPOSAL, packet.transaction(), null);
        }

        @Override
        public JuteWriter commit(LeaderPacket.Commit packet) {
            return bare(QuorumPacket.COMMIT, packet.zxid());
        }

        @Override
        public JuteWriter commitAndActivate(LeaderPacket.CommitAndActivate packet) {
            return head(QuorumPacket.COMMIT_AND_ACTIVATE, packet.zxid(), Long.BYTES)
                    .writeLong(packet.designatedLeader())
                    .writeInt(-1);
        }

        @Override
        public JuteWriter inform(LeaderPacket.Inform packet) {
            return withTransaction(QuorumPacket.INFORM, packet.transaction(), null);
        }

        @Override
        public JuteWriter informAndActivate(LeaderPacket.InformAndActivate packet) {
            return withTransaction(QuorumPacket.INFORM_AND_ACTIVATE, packet.transaction(), packet.designatedLeader());
        }

        @Override
        public JuteWriter ping(LeaderPacket.Ping packet) {
            return packet.round() == 0
                    ? bare(QuorumPacket.PING, packet.zxid())
                    : head(QuorumPacket.PING, packet.zxid(), Long.BYTES)
                            .writeLong(packet.round())
                            .writeInt(-1);
        }

        @Override
        public JuteWriter revalidated(LeaderPacket.Revalidated packet) {
            return head(QuorumPacket.REVALIDATE, QuorumPacket.NO_ZXID, Long.BYTES + 1)
                    .writeLong(packet.sessionId())
                    .writeBoolean(packet.valid())
                    .writeInt(-1);
        }

        @Override
        public JuteWriter syncDone(LeaderPacket.SyncDone packet) {
            return bare(QuorumPacket.SYNC, 0);
        }
    }
}
