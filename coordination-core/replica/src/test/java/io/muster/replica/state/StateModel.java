package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.Paths;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** What a state should be, in the plainest way: a map from path to znode, every total counted anew. */
public final class StateModel {
    static final class Node {
        byte @Nullable [] data;
        AclList acl = AclList.OPEN;
        long czxid;
        long mzxid;
        long pzxid;
        long ctimeMs;
        long mtimeMs;
        int version;
        int childCounter;
        int aversion;
        long owner;

        boolean isEphemeral() {
            return OwnerKind.of(owner, TimesToLive.ON) == OwnerKind.EPHEMERAL;
        }
    }

    final TreeMap<String, Node> nodes = new TreeMap<>();
    final TreeMap<Long, Integer> sessions = new TreeMap<>();
    long zxid;

    public StateModel() {
        for (String path : List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config")) {
            Node node = new Node();
            node.data = new byte[0];
            nodes.put(path, node);
        }
        Node config = nodes.get("/zookeeper/config");
        config.acl = new AclList(Acl.READ_ONLY);
        config.aversion = -1;
    }

    void apply(Transaction transaction) {
        apply(transaction.header(), transaction.txn());
        zxid = transaction.zxid();
    }

    void apply(TxnHeader header, Txn txn) {
        if (txn instanceof Txn.Create create) {
            long owner = create.ephemeral() ? header.sessionId() : 0;
            create(header, create.path(), create.data(), create.acl(), create.parentCounter(), owner);
        } else if (txn instanceof Txn.CreateTtl create) {
            long owner = 0xFF00_0000_0000_0000L | create.ttlMs();
            create(header, create.path(), create.data(), create.acl(), create.parentCounter(), owner);
        } else if (txn instanceof Txn.CreateContainer create) {
            create(header, create.path(), create.data(), create.acl(), create.parentCounter(), Long.MIN_VALUE);
        } else if (txn instanceof Txn.Delete delete) {
            delete(header, delete.path());
        } else if (txn instanceof Txn.SetData set) {
            Node node = nodes.get(set.path());
            node.data = set.data();
            node.version = set.version();
            node.mzxid = header.zxid();
            node.mtimeMs = header.timeMs();
        } else if (txn instanceof Txn.SetAcl set) {
            nodes.get(set.path()).acl = set.acl();
            nodes.get(set.path()).aversion = set.version();
        } else if (txn instanceof Txn.Multi multi) {
            if (multi.txns().stream().noneMatch(Txn.Error.class::isInstance)) {
                multi.txns().forEach(sub -> apply(header, sub));
            }
        } else if (txn instanceof Txn.CreateSession session) {
            sessions.put(header.sessionId(), session.timeoutMs());
        } else if (txn instanceof Txn.CloseSession) {
            ephemerals(header.sessionId()).forEach(path -> delete(header, path));
            sessions.remove(header.sessionId());
        }
    }

    private void create(
            TxnHeader header, String path, byte @Nullable [] data, AclList acl, int parentCounter, long owner) {
        Node node = new Node();
        node.data = data;
        node.acl = acl;
        node.czxid = header.zxid();
        node.mzxid = header.zxid();
        node.pzxid = header.zxid();
        node.ctimeMs = header.timeMs();
        node.mtimeMs = header.timeMs();
        node.owner = owner;
        nodes.put(path, node);
        Node parent = nodes.get(Paths.parent(path));
        parent.childCounter = parentCounter == -1 ? parent.childCounter + 1 : parentCounter;
        parent.pzxid = header.zxid();
    }

    private void delete(TxnHeader header, String path) {
        nodes.remove(path);
        nodes.get(Paths.parent(path)).pzxid = header.zxid();
    }

    List<String> ephemerals(long session) {
        List<String> paths = new ArrayList<>();
        nodes.forEach((path, node) -> {
            if (node.isEphemeral() && node.owner == session) {
                paths.add(path);
            }
        });
        return paths;
    }

    boolean hasChildren(String path) {
        String below = path.equals("/") ? "/" : path + "/";
        String next = nodes.higherKey(below);
        return next != null && next.startsWith(below);
    }

    private int children(String path) {
        String below = path.equals("/") ? "/" : path + "/";
        int count = 0;
        for (String each : nodes.tailMap(below, false).keySet()) {
            if (!each.startsWith(below)) {
                break;
            }
            count += each.indexOf('/', below.length()) < 0 ? 1 : 0;
        }
        return count;
    }

    long digest() {
        long sum = 0;
        for (Map.Entry<String, Node> entry : nodes.entrySet()) {
            String path = entry.getKey();
            if (path.startsWith("/zookeeper/")) {
                continue;
            }
            Node node = entry.getValue();
            CRC32 crc = new CRC32();
            crc.update(utf8(path));
            if (node.data != null) {
                crc.update(node.data);
            }
            ByteBuffer stat = ByteBuffer.allocate(60);
            stat.putLong(node.czxid).putLong(node.mzxid).putLong(node.pzxid).putLong(node.ctimeMs);
            stat.putLong(node.mtimeMs).putInt(node.version).putInt(node.childCounter);
            stat.putInt(node.aversion).putLong(node.owner);
            crc.update(stat.array());
            sum += crc.getValue();
        }
        return sum;
    }

    String text() {
        List<String> lines = new ArrayList<>();
        int ephemerals = 0;
        long dataBytes = 0;
        for (Map.Entry<String, Node> entry : nodes.entrySet()) {
            String path = entry.getKey();
            Node node = entry.getValue();
            lines.add(StateDump.node(
                    path,
                    node.data,
                    node.acl,
                    node.czxid,
                    node.mzxid,
                    node.pzxid,
                    node.ctimeMs,
                    node.mtimeMs,
                    node.version,
                    node.childCounter,
                    node.aversion,
                    node.owner,
                    children(path)));
            switch (OwnerKind.of(node.owner, TimesToLive.ON)) {
                case PERSISTENT -> {}
                case CONTAINER -> lines.add(StateDump.owned("container", path));
                case TTL -> lines.add(StateDump.owned("ttl", path));
                case EPHEMERAL -> {
                    ephemerals++;
                    lines.add(StateDump.owned("ephemeral of " + node.owner, path));
                }
            }
            dataBytes += utf8(path).length + (node.data == null ? 0 : node.data.length);
        }
        sessions.forEach((id, timeoutMs) -> lines.add(StateDump.session(id, timeoutMs)));
        lines.add(StateDump.totals(zxid, nodes.size(), ephemerals, sessions.size(), dataBytes, digest()));
        return StateDump.text(lines);
    }

    /** The root is the empty run of bytes, in the digest as in the count of bytes. */
    private static byte[] utf8(String path) {
        return path.equals("/") ? new byte[0] : path.getBytes(StandardCharsets.UTF_8);
    }
}
