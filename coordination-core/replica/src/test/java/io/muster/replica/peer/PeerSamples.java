package io.muster.replica.peer;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.replica.state.AclList;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.util.ArrayList;
import java.util.List;

/** At least one of everything that servers say to each other. */
public final class PeerSamples {
    private PeerSamples() {}

    public static List<LearnerPacket> learnerPackets() {
        LearnerInfo info = new LearnerInfo(3, LearnerInfo.PROTOCOL, 0x1_0000_0005L);
        return List.of(
                new LearnerPacket.FollowerInfo(7, info),
                new LearnerPacket.ObserverInfo(0, new LearnerInfo(200, PeerExtensions.encode(3), 0)),
                new LearnerPacket.AckEpoch(0x7_0000_0011L, 6),
                new LearnerPacket.AckEpoch(0, LearnerPacket.AckEpoch.ACCEPTED_BEFORE),
                new LearnerPacket.Ack(0x7_0000_0012L),
                new LearnerPacket.PingReply(0x7_0000_0012L, 0, List.of()),
                new LearnerPacket.PingReply(
                        0x7_0000_0012L,
                        0,
                        List.of(new LearnerPacket.Touch(77, 4_000), new LearnerPacket.Touch(-78, 30_000))),
                new LearnerPacket.PingReply(1, 99, List.of(new LearnerPacket.Touch(77, 4_000))),
                new LearnerPacket.PingReply(1, 100, List.of()),
                new LearnerPacket.Request(
                        77, 12, OpCode.SET_DATA.code(), new byte[] {1, 2, 3}, List.of(new Id("ip", "127.0.0.1"))),
                new LearnerPacket.Request(78, 0, OpCode.CLOSE_SESSION.code(), new byte[0], List.of()),
                new LearnerPacket.Revalidate(77, 4_000));
    }

    /** All but a SNAP. */
    public static List<LeaderPacket> leaderPackets() {
        return List.of(
                new LeaderPacket.LeaderInfo(7, LearnerInfo.PROTOCOL),
                new LeaderPacket.Diff(0x6_0000_0001L),
                new LeaderPacket.Trunc(0x6_0000_0002L),
                new LeaderPacket.NewLeader(7, "server.1=a:1:2:participant\nversion=0"),
                new LeaderPacket.NewLeader(7, null),
                new LeaderPacket.UpToDate(),
                new LeaderPacket.Propose(create(0x7_0000_0001L, "/a")),
                new LeaderPacket.Commit(0x7_0000_0001L),
                new LeaderPacket.CommitAndActivate(0x7_0000_0002L, 3),
                new LeaderPacket.Inform(create(0x7_0000_0003L, "/b\u00e9")),
                new LeaderPacket.InformAndActivate(2, create(0x7_0000_0004L, "/c")),
                new LeaderPacket.Ping(0x7_0000_0004L, 0),
                new LeaderPacket.Ping(0x7_0000_0004L, 5),
                new LeaderPacket.Revalidated(77, true),
                new LeaderPacket.Revalidated(-78, false),
                new LeaderPacket.SyncDone());
    }

    public static LeaderPacket.Snap snap() {
        StateEditor editor = State.initial(1, true).edit();
        long zxid = 0x6_0000_0000L;
        List<Txn> txns = new ArrayList<>(List.of(
                new Txn.CreateSession(5_000),
                new Txn.Create(OpCode.CREATE.code(), "/big", new byte[200_000], AclList.OPEN, false, -1),
                new Txn.Create(OpCode.CREATE.code(), "/e", null, AclList.OPEN, true, -1)));
        for (int i = 0; i < 300; i++) {
            txns.add(new Txn.Create(
                    OpCode.CREATE.code(),
                    "/big/" + i,
                    new byte[i],
                    i % 2 == 0 ? AclList.OPEN : new AclList(List.of(new Acl(i % 32, new Id("digest", "u:" + i % 5)))),
                    false,
                    -1));
        }
        for (Txn txn : txns) {
            editor.apply(transaction(++zxid, txn), new ArrayList<>());
        }
        return new LeaderPacket.Snap(zxid, editor.freeze());
    }

    public static List<Notification> notifications() {
        return List.of(
                new Notification(ServerState.LOOKING, 1, 0, 1, 0, Notification.VERSION, "version=0"),
                new Notification(
                        ServerState.LOOKING,
                        Notification.NOBODY,
                        Notification.NOBODY,
                        1,
                        Notification.NOBODY,
                        Notification.VERSION,
                        ""),
                new Notification(ServerState.FOLLOWING, 3, 0x1_0000_0017L, 2, 2, 3, "server.1=\u00e9:1:2"),
                new Notification(ServerState.LEADING, 3, 0x1_0000_0017L, -1, 2, Notification.VERSION, "x"),
                new Notification(ServerState.OBSERVING, 255, Long.MAX_VALUE, 2, 2, Notification.VERSION, "x"));
    }

    static Transaction create(long zxid, String path) {
        return transaction(zxid, new Txn.Create(OpCode.CREATE.code(), path, new byte[] {1}, AclList.OPEN, false, 1));
    }

    private static Transaction transaction(long zxid, Txn txn) {
        return new Transaction(new TxnHeader(77, 4, zxid, 1_700_000_000_000L, txn.type()), txn, 0x1234L);
    }
}
