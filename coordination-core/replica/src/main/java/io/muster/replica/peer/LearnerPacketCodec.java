package io.muster.replica.peer;

import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.Zxid;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of what a learner says to its leader. */
public final class LearnerPacketCodec {
    private static final int REQUEST_HEAD_BYTES = Long.BYTES + 2 * Integer.BYTES;
    private static final int TOUCH_BYTES = Long.BYTES + Integer.BYTES;
    private static final int ID_BYTES = Long.BYTES;
    private static final int ID_AND_PROTOCOL_BYTES = ID_BYTES + Integer.BYTES;
    private static final int INFO_BYTES = ID_AND_PROTOCOL_BYTES + Long.BYTES;
    /** What ZooKeeper takes for the protocol of a learner that says none. */
    private static final int OLDEST_PROTOCOL = 1;

    private LearnerPacketCodec() {}

    public static void write(JuteWriter out, LearnerPacket packet) {
        packet.accept(new Writer(out));
    }

    /**
     * What a packet means; null if it is of a type that learners do not send.
     *
     * @throws MalformedFrameException if its data is not what its type needs
     */
    public static @Nullable LearnerPacket read(QuorumPacket packet) {
        return switch (packet.type()) {
            case QuorumPacket.FOLLOWER_INFO -> new LearnerPacket.FollowerInfo(packet.epoch(), readInfo(packet));
            case QuorumPacket.OBSERVER_INFO -> new LearnerPacket.ObserverInfo(packet.epoch(), readInfo(packet));
            case QuorumPacket.ACK_EPOCH ->
                new LearnerPacket.AckEpoch(
                        packet.zxid(), packet.data("ACKEPOCH", Integer.BYTES).readInt("currentEpoch"));
            case QuorumPacket.ACK -> new LearnerPacket.Ack(packet.zxid());
            case QuorumPacket.PING -> readPingReply(packet);
            case QuorumPacket.REQUEST -> readRequest(packet);
            case QuorumPacket.REVALIDATE -> {
                JuteReader in = packet.data("REVALIDATE", TOUCH_BYTES);
                yield new LearnerPacket.Revalidate(in.readLong("session"), in.readInt("timeout"));
            }
            default -> null;
        };
    }

    /** As ZooKeeper's leader does: what an older learner leaves away is not missed. */
    private static LearnerInfo readInfo(QuorumPacket packet) {
        byte[] data = packet.data();
        if (data == null) {
            return new LearnerInfo(LearnerInfo.UNNAMED, OLDEST_PROTOCOL, 0);
        }
        JuteReader in = packet.data("LearnerInfo", ID_BYTES);
        return new LearnerInfo(
                in.readLong("serverid"),
                data.length >= ID_AND_PROTOCOL_BYTES ? in.readInt("protocolVersion") : OLDEST_PROTOCOL,
                data.length >= INFO_BYTES ? in.readLong("configVersion") : 0);
    }

    private static LearnerPacket readPingReply(QuorumPacket packet) {
        JuteReader in = packet.data("PING", 0);
        long round = 0;
        // a round is as long as two thirds of a touch, so there is no doubt which it is
        if (in.remaining() % TOUCH_BYTES == Long.BYTES) {
            round = in.readLong("round");
        }
        if (in.remaining() % TOUCH_BYTES != 0) {
            throw new MalformedFrameException(
                    "PING: " + in.remaining() + " bytes are not pairs of session and timeout");
        }
        List<LearnerPacket.Touch> touches = new ArrayList<>(in.remaining() / TOUCH_BYTES);
        while (in.remaining() > 0) {
            touches.add(new LearnerPacket.Touch(in.readLong("session"), in.readInt("timeout")));
        }
        return new LearnerPacket.PingReply(packet.zxid(), round, touches);
    }

    private static LearnerPacket readRequest(QuorumPacket packet) {
        JuteReader in = packet.data("REQUEST", REQUEST_HEAD_BYTES);
        long session = in.readLong("session");
        int cxid = in.readInt("cxid");
        int opCode = in.readInt("type");
        byte[] body = in.readRest();
        List<Id> ids = packet.ids();
        return new LearnerPacket.Request(session, cxid, opCode, body, ids == null ? List.of() : ids);
    }

    /** Appends a packet of one kind. */
    private record Writer(JuteWriter out) implements LearnerPacket.Handler<JuteWriter> {
        private JuteWriter info(int type, long acceptedEpoch, LearnerInfo info) {
            head(type, Zxid.of(acceptedEpoch, 0), INFO_BYTES)
                    .writeLong(info.serverId())
                    .writeInt(info.protocolVersion())
                    .writeLong(info.membershipVersion());
            return withoutIds();
        }

        private JuteWriter head(int type, long zxid, int dataLength) {
            return out.writeInt(type).writeLong(zxid).writeInt(dataLength);
        }

        private JuteWriter withoutIds() {
            return out.writeInt(-1);
        }

        @Override
        public JuteWriter followerInfo(LearnerPacket.FollowerInfo packet) {
            return info(QuorumPacket.FOLLOWER_INFO, packet.acceptedEpoch(), packet.info());
        }

        @Override
        public JuteWriter observerInfo(LearnerPacket.ObserverInfo packet) {
            return info(QuorumPacket.OBSERVER_INFO, packet.acceptedEpoch(), packet.info());
        }

        @Override
        public JuteWriter ackEpoch(LearnerPacket.AckEpoch packet) {
            head(QuorumPacket.ACK_EPOCH, packet.lastZxid(), Integer.BYTES).writeInt(packet.currentEpoch());
            return withoutIds();
        }

        @Override
        public JuteWriter ack(LearnerPacket.Ack packet) {
            head(QuorumPacket.ACK, packet.zxid(), -1);
            return withoutIds();
        }

        @Override
        public JuteWriter pingReply(LearnerPacket.PingReply packet) {
            int roundBytes = packet.round() == 0 ? 0 : Long.BYTES;
            head(
                    QuorumPacket.PING,
                    packet.zxid(),
                    roundBytes + TOUCH_BYTES * packet.touches().size());
            if (roundBytes > 0) {
                out.writeLong(packet.round());
            }
            packet.touches().forEach(touch -> out.writeLong(touch.sessionId()).writeInt(touch.timeoutMs()));
            return withoutIds();
        }

        @Override
        public JuteWriter request(LearnerPacket.Request packet) {
            byte[] body = packet.body();
            head(QuorumPacket.REQUEST, QuorumPacket.NO_ZXID, REQUEST_HEAD_BYTES + body.length)
                    .writeLong(packet.sessionId())
                    .writeInt(packet.cxid())
                    .writeInt(packet.opCode())
                    .writeBytes(body, 0, body.length);
            return out.writeVector(packet.ids(), (to, id) -> id.write(to));
        }

        @Override
        public JuteWriter revalidate(LearnerPacket.Revalidate packet) {
            head(QuorumPacket.REVALIDATE, QuorumPacket.NO_ZXID, TOUCH_BYTES)
                    .writeLong(packet.sessionId())
                    .writeInt(packet.timeoutMs());
            return withoutIds();
        }
    }
}
