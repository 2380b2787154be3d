package io.muster.testkit.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.Paths;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.RandomTransactions;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.StateView;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.TxnCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same transactions, as bytes, into ZooKeeper's tree and into ours: the same digest after each, and the same tree. */
class DataTreeComparisonTest {
    private static final String EXTENDED_TYPES = "zookeeper.extendedTypesEnabled";

    private String before;

    @BeforeEach
    void turnOnTimesToLive() {
        before = System.setProperty(EXTENDED_TYPES, "true");
    }

    @AfterEach
    void restoreProperty() {
        if (before == null) {
            System.clearProperty(EXTENDED_TYPES);
        } else {
            System.setProperty(EXTENDED_TYPES, before);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void digestAndTreeAreZooKeepers(long seed) throws Exception {
        DataTree theirs = new DataTree();
        theirs.addConfigNode();
        StateEditor ours = State.initial(seed, true).edit();
        RandomTransactions history = new RandomTransactions(seed);
        assertEquals(theirs.getTreeDigest(), ours.digest(), "of the empty tree");
        for (int i = 0; i < 5000; i++) {
            Transaction transaction = history.next();
            process(theirs, transaction);
            ours.apply(transaction, new ArrayList<>());
            assertEquals(theirs.getTreeDigest(), ours.digest(), () -> "seed " + seed + ", " + transaction);
            if (i % 250 == 0) {
                assertSame(theirs, ours, "seed " + seed + ", zxid " + transaction.zxid());
            }
        }
        assertSame(theirs, ours.freeze(), "seed " + seed);
    }

    /**
     * Over znodes that are there already, as after a snapshot of theirs. Ours ends where it was. So does theirs, unless a
     * znode with later children is deleted and made again in the part that is replayed: then their tree loses children,
     * and there is nothing to compare.
     */
    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void replayOfASuffixEndsWhereZooKeepersTreeEnds(long seed) throws Exception {
        RandomTransactions transactions = new RandomTransactions(seed);
        List<Transaction> history = new ArrayList<>();
        Random random = new Random(seed);
        int compared = 0;
        for (int round = 0; round < 12; round++) {
            for (int i = 0; i < 100; i++) {
                history.add(transactions.next());
            }
            int from = history.size() - 1 - random.nextInt(60);
            DataTree theirs = new DataTree();
            theirs.addConfigNode();
            StateEditor ours = State.initial(seed, true).edit();
            for (Transaction transaction : history) {
                process(theirs, transaction);
                ours.apply(transaction, new ArrayList<>());
            }
            long digest = ours.digest();
            for (Transaction again : history.subList(from, history.size())) {
                replay(theirs, again);
                ours.replay(again);
            }
            String step = "seed " + seed + ", round " + round + ", from " + from;
            assertEquals(digest, ours.digest(), step);
            if (theirs.getTreeDigest() == digest) {
                assertSameStored("/", theirs, ours, step);
                compared++;
            }
        }
        assertTrue(compared >= 3, "rounds compared: " + compared);
    }

    private static void process(DataTree tree, Transaction transaction) throws IOException {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        TxnLogEntry entry = SerializeUtils.deserializeTxn(out.toByteArray());
        assertEquals(transaction.digest(), entry.getDigest().getTreeDigest());
        tree.processTxn(entry.getHeader(), entry.getTxn(), entry.getDigest());
    }

    /** Without the digest, which is true only of the transaction's first time. */
    private static void replay(DataTree tree, Transaction transaction) throws IOException {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        TxnLogEntry entry = SerializeUtils.deserializeTxn(out.toByteArray());
        tree.processTxn(entry.getHeader(), entry.getTxn());
    }

    private static void assertSame(DataTree theirs, StateView ours, String step) throws KeeperException {
        assertSameBelow("/", theirs, ours, step);
        // their count has the root twice
        assertEquals(theirs.getNodeCount() - 1, ours.znodeCount(), step);
        assertEquals(theirs.getEphemeralsCount(), ours.ephemeralCount(), step);
        for (long session : ours.ephemeralOwners()) {
            assertEquals(new TreeSet<>(theirs.getEphemerals(session)), new TreeSet<>(ours.ephemerals(session)), step);
        }
        assertEquals(theirs.getAllChildrenNumber("/zookeeper"), ours.descendantCount("/zookeeper"), step);
    }

    private static void assertSameBelow(String path, DataTree theirs, StateView ours, String step)
            throws KeeperException {
        String where = step + ": " + path;
        DataNode node = theirs.getNode(path);
        NodeView view = ours.find(path);
        assertNotNull(node, where);
        assertNotNull(view, where);
        Stat stat = new Stat();
        node.copyStat(stat);
        assertEquals(text(stat), text(view.stat()), where);
        assertArrayEquals(node.getData(), view.data(), where);
        assertEquals(acl(theirs, node), view.acl().entries(), where);
        assertEquals(new HashSet<>(node.getChildren()), new HashSet<>(view.children()), where);
        for (String child : view.children()) {
            assertSameBelow(Paths.child(path, child), theirs, ours, step);
        }
    }

    private static void assertSameStored(String path, DataTree theirs, StateView ours, String step) {
        String where = step + ": " + path;
        DataNode node = theirs.getNode(path);
        NodeView view = ours.find(path);
        assertNotNull(node, where);
        assertNotNull(view, where);
        io.muster.protocol.Stat stat = view.stat();
        assertEquals(node.stat.getCversion(), (stat.cversion() + stat.numChildren()) / 2, where);
        assertEquals(node.stat.getPzxid(), stat.pzxid(), where);
        assertEquals(node.stat.getCzxid(), stat.czxid(), where);
        assertEquals(node.stat.getMzxid(), stat.mzxid(), where);
        assertEquals(node.stat.getVersion(), stat.version(), where);
        assertEquals(node.stat.getAversion(), stat.aversion(), where);
        assertArrayEquals(node.getData(), view.data(), where);
        assertEquals(acl(theirs, node), view.acl().entries(), where);
        for (String child : view.children()) {
            assertSameStored(Paths.child(path, child), theirs, ours, step);
        }
    }

    private static List<Acl> acl(DataTree tree, DataNode node) {
        return tree.getACL(node).stream()
                .map(each -> new Acl(
                        each.getPerms(),
                        new io.muster.protocol.Id(
                                each.getId().getScheme(), each.getId().getId())))
                .toList();
    }

    private static String text(Stat stat) {
        return new io.muster.protocol.Stat(
                        stat.getCzxid(),
                        stat.getMzxid(),
                        stat.getCtime(),
                        stat.getMtime(),
                        stat.getVersion(),
                        stat.getCversion(),
                        stat.getAversion(),
                        stat.getEphemeralOwner(),
                        stat.getDataLength(),
                        stat.getNumChildren(),
                        stat.getPzxid())
                .toString();
    }

    private static String text(io.muster.protocol.Stat stat) {
        return stat.toString();
    }
}
