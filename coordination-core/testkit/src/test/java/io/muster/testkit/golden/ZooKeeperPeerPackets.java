package io.muster.testkit.golden;

import com.google.common.primitives.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.quorum.LearnerInfo;
import org.apache.zookeeper.server.quorum.QuorumPacket;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.TxnDigest;
import org.apache.zookeeper.txn.TxnHeader;
import org.jspecify.annotations.Nullable;

/**
 * Packets between a learner and its leader, in the bytes of ZooKeeper's own classes. A name says first who sends it; names
 * are those of the replica's tests.
 */
final class ZooKeeperPeerPackets {
    private static final long ZXID = 0x7_0000_0001L;
    private static final long EPOCH = 0x7_0000_0000L;
    private static final long SESSION = 0x0100_0000_0000_0018L;
    private static final byte[] TRANSACTION = Bytes.concat(
            ZooKeeperRecords.bytes(new TxnHeader(SESSION, 17, ZXID, 1_700_000_000_013L, OpCode.create)),
            ZooKeeperRecords.bytes(new CreateTxn(
                    "/a", ZooKeeperRecords.bytes("data"), List.of(new ACL(31, new Id("world", "anyone"))), false, 7)),
            ZooKeeperRecords.bytes(new TxnDigest(2, 0x1234_5678_9ABC_DEF0L)));

    private final List<String> lines = new ArrayList<>();

    static List<String> lines() {
        ZooKeeperPeerPackets packets = new ZooKeeperPeerPackets();
        packets.lines.add("# Written by ZooKeeper's own classes; see PeerPacketsGoldenTest in the test kit.");
        packets.learner();
        packets.leader();
        return packets.lines;
    }

    private void learner() {
        add("learner: follower info", 11, EPOCH, ZooKeeperRecords.bytes(new LearnerInfo(3, 0x10000, 9)), null);
        add("learner: observer info", 16, 0, ZooKeeperRecords.bytes(new LearnerInfo(4, 0x10000, 0)), null);
        add("learner: ack epoch", 18, ZXID, number(6), null);
        add("learner: ack epoch, accepted before", 18, ZXID, number(-1), null);
        add("learner: ack", 3, ZXID, null, null);
        add("learner: ping reply", 5, ZXID, Bytes.concat(touch(SESSION), touch(77)), null);
        add("learner: ping reply without sessions", 5, ZXID, new byte[0], null);
        byte[] request = ByteBuffer.allocate(19)
                .putLong(SESSION)
                .putInt(12)
                .putInt(OpCode.setData)
                .put(new byte[] {1, 2, 3})
                .array();
        List<Id> ids = List.of(new Id("ip", "127.0.0.1"), new Id("digest", "user:hash"));
        add("learner: request", 1, -1, request, ids);
        add("learner: revalidate", 6, -1, touch(SESSION), null);
    }

    private void leader() {
        add("leader: leader info", 17, EPOCH, number(0x10000), null);
        add("leader: diff", 13, ZXID, null, null);
        add("leader: trunc", 14, ZXID, null, null);
        byte[] text = "server.1=a:1:2:participant\nversion=0".getBytes(StandardCharsets.UTF_8);
        add("leader: new leader", 10, EPOCH, text, null);
        add("leader: up to date", 12, -1, null, null);
        add("leader: proposal", 2, ZXID, TRANSACTION, null);
        add("leader: commit", 4, ZXID, null, null);
        add("leader: commit and activate", 9, ZXID, id(3), null);
        add("leader: inform", 8, ZXID, TRANSACTION, null);
        add("leader: inform and activate", 19, ZXID, Bytes.concat(id(3), TRANSACTION), null);
        add("leader: ping", 5, ZXID, null, null);
        byte[] valid = ByteBuffer.allocate(9).putLong(SESSION).put((byte) 1).array();
        add("leader: revalidated", 6, -1, valid, null);
        add("leader: sync", 7, 0, null, null);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] id(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    private static byte[] touch(long session) {
        return ByteBuffer.allocate(12).putLong(session).putInt(4_000).array();
    }

    private void add(String name, int type, long zxid, byte @Nullable [] data, @Nullable List<Id> ids) {
        byte[] bytes = ZooKeeperRecords.bytes(new QuorumPacket(type, zxid, data, ids));
        lines.add(name + " = " + HexFormat.of().formatHex(bytes));
    }
}
