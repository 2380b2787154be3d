package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.PieceDecoder;
import io.muster.replica.state.StateDump;
import io.muster.replica.state.TimesToLive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a learner and its leader say to each other, through their codecs, in pieces of any size. */
class PacketStreamTest {
    private static final int MAX_BYTES = 1 << 20;

    private static LearnerPacketReader learnerReader() {
        return new LearnerPacketReader(MAX_BYTES);
    }

    private static LeaderPacketReader leaderReader() {
        return new LeaderPacketReader(MAX_BYTES, 5, TimesToLive.ON);
    }

    private static <P> List<P> read(PacketReader<P> reader, byte[] bytes, int pieceBytes) {
        List<P> packets = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += pieceBytes) {
            int end = Math.min(bytes.length, from + pieceBytes);
            int at = from;
            while (at < end) {
                PieceDecoder decoder = reader.decoder();
                at += decoder.feed(bytes, at, end - at);
                if (decoder.isDone()) {
                    P packet = reader.next();
                    if (packet != null) {
                        packets.add(packet);
                    }
                }
            }
        }
        return packets;
    }

    private static byte[] learnerBytes(List<LearnerPacket> packets) {
        JuteWriter out = new JuteWriter();
        packets.forEach(each -> LearnerPacketCodec.write(out, each));
        return out.toByteArray();
    }

    private static byte[] leaderBytes(List<LeaderPacket> packets) {
        JuteWriter out = new JuteWriter();
        packets.forEach(each -> LeaderPacketCodec.write(out, each));
        return out.toByteArray();
    }

    private static byte[] snapBytes(LeaderPacket.Snap snap, int pieceBytes) {
        SnapStream stream = new SnapStream(snap);
        JuteWriter all = new JuteWriter();
        JuteWriter piece = new JuteWriter();
        boolean ended;
        do {
            piece.clear();
            ended = stream.write(piece, pieceBytes);
            assertTrue(piece.size() < pieceBytes + 201_000, "a piece of " + piece.size());
            all.writeBytes(piece.array(), 0, piece.size());
        } while (!ended);
        return all.toByteArray();
    }

    private static byte[] packet(int type, byte[] data) {
        JuteWriter out = new JuteWriter();
        new QuorumPacket(type, 1, data, null).write(out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20, 1_000_000})
    void whatALearnerSaysComesOutAsItWentIn(int pieceBytes) {
        List<LearnerPacket> said = PeerSamples.learnerPackets();
        byte[] bytes = learnerBytes(said);
        List<LearnerPacket> heard = read(learnerReader(), bytes, pieceBytes);
        assertEquals(said.size(), heard.size());
        assertArrayEquals(bytes, learnerBytes(heard));
        for (int i = 0; i < said.size(); i++) {
            if (!(said.get(i) instanceof LearnerPacket.Request)) {
                assertEquals(said.get(i), heard.get(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20, 1_000_000})
    void whatALeaderSaysComesOutAsItWentIn(int pieceBytes) {
        List<LeaderPacket> said = PeerSamples.leaderPackets();
        byte[] bytes = leaderBytes(said);
        List<LeaderPacket> heard = read(leaderReader(), bytes, pieceBytes);
        assertEquals(said.size(), heard.size());
        assertArrayEquals(bytes, leaderBytes(heard));
    }

    @Test
    void thereIsASampleOfEachKindOfPacket() {
        Set<Class<?>> learner = new HashSet<>();
        PeerSamples.learnerPackets().forEach(each -> learner.add(each.getClass()));
        assertEquals(new HashSet<>(List.of(LearnerPacket.class.getPermittedSubclasses())), learner);
        Set<Class<?>> leader = new HashSet<>(Set.of(LeaderPacket.Snap.class));
        PeerSamples.leaderPackets().forEach(each -> leader.add(each.getClass()));
        assertEquals(new HashSet<>(List.of(LeaderPacket.class.getPermittedSubclasses())), leader);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 4_096, 10_000_000})
    void aSnapComesOutAsTheSameStateWithPacketsBeforeAndBehindIt(int pieceBytes) {
        LeaderPacket.Snap snap = PeerSamples.snap();
        JuteWriter out = new JuteWriter();
        LeaderPacketCodec.write(out, new LeaderPacket.LeaderInfo(7, LearnerInfo.PROTOCOL));
        byte[] streamed = snapBytes(snap, 1_000);
        out.writeBytes(streamed, 0, streamed.length);
        LeaderPacketCodec.write(out, new LeaderPacket.UpToDate());
        List<LeaderPacket> heard = read(leaderReader(), out.toByteArray(), pieceBytes);
        assertEquals(3, heard.size());
        LeaderPacket.Snap read = assertInstanceOf(LeaderPacket.Snap.class, heard.get(1));
        assertEquals(snap.zxid(), read.zxid());
        assertEquals(StateDump.text(snap.state()), StateDump.text(read.state()));
        assertInstanceOf(LeaderPacket.UpToDate.class, heard.get(2));
    }

    @Test
    void theBytesOfASnapDoNotDependOnThePieces() {
        LeaderPacket.Snap snap = PeerSamples.snap();
        assertArrayEquals(snapBytes(snap, 1_000_000), snapBytes(snap, 100));
    }

    @Test
    void aSnapWithoutItsSignatureIsRefused() {
        byte[] bytes = snapBytes(PeerSamples.snap(), 10_000);
        bytes[bytes.length - 3] ^= 1;
        assertThrows(MalformedFrameException.class, () -> read(leaderReader(), bytes, 1_000));
    }

    @Test
    void whatComesBehindThePacketIsLeftForTheNext() {
        byte[] bytes = learnerBytes(List.of(new LearnerPacket.Ack(1), new LearnerPacket.Ack(2)));
        PieceDecoder decoder = learnerReader().decoder();
        assertEquals(20, decoder.feed(bytes, 0, bytes.length));
        assertTrue(decoder.isDone());
        assertEquals(0, decoder.room());
    }

    @Test
    void unknownTypesAreSkipped() {
        byte[] bytes = packet(77, new byte[] {1, 2, 3});
        assertEquals(List.of(), read(learnerReader(), bytes, 5));
        assertEquals(List.of(), read(leaderReader(), bytes, 5));
    }

    @Test
    void nullAndEmptyDataAreNotTheSame() {
        assertThrows(MalformedFrameException.class, () -> read(learnerReader(), packet(QuorumPacket.PING, null), 100));
        List<LearnerPacket> replies = read(learnerReader(), packet(QuorumPacket.PING, new byte[0]), 100);
        assertEquals(List.of(new LearnerPacket.PingReply(1, 0, List.of())), replies);
        LeaderPacket.NewLeader without = (LeaderPacket.NewLeader)
                LeaderPacketCodec.read(new QuorumPacket(QuorumPacket.NEW_LEADER, 1, null, null));
        assertNull(without.membershipText());
        LeaderPacket.NewLeader empty = (LeaderPacket.NewLeader)
                LeaderPacketCodec.read(new QuorumPacket(QuorumPacket.NEW_LEADER, 1, new byte[0], null));
        assertEquals("", empty.membershipText());
    }

    @Test
    void requestsWithoutIdsAreReadLikeThoseWithNone() {
        byte[] data = new JuteWriter().writeLong(7).writeInt(0).writeInt(-11).toByteArray();
        for (List<Id> ids : Arrays.asList(null, List.<Id>of())) {
            LearnerPacket.Request read = (LearnerPacket.Request)
                    LearnerPacketCodec.read(new QuorumPacket(QuorumPacket.REQUEST, -1, data, ids));
            assertEquals(List.of(), read.ids());
            assertEquals(0, read.body().length);
        }
    }

    @Test
    void learnersThatSayLessOfThemselvesAreTakenAsZooKeeperTakesThem() {
        byte[] whole =
                new JuteWriter().writeLong(4).writeInt(0x10001).writeLong(9).toByteArray();
        assertEquals(new LearnerInfo(4, 0x10001, 9), info(whole));
        assertEquals(new LearnerInfo(4, 0x10001, 9), info(Arrays.copyOf(whole, 25)));
        assertEquals(new LearnerInfo(4, 0x10001, 0), info(Arrays.copyOf(whole, 19)));
        assertEquals(new LearnerInfo(4, 1, 0), info(Arrays.copyOf(whole, 8)));
        assertEquals(new LearnerInfo(LearnerInfo.UNNAMED, 1, 0), info(null));
        assertThrows(MalformedFrameException.class, () -> info(Arrays.copyOf(whole, 7)));
    }

    private static LearnerInfo info(byte[] data) {
        LearnerPacket read = LearnerPacketCodec.read(new QuorumPacket(QuorumPacket.FOLLOWER_INFO, 0, data, null));
        return ((LearnerPacket.FollowerInfo) assertNotNullValue(read)).info();
    }

    private static <T> T assertNotNullValue(T value) {
        assertNotNull(value);
        return value;
    }

    @Test
    void lengthsThatNobodyMayAnnounceAreRefusedAtOnce() {
        for (int length : new int[] {-2, Integer.MIN_VALUE, MAX_BYTES + 1, Integer.MAX_VALUE}) {
            byte[] head =
                    new JuteWriter().writeInt(5).writeLong(0).writeInt(length).toByteArray();
            assertThrows(MalformedFrameException.class, () -> read(learnerReader(), head, 100), "length " + length);
        }
        byte[] ids = new JuteWriter()
                .writeInt(1)
                .writeLong(0)
                .writeInt(-1)
                .writeInt(-2)
                .toByteArray();
        MalformedFrameException refused =
                assertThrows(MalformedFrameException.class, () -> read(learnerReader(), ids, 100));
        assertEquals("packet of type 1: ids: count -2 (at byte 20)", refused.getMessage());
    }

    @Test
    void idsAreBoundedTogether() {
        JuteWriter out = new JuteWriter().writeInt(1).writeLong(0).writeInt(-1).writeInt(Integer.MAX_VALUE);
        for (int i = 0; i < 3; i++) {
            out.writeBuffer(new byte[MAX_BYTES / 4]).writeBuffer(new byte[MAX_BYTES / 4]);
        }
        assertThrows(MalformedFrameException.class, () -> read(learnerReader(), out.toByteArray(), 1_000));
    }

    @Test
    void aProposalUnderAnotherZxidIsRefused() {
        byte[] bytes = leaderBytes(List.of(new LeaderPacket.Propose(PeerSamples.create(7, "/a"))));
        bytes[11] ^= 1;
        assertThrows(MalformedFrameException.class, () -> read(leaderReader(), bytes, 1_000));
    }

    @Test
    void cutsAnywhereChangeNothing() {
        Random random = new Random(3);
        byte[] bytes = learnerBytes(PeerSamples.learnerPackets());
        for (int i = 0; i < 200; i++) {
            Set<Integer> cuts = new TreeSet<>(Set.of(0, bytes.length));
            random.ints(random.nextInt(30), 0, bytes.length).forEach(cuts::add);
            List<Integer> ends = new ArrayList<>(cuts);
            Collections.sort(ends);
            LearnerPacketReader reader = learnerReader();
            List<LearnerPacket> heard = new ArrayList<>();
            for (int j = 1; j < ends.size(); j++) {
                heard.addAll(read(reader, Arrays.copyOfRange(bytes, ends.get(j - 1), ends.get(j)), bytes.length));
            }
            assertArrayEquals(bytes, learnerBytes(heard));
        }
    }
}
