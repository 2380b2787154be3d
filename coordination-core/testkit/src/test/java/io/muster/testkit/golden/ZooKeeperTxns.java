package io.muster.testkit.golden;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.txn.CheckVersionTxn;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.CreateContainerTxn;
import org.apache.zookeeper.txn.CreateSessionTxn;
import org.apache.zookeeper.txn.CreateTTLTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.CreateTxnV0;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.ErrorTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetACLTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.Txn;
import org.apache.zookeeper.txn.TxnDigest;
import org.apache.zookeeper.txn.TxnHeader;
import org.jspecify.annotations.Nullable;

/** One sample of every transaction, in the bytes of ZooKeeper's own classes. Names are those of the replica's tests. */
final class ZooKeeperTxns {
    private static final long SESSION = 0x0100_0000_0000_0018L;
    private static final TxnDigest DIGEST = new TxnDigest(2, 0x1234_5678_9ABC_DEF0L);
    private static final List<ACL> OPEN = List.of(new ACL(31, new Id("world", "anyone")));
    private static final List<ACL> TWO =
            List.of(new ACL(5, new Id("digest", "user:aGFzaA==")), new ACL(1, new Id("ip", "10.0.0.0/8")));
    private static final byte[] DATA = ZooKeeperRecords.bytes("data");

    private final List<String> lines = new ArrayList<>();

    static List<String> lines() {
        ZooKeeperTxns txns = new ZooKeeperTxns();
        txns.lines.add("# Written by ZooKeeper's own classes; see TransactionsGoldenTest in the test kit.");
        txns.all();
        return txns.lines;
    }

    private void all() {
        CreateTxn create = new CreateTxn("/a/b", DATA, OPEN, false, 7);
        add("create", OpCode.create, create);
        add("create ephemeral", OpCode.create, new CreateTxn("/a/\u00e9\u4e2d", new byte[0], TWO, true, 8));
        add("create2", OpCode.create2, new CreateTxn("/a/b", null, OPEN, false, -1));
        add("createTTL", OpCode.createTTL, new CreateTTLTxn("/a/t", DATA, OPEN, 9, 123_456_789_012L));
        add("createContainer", OpCode.createContainer, new CreateContainerTxn("/a/c", DATA, TWO, 10));
        add("delete", OpCode.delete, new DeleteTxn("/a/b"));
        add("deleteContainer", OpCode.deleteContainer, new DeleteTxn("/a/c"));
        add("setData", OpCode.setData, new SetDataTxn("/a/b", DATA, 3));
        add("setData null", OpCode.setData, new SetDataTxn("/a/b", null, 4));
        add("reconfig", OpCode.reconfig, new SetDataTxn("/zookeeper/config", DATA, -1));
        add("setACL", OpCode.setACL, new SetACLTxn("/a/b", TWO, 2));
        add("createSession", OpCode.createSession, new CreateSessionTxn(30_000));
        add("closeSession", OpCode.closeSession, new CloseSessionTxn(List.of("/a/e", "/f")));
        add("closeSession without ephemerals", OpCode.closeSession, new CloseSessionTxn(List.of()));
        add("error", OpCode.error, new ErrorTxn(-101));
        add(
                "multi",
                OpCode.multi,
                new MultiTxn(List.of(
                        part(OpCode.check, new CheckVersionTxn("/a", 1)),
                        part(OpCode.create, new CreateTxn("/a/1", DATA, OPEN, true, 11)),
                        part(OpCode.createTTL, new CreateTTLTxn("/a/2", null, TWO, 12, 1000)),
                        part(OpCode.createContainer, new CreateContainerTxn("/a/3", DATA, OPEN, 13)),
                        part(OpCode.setData, new SetDataTxn("/a/1", null, 1)),
                        part(OpCode.delete, new DeleteTxn("/a/1")))));
        add(
                "multi failed",
                OpCode.multi,
                new MultiTxn(List.of(
                        part(OpCode.error, new ErrorTxn(0)),
                        part(OpCode.error, new ErrorTxn(-110)),
                        part(OpCode.error, new ErrorTxn(-2)))));
        add("multi empty", OpCode.multi, new MultiTxn(List.of()));
        add("create without digest", OpCode.create, create, null);
        add("create of version 0", OpCode.create, new CreateTxnV0("/a/b", DATA, OPEN, true), null);
        add("closeSession of 3.5", OpCode.closeSession, null, null);
        add("closeSession of 3.5 with digest", OpCode.closeSession, null, DIGEST);
    }

    private static Txn part(int type, Record record) {
        return new Txn(type, ZooKeeperRecords.bytes(record));
    }

    private void add(String name, int type, Record record) {
        add(name, type, record, DIGEST);
    }

    private void add(String name, int type, @Nullable Record record, @Nullable TxnDigest digest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ZooKeeperRecords.bytes(new TxnHeader(SESSION, 17, 0x1_0000_0011L, 1_700_000_000_013L, type)));
        if (record != null) {
            out.writeBytes(ZooKeeperRecords.bytes(record));
        }
        if (digest != null) {
            out.writeBytes(ZooKeeperRecords.bytes(digest));
        }
        lines.add(name + " = " + HexFormat.of().formatHex(out.toByteArray()));
    }
}
