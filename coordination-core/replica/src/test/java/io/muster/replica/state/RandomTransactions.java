package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An endless history from a seed: each transaction fits the state after those before it. It keeps a {@link StateModel},
 * which has every transaction applied that was handed out. The tree stays small, so that paths are used again and again.
 */
public final class RandomTransactions {
    private static final String[] NAMES = {
        "a", "b", "ab", "a-b", "\u00e9", "\u4e2d\u6587", "long-name-of-more-than-eight-bytes"
    };
    private static final List<AclList> ACLS = List.of(
            AclList.OPEN,
            AclList.OPEN,
            new AclList(Acl.READ_ONLY),
            new AclList(List.of(new Acl(31, new Id("digest", "u:h")), new Acl(1, Id.ANYONE))));
    private static final List<String> RESERVED = List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config");
    private static final int MOST_ZNODES = 120;

    private final Random random;
    private final StateModel model = new StateModel();
    private long timeMs = 1_700_000_000_000L;

    public RandomTransactions(long seed) {
        random = new Random(seed);
    }

    public StateModel model() {
        return model;
    }

    public Transaction next() {
        timeMs += random.nextInt(1000);
        long session = anySession();
        TxnHeader header = new TxnHeader(session, random.nextInt(1000), model.zxid + 1, timeMs, 0);
        Txn txn = random.nextInt(6) == 0 ? multi(header) : single(header);
        if (txn instanceof Txn.CreateSession) {
            session = 0x0100_0000_0000_0000L + header.zxid();
        }
        TxnHeader whole = new TxnHeader(session, header.cxid(), header.zxid(), header.timeMs(), txn.type());
        if (!(txn instanceof Txn.Multi)) {
            model.apply(whole, txn);
        }
        model.zxid = whole.zxid();
        return new Transaction(whole, txn, model.digest());
    }

    private Txn single(TxnHeader header) {
        int dice = random.nextInt(100);
        if (dice < 3 || model.sessions.isEmpty()) {
            return new Txn.CreateSession(1000 + random.nextInt(10_000));
        } else if (dice < 5) {
            List<String> ephemerals = model.ephemerals(header.sessionId());
            Collections.shuffle(ephemerals, random);
            return new Txn.CloseSession(ephemerals);
        } else if (dice < 8) {
            return new Txn.Error(-101);
        }
        return change();
    }

    /** Applied part by part while it is made, since each part builds on those before it. */
    private Txn multi(TxnHeader header) {
        List<Txn> parts = new ArrayList<>();
        int size = 1 + random.nextInt(5);
        if (random.nextInt(5) == 0) {
            for (int i = 0; i < size; i++) {
                parts.add(new Txn.Error(i == 0 ? 0 : -2));
            }
            return new Txn.Multi(parts);
        }
        for (int i = 0; i < size; i++) {
            Txn part = random.nextInt(6) == 0 ? new Txn.Check(anyPath(), -1) : change();
            if (part instanceof Txn.SetAcl) {
                continue;
            }
            model.apply(header, part);
            parts.add(part);
        }
        return new Txn.Multi(parts);
    }

    private Txn change() {
        int dice = random.nextInt(100);
        if (dice < 60 && model.nodes.size() < MOST_ZNODES) {
            for (int attempt = 0; attempt < 10; attempt++) {
                Txn create = create();
                if (create != null) {
                    return create;
                }
            }
        }
        if (dice < 75) {
            String leaf = anyLeaf();
            if (leaf != null) {
                return new Txn.Delete((random.nextInt(5) == 0 ? OpCode.DELETE_CONTAINER : OpCode.DELETE).code(), leaf);
            }
        }
        String path = anyPath();
        StateModel.Node node = model.nodes.get(path);
        return dice < 90
                ? new Txn.SetData(OpCode.SET_DATA.code(), path, data(), node.version + 1)
                : new Txn.SetAcl(path, anyAcl(), node.aversion + 1);
    }

    private @Nullable Txn create() {
        String parent = anyPath();
        StateModel.Node node = model.nodes.get(parent);
        String path = Paths.child(parent, NAMES[random.nextInt(NAMES.length)]);
        boolean tooDeep = path.chars().filter(c -> c == '/').count() > 6;
        if (tooDeep || node.isEphemeral() || model.nodes.containsKey(path) || parent.startsWith("/zookeeper/")) {
            return null;
        }
        int counter = node.childCounter + 1;
        return switch (random.nextInt(8)) {
            case 0 -> new Txn.CreateContainer(path, data(), anyAcl(), counter);
            case 1 -> new Txn.CreateTtl(path, data(), anyAcl(), counter, 1 + random.nextInt(100_000));
            case 2, 3 -> new Txn.Create(OpCode.CREATE2.code(), path, data(), anyAcl(), random.nextInt(3) == 0, counter);
            default -> new Txn.Create(OpCode.CREATE.code(), path, data(), anyAcl(), random.nextInt(3) == 0, counter);
        };
    }

    private long anySession() {
        List<Long> ids = new ArrayList<>(model.sessions.keySet());
        return ids.isEmpty() ? 1 : ids.get(random.nextInt(ids.size()));
    }

    private String anyPath() {
        List<String> paths = new ArrayList<>(model.nodes.keySet());
        return paths.get(random.nextInt(paths.size()));
    }

    private @Nullable String anyLeaf() {
        for (int attempt = 0; attempt < 10; attempt++) {
            String path = anyPath();
            if (!RESERVED.contains(path) && !model.hasChildren(path)) {
                return path;
            }
        }
        return null;
    }

    private AclList anyAcl() {
        return ACLS.get(random.nextInt(ACLS.size()));
    }

    private byte @Nullable [] data() {
        if (random.nextInt(8) == 0) {
            return null;
        }
        byte[] data = new byte[random.nextInt(20)];
        random.nextBytes(data);
        return data;
    }
}
