package io.muster.server.transport.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerInfo;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.LearnerPacketCodec;
import io.muster.replica.state.AclList;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import io.muster.replica.zab.PeerInput;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The quorum port and the link to it. */
@Timeout(60)
class QuorumPortTest {
    private static final LearnerPacket FOLLOWER =
            new LearnerPacket.FollowerInfo(4, new LearnerInfo(2, LearnerInfo.PROTOCOL, 0));

    @Test
    void packetsGoBothWaysInOrderAlsoBehindASnapshotOfSomeMegabytes() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.start(1);
            Members.One learner = members.start(2);
            long link = join(leader, learner, 11);
            LeaderPacket.Snap snap = snap(8 << 20);
            leader.network().toLearner(link, new LeaderPacket.LeaderInfo(5, LearnerInfo.PROTOCOL));
            leader.network().toLearner(link, snap);
            for (int i = 1; i <= 1_000; i++) {
                leader.network().toLearner(link, new LeaderPacket.Propose(create(i, 500)));
                leader.network().toLearner(link, new LeaderPacket.Commit(i));
            }
            leader.network().flush();
            learner.heard()
                    .next(
                            PeerInput.FromLeader.class,
                            input -> input.equals(new PeerInput.FromLeader(
                                    11, new LeaderPacket.LeaderInfo(5, LearnerInfo.PROTOCOL))));
            LeaderPacket.Snap came = (LeaderPacket.Snap)
                    learner.heard().next(PeerInput.FromLeader.class).packet();
            assertEquals(snap.zxid(), came.zxid());
            assertEquals(snap.state().znodeCount(), came.state().znodeCount());
            assertEquals(snap.state().digest(), came.state().digest());
            for (int i = 1; i <= 1_000; i++) {
                LeaderPacket.Propose propose = (LeaderPacket.Propose)
                        learner.heard().next(PeerInput.FromLeader.class).packet();
                assertEquals(i, propose.transaction().zxid());
                assertEquals(
                        new LeaderPacket.Commit(i),
                        learner.heard().next(PeerInput.FromLeader.class).packet());
            }
            List<LearnerPacket> said = new ArrayList<>();
            for (int i = 1; i <= 1_000; i++) {
                said.add(new LearnerPacket.Ack(i));
                said.add(new LearnerPacket.Revalidate(i, 4_000));
            }
            said.forEach(packet -> learner.network().toLeader(11, packet));
            learner.network()
                    .toLeader(
                            11,
                            new LearnerPacket.Request(
                                    7,
                                    8,
                                    OpCode.SET_DATA.code(),
                                    new byte[1 << 20],
                                    List.of(new Id("ip", "127.0.0.1"))));
            learner.network().flush();
            for (LearnerPacket packet : said) {
                assertEquals(
                        new PeerInput.FromLearner(link, packet), leader.heard().next(PeerInput.FromLearner.class));
            }
            LearnerPacket.Request request = (LearnerPacket.Request)
                    leader.heard().next(PeerInput.FromLearner.class).packet();
            assertEquals(1 << 20, request.body().length);
        }
    }

    @Test
    void aLearnerMayComeAMomentBeforeItsLeaderListens() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.start(1);
            Members.One learner = members.start(2);
            learner.network().connectTo(1, 1);
            learner.network().flush();
            leader.network().acceptLearners(true);
            leader.network().flush();
            learner.heard().next(PeerInput.LeaderConnected.class);
        }
    }

    @Test
    void ofSeveralAddressesOfTheLeaderEachIsTried() throws Exception {
        try (Members members = Members.withTwoAddresses(1, 2);
                ServerSocket second = new ServerSocket(members.quorumPort(1), 50, InetAddress.getLoopbackAddress())) {
            Members.One learner = members.start(2);
            learner.network().connectTo(1, 1);
            learner.network().flush();
            second.accept().close();
            learner.heard().next(PeerInput.LeaderConnected.class);
            learner.heard().next(PeerInput.LeaderLost.class);
        }
    }

    @Test
    void aLeaderIsFoundByName() throws Exception {
        try (Members members = Members.on("localhost", 1, 2)) {
            join(members.start(1), members.start(2), 1);
        }
    }

    @Test
    void aNameThatNobodyKnowsIsGivenUp() throws Exception {
        try (Members members = Members.on("no-such-host.invalid", 1, 2)) {
            Members.One learner = members.make(2, 100);
            learner.network().connectTo(1, 1);
            learner.network().flush();
            PeerInput.LeaderLost lost = learner.heard().next(PeerInput.LeaderLost.class);
            assertTrue(lost.reason().contains("the name no-such-host.invalid"), lost.reason());
        }
    }

    @Test
    void aLeaderThatIsNotThereIsGivenUpOnce() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One learner = members.start(2);
            learner.network().connectTo(1, 1);
            learner.network().flush();
            PeerInput.LeaderLost lost = learner.heard().next(PeerInput.LeaderLost.class);
            assertEquals(1, lost.link());
            assertTrue(lost.reason().contains("cannot be reached"), lost.reason());
            learner.network().connectTo(2, 99);
            learner.network().connectTo(3, 1);
            learner.network().flush();
            assertEquals(2, learner.heard().next(PeerInput.LeaderLost.class).link());
            assertEquals(3, learner.heard().next(PeerInput.LeaderLost.class).link());
        }
    }

    @Test
    void aLearnerIsClosedBehindAllThatWasSentToIt() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.start(1);
            Members.One learner = members.start(2);
            long link = join(leader, learner, 1);
            leader.network().toLearner(link, snap(4 << 20));
            leader.network().toLearner(link, new LeaderPacket.Commit(1));
            leader.network().closeLearner(link, "in a test");
            leader.network().toLearner(link, new LeaderPacket.Commit(2));
            leader.network().flush();
            // what is unread when a socket is closed takes back what was sent
            for (int i = 0; i < 1_000; i++) {
                learner.network().toLeader(1, new LearnerPacket.Ack(i));
                learner.network().flush();
            }
            learner.heard().next(PeerInput.LeaderLost.class);
            leader.heard().next(PeerInput.LearnerLost.class, input -> input.link() == link);
            List<LeaderPacket> came = learner.heard().all().stream()
                    .filter(PeerInput.FromLeader.class::isInstance)
                    .map(input -> ((PeerInput.FromLeader) input).packet())
                    .toList();
            assertEquals(2, came.size());
            assertEquals(new LeaderPacket.Commit(1), came.get(1));
        }
    }

    @Test
    void whoDoesNotLeadAnyMoreHasNoPortAndNoLearners() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.start(1);
            Members.One learner = members.start(2);
            long first = join(leader, learner, 1);
            leader.network().acceptLearners(false);
            leader.network().flush();
            learner.heard().next(PeerInput.LeaderLost.class);
            leader.heard().next(PeerInput.LearnerLost.class, input -> input.link() == first);
            awaitThat(() -> Members.isFree(members.quorumPort(1)));
            long second = join(leader, learner, 2);
            assertTrue(second > first);
        }
    }

    @Test
    void aQuorumPortThatIsTakenIsTriedAgain() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.start(1);
            Members.One learner = members.start(2);
            try (ServerSocket other = new ServerSocket(members.quorumPort(1), 50, InetAddress.getLoopbackAddress())) {
                leader.network().acceptLearners(true);
                leader.network().flush();
                learner.network().connectTo(1, 1);
                learner.network().flush();
                other.accept().close();
                learner.heard().next(PeerInput.LeaderLost.class);
            }
            for (long link = 2; ; link++) {
                learner.network().connectTo(link, 1);
                learner.network().flush();
                if (!(learner.heard().next(PeerInput.class) instanceof PeerInput.LeaderLost)) {
                    break;
                }
            }
        }
    }

    @Test
    void aLearnerThatDoesNotReadIsClosedBeforeItCostsTooMuch() throws Exception {
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.start(1);
            leader.network().acceptLearners(true);
            leader.network().flush();
            awaitThat(() -> !Members.isFree(members.quorumPort(1)));
            try (RawPeer learner = RawPeer.dial(members.quorumPort(1))) {
                learner.send(bytes(FOLLOWER));
                long link =
                        leader.heard().next(PeerInput.LearnerConnected.class).link();
                for (int i = 1; i <= 100; i++) {
                    leader.network().toLearner(link, new LeaderPacket.Propose(create(i, 1 << 20)));
                    leader.network().flush();
                }
                leader.heard().next(PeerInput.LearnerLost.class, input -> input.link() == link);
            }
        }
    }

    @Test
    void whoDoesNotSayThatItIsALearnerIsNotHeardOf() throws Exception {
        List<byte[]> bad = List.of(
                bytes(new LearnerPacket.Ack(1)),
                bytes(new LearnerPacket.Request(7, 8, 5, new byte[2_000], List.of())),
                new byte[200],
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        List<RawPeer> silent = new ArrayList<>();
        try (Members members = new Members(1, 2)) {
            Members.One leader = members.make(1, 2_000);
            leader.network().open();
            leader.network().acceptLearners(true);
            leader.network().flush();
            awaitThat(() -> !Members.isFree(members.quorumPort(1)));
            for (byte[] each : bad) {
                try (RawPeer stranger = RawPeer.dial(members.quorumPort(1))) {
                    stranger.send(each);
                    assertTrue(stranger.isClosedByOther());
                }
            }
            for (int i = 0; i < 100; i++) {
                silent.add(RawPeer.dial(members.quorumPort(1)));
            }
            assertEquals(List.of(), leader.heard().all());
            join(leader, members.start(2), 1);
            for (RawPeer each : silent) {
                assertTrue(each.isClosedByOther());
            }
        } finally {
            for (RawPeer each : silent) {
                each.close();
            }
        }
    }

    /** @return the link's number on the leader's side */
    private static long join(Members.One leader, Members.One learner, long link) {
        leader.network().acceptLearners(true);
        leader.network().flush();
        learner.network().connectTo(link, 1);
        learner.network().flush();
        learner.heard().next(PeerInput.LeaderConnected.class, input -> input.link() == link);
        learner.network().toLeader(link, FOLLOWER);
        learner.network().flush();
        long number = leader.heard().next(PeerInput.LearnerConnected.class).link();
        assertEquals(new PeerInput.FromLearner(number, FOLLOWER), leader.heard().next(PeerInput.FromLearner.class));
        return number;
    }

    private static byte[] bytes(LearnerPacket packet) {
        JuteWriter writer = new JuteWriter();
        LearnerPacketCodec.write(writer, packet);
        return writer.toByteArray();
    }

    private static Transaction create(long zxid, int dataBytes) {
        Txn txn =
                new Txn.Create(OpCode.CREATE.code(), "/" + zxid, new byte[dataBytes], AclList.OPEN, false, (int) zxid);
        return new Transaction(new TxnHeader(77, 4, zxid, 1_700_000_000_000L, txn.type()), txn, 0x1234L);
    }

    private static LeaderPacket.Snap snap(int sizeBytes) {
        StateEditor editor = State.initial(1, true).edit();
        long zxid = 0;
        for (int bytes = 0; bytes < sizeBytes; bytes += 1_000) {
            editor.apply(create(++zxid, 1_000), new ArrayList<>());
        }
        return new LeaderPacket.Snap(zxid, editor.freeze());
    }

    private static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not come true in time");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
