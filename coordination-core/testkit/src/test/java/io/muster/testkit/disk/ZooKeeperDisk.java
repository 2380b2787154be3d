package io.muster.testkit.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.jute.BinaryOutputArchive;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.persistence.TxnLog;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.TxnHeader;

/** What ZooKeeper's own classes find in a data directory. */
record ZooKeeperDisk(
        long lastZxid,
        long digest,
        int znodes,
        int ephemerals,
        Map<Long, Integer> sessions,
        List<Long> digestMismatches,
        Map<String, String> stats) {
    static ZooKeeperDisk load(Path dataDir) {
        return load(dataDir, dataDir);
    }

    static ZooKeeperDisk load(Path dataDir, Path dataLogDir) {
        try {
            FileTxnSnapLog files = new FileTxnSnapLog(dataLogDir.toFile(), dataDir.toFile());
            ZKDatabase database = new ZKDatabase(files);
            List<Long> mismatches = new ArrayList<>();
            database.getDataTree().addDigestWatcher(mismatches::add);
            database.loadDataBase();
            DataTree tree = database.getDataTree();
            Map<String, String> stats = new TreeMap<>();
            collect(tree, "/", stats);
            ZooKeeperDisk found = new ZooKeeperDisk(
                    tree.lastProcessedZxid,
                    tree.getTreeDigest(),
                    // the root is there under two names
                    tree.getNodeCount() - 1,
                    tree.getEphemeralsCount(),
                    new TreeMap<>(database.getSessionWithTimeOuts()),
                    mismatches,
                    stats);
            database.close();
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (KeeperException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The log, a line for each transaction: what it is, its bytes, and whether it has a digest. Sessions are numbered in the
     * order of their appearance, and times are left out.
     */
    static List<String> log(Path dataDir) throws IOException {
        List<String> lines = new ArrayList<>();
        List<Long> sessions = new ArrayList<>();
        FileTxnLog files = new FileTxnLog(dataDir.resolve("version-2").toFile());
        try (TxnLog.TxnIterator transactions = files.read(1)) {
            do {
                TxnHeader header = transactions.getHeader();
                if (!sessions.contains(header.getClientId())) {
                    sessions.add(header.getClientId());
                }
                if (transactions.getTxn() instanceof CloseSessionTxn close) {
                    close.getPaths2Delete().sort(null); // ZooKeeper's order is that of a hash set
                }
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                transactions.getTxn().serialize(BinaryOutputArchive.getArchive(bytes), "txn");
                lines.add(String.format(
                        "zxid=%x session=%d cxid=%d type=%d digest=%s %s",
                        header.getZxid(),
                        sessions.indexOf(header.getClientId()),
                        header.getCxid(),
                        header.getType(),
                        transactions.getDigest() != null,
                        HexFormat.of().formatHex(bytes.toByteArray())));
            } while (transactions.next());
        }
        return lines;
    }

    private static void collect(DataTree tree, String path, Map<String, String> stats) throws KeeperException {
        Stat stat = new Stat();
        DataNode node = tree.getNode(path);
        node.copyStat(stat);
        stats.put(
                path,
                describe(stat) + " " + tree.getACL(path, new Stat()) + " "
                        + Arrays.toString(tree.getData(path, new Stat(), null)));
        String prefix = path.equals("/") ? "/" : path + "/";
        for (String child : tree.getChildren(path, new Stat(), null)) {
            collect(tree, prefix + child, stats);
        }
    }

    private static String describe(Stat stat) {
        return List.of(
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
}
