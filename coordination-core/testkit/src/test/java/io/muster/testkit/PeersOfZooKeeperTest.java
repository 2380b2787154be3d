package io.muster.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.OpCode;
import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerInfo;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Membership;
import io.muster.replica.peer.MembershipText;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.AclList;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.TimesToLive;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import io.muster.replica.zab.PeerInput;
import io.muster.server.transport.peer.PeerNetwork;
import io.muster.server.transport.peer.PeerNetworkSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeer.QuorumServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our network between members, with a real ZooKeeper server at the other end; what a member would say, the test says. */
@Timeout(90)
class PeersOfZooKeeperTest {
    private static final int TICK_MS = 500;
    private static final int LIMIT_TICKS = 40;
    private static final String ADMIN = "zookeeper.admin.enableServer";

    @TempDir
    Path directory;

    @BeforeAll
    static void noAdminServer() {
        System.setProperty(ADMIN, "false");
    }

    @AfterAll
    static void asBefore() {
        System.clearProperty(ADMIN);
    }

    @ParameterizedTest
    @CsvSource({"1, 2, false", "2, 1, false", "1, 2, true", "2, 1, true"})
    void zooKeeperFollowsWhomOurNotificationsName(long ours, long theirs, boolean theirsFirst) throws Exception {
        try (Pair pair = new Pair(ours, theirs, theirsFirst)) {
            PeerInput.NotificationArrived first = pair.next(PeerInput.NotificationArrived.class, input -> true);
            assertEquals(theirs, first.server());
            assertEquals(ServerState.LOOKING, first.notification().state());
            assertEquals(theirs, first.notification().leader());

            pair.network.acceptLearners(true);
            Notification vote = pair.vote(ServerState.LOOKING, ours, 5);
            pair.say(vote);
            pair.next(
                    PeerInput.NotificationArrived.class,
                    input -> input.notification().leader() == ours
                            && input.notification().zxid() == 5);
            long link =
                    pair.next(PeerInput.LearnerConnected.class, input -> true).link();
            LearnerPacket.FollowerInfo info = (LearnerPacket.FollowerInfo) pair.fromLearner();
            assertEquals(theirs, info.info().serverId());

            pair.network.toLearner(link, new LeaderPacket.LeaderInfo(1, LearnerInfo.PROTOCOL));
            pair.network.flush();
            assertEquals(new LearnerPacket.AckEpoch(0, 0), pair.fromLearner());

            State state = someMegabytes();
            pair.network.toLearner(link, new LeaderPacket.Snap(state.zxid(), state));
            pair.network.toLearner(link, new LeaderPacket.NewLeader(1, MembershipText.print(pair.membership)));
            pair.network.flush();
            assertEquals(new LearnerPacket.Ack(Zxid.of(1, 0)), pair.fromLearner());

            pair.network.toLearner(link, new LeaderPacket.UpToDate());
            pair.network.toLearner(link, new LeaderPacket.Ping(state.zxid(), 0));
            pair.network.flush();
            assertEquals(new LearnerPacket.Ack(Zxid.of(1, 0)), pair.fromLearner());
            assertEquals(new LearnerPacket.PingReply(state.zxid(), 0, List.of()), pair.fromLearner());
            // it counts the root twice
            ZKDatabase database = pair.peer.getActiveServer().getZKDatabase();
            assertEquals(state.znodeCount() + 1, database.getNodeCount());
            assertEquals(state.digest(), database.getDataTree().getTreeDigest());

            pair.network.closeLearner(link, "the test is over");
            pair.network.flush();
            pair.next(PeerInput.LearnerLost.class, input -> input.link() == link);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1"})
    void zooKeeperLeadsOurLearner(long ours, long theirs) throws Exception {
        try (Pair pair = new Pair(ours, theirs, false)) {
            Notification its = pair.next(PeerInput.NotificationArrived.class, input -> true)
                    .notification();
            pair.say(its);
            pair.network.connectTo(1, theirs);
            pair.network.flush();
            PeerInput answer = pair.next(PeerInput.class, input -> isAboutLeader(input));
            for (long link = 2; answer instanceof PeerInput.LeaderLost && link < 30; link++) {
                pair.network.connectTo(link, theirs);
                pair.network.flush();
                answer = pair.next(PeerInput.class, input -> isAboutLeader(input));
            }
            assertTrue(answer instanceof PeerInput.LeaderConnected, its + " and " + answer);
            long link = ((PeerInput.LeaderConnected) answer).link();
            pair.network.toLeader(
                    link, new LearnerPacket.FollowerInfo(0, new LearnerInfo(ours, LearnerInfo.PROTOCOL, 0)));
            pair.network.flush();
            assertEquals(new LeaderPacket.LeaderInfo(1, LearnerInfo.PROTOCOL), pair.fromLeader());
            pair.network.toLeader(link, new LearnerPacket.AckEpoch(0, 0));
            pair.network.flush();
            LeaderPacket plan = pair.fromLeader();
            assertTrue(plan instanceof LeaderPacket.Diff || plan instanceof LeaderPacket.Snap, plan.toString());
            assertEquals(new LeaderPacket.NewLeader(1, MembershipText.print(pair.membership)), pair.fromLeader());
            pair.network.toLeader(link, new LearnerPacket.Ack(Zxid.of(1, 0)));
            pair.network.flush();
            assertEquals(new LeaderPacket.UpToDate(), pair.fromLeader());
            pair.network.disconnect(link, "the test is over");
            pair.network.flush();
        }
    }

    private static boolean isAboutLeader(PeerInput input) {
        return input instanceof PeerInput.LeaderConnected || input instanceof PeerInput.LeaderLost;
    }

    private static State someMegabytes() {
        StateEditor editor = State.initial(1, true).edit();
        for (int i = 1; i <= 3_000; i++) {
            Txn txn = new Txn.Create(OpCode.CREATE.code(), "/n" + i, new byte[1_000], AclList.OPEN, false, i);
            TxnHeader header = new TxnHeader(0, 0, Zxid.of(0, i), 1_700_000_000_000L, txn.type());
            editor.apply(new Transaction(header, txn, null), new ArrayList<>());
        }
        return editor.freeze();
    }

    /** One member of each kind. */
    private final class Pair implements AutoCloseable {
        final Membership membership;
        final PeerNetwork network;
        final QuorumPeer peer;
        private final LinkedBlockingQueue<PeerInput> inputs = new LinkedBlockingQueue<>();
        private final long theirs;

        Pair(long ours, long theirs, boolean theirsFirst) throws Exception {
            this.theirs = theirs;
            List<Integer> ports = FreePorts.find(5);
            List<Membership.Member> members = new ArrayList<>();
            Map<Long, QuorumServer> servers = new HashMap<>();
            for (long id = 1; id <= 2; id++) {
                int quorumPort = ports.get((int) id - 1);
                int electionPort = ports.get((int) id + 1);
                members.add(new Membership.Member(
                        id,
                        Membership.Role.PARTICIPANT,
                        List.of(new Membership.Endpoint("127.0.0.1", quorumPort, electionPort)),
                        null));
                servers.put(id, new QuorumServer(id, "127.0.0.1:" + quorumPort + ":" + electionPort + ":participant"));
            }
            membership = new Membership(members, 0);
            network = new PeerNetwork(
                    new PeerNetworkSettings(
                            ours,
                            membership,
                            false,
                            5_000,
                            TICK_MS * LIMIT_TICKS,
                            2 << 20,
                            64 << 20,
                            1,
                            TimesToLive.ON,
                            false,
                            false),
                    inputs::addAll);
            peer = new QuorumPeer(
                    servers,
                    directory.resolve("data").toFile(),
                    directory.resolve("log").toFile(),
                    ports.get(4),
                    3,
                    theirs,
                    TICK_MS,
                    LIMIT_TICKS,
                    LIMIT_TICKS,
                    LIMIT_TICKS);
            peer.initialize();
            if (theirsFirst) {
                peer.start();
                network.open();
            } else {
                network.open();
                peer.start();
            }
        }

        Notification vote(ServerState state, long leader, long zxid) {
            return new Notification(state, leader, zxid, 1, 0, Notification.VERSION, MembershipText.print(membership));
        }

        void say(Notification notification) {
            network.notify(theirs, notification);
            network.flush();
        }

        <I extends PeerInput> I next(Class<I> kind, Predicate<I> which) throws InterruptedException {
            List<PeerInput> others = new ArrayList<>();
            while (true) {
                PeerInput input = inputs.poll(30, TimeUnit.SECONDS);
                if (input == null) {
                    throw new AssertionError("no " + kind.getSimpleName() + " came, but " + others);
                }
                if (kind.isInstance(input) && which.test(kind.cast(input))) {
                    return kind.cast(input);
                }
                others.add(input);
            }
        }

        /** The next packet, but for the pings that nobody asked for. */
        LearnerPacket fromLearner() throws InterruptedException {
            return next(PeerInput.FromLearner.class, input -> true).packet();
        }

        LeaderPacket fromLeader() throws InterruptedException {
            return next(PeerInput.FromLeader.class, input -> !(input.packet() instanceof LeaderPacket.Ping))
                    .packet();
        }

        @Override
        public void close() throws Exception {
            network.close();
            peer.shutdown();
            peer.join(TimeUnit.SECONDS.toMillis(30));
        }
    }
}
