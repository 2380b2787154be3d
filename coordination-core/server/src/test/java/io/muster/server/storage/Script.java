package io.muster.server.storage;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.Zxid;
import io.muster.replica.state.AclList;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnCodec;
import io.muster.replica.state.TxnHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** A made-up history: transactions of all kinds, and the state after each. */
final class Script {
    static final long SEED = 7;
    private static final long START_MS = 1_700_000_000_000L;
    private static final AclList SECRET = new AclList(List.of(new Acl(Acl.ALL, new Id("digest", "u:p"))));

    private final StateEditor editor;
    private final Random random;
    private final List<Transaction> transactions = new ArrayList<>();
    private final TreeMap<Long, State> states = new TreeMap<>();
    private final List<String> parents = new ArrayList<>();
    private final List<String> leaves = new ArrayList<>();
    private final List<Long> sessions = new ArrayList<>();
    private long last;
    private int made;

    Script(long seed) {
        this(State.initial(SEED, true), seed);
    }

    private Script(State before, long seed) {
        editor = before.edit();
        states.put(before.zxid(), before);
        last = before.zxid();
        random = new Random(seed);
    }

    /** An empty history behind a state. */
    static Script from(State before) {
        return new Script(before, 1);
    }

    /** A history of so many transactions, in three epochs. */
    static Script of(long seed, int count) {
        Script script = new Script(seed);
        for (int i = 0; i < count; i++) {
            if (i == count / 3 || i == 2 * count / 3) {
                script.nextEpoch();
            }
            script.addAny();
        }
        return script;
    }

    List<Transaction> transactions() {
        return transactions;
    }

    State stateAt(long zxid) {
        return states.get(zxid);
    }

    State end() {
        return states.get(last);
    }

    long last() {
        return last;
    }

    void nextEpoch() {
        last = Zxid.of(Zxid.epoch(last) + 1, 0);
    }

    private void addAny() {
        made++;
        int kind = sessions.isEmpty() ? 0 : parents.isEmpty() ? 1 : leaves.isEmpty() ? 2 : random.nextInt(14);
        long session = sessions.isEmpty() ? 0 : sessions.get(random.nextInt(sessions.size()));
        String parent = parents.isEmpty() ? "" : parents.get(random.nextInt(parents.size()));
        String leaf = leaves.isEmpty() ? "" : leaves.get(random.nextInt(leaves.size()));
        String path = parent + "/n" + made;
        AclList acl = random.nextBoolean() ? AclList.OPEN : SECRET;
        switch (kind) {
            case 0 -> {
                sessions.add(1000L + made);
                add(1000L + made, new Txn.CreateSession(4000 + made));
            }
            case 1 -> {
                parents.add(path);
                add(session, create(path, acl, false));
            }
            case 2, 3 -> {
                leaves.add(path);
                add(session, create(path, acl, false));
            }
            case 4 -> {
                leaves.add(path);
                add(session, create(path, acl, true));
            }
            case 5 -> {
                leaves.add(path);
                add(session, new Txn.CreateTtl(path, data(), acl, counter(parent) + 1, 60_000));
            }
            case 6 -> {
                leaves.add(path);
                add(session, new Txn.CreateContainer(path, data(), acl, counter(parent) + 1));
            }
            case 7 -> {
                leaves.remove(leaf);
                add(session, new Txn.Delete(OpCode.DELETE.code(), leaf));
            }
            case 8 -> add(session, setData(leaf));
            case 9 ->
                add(session, new Txn.SetAcl(leaf, SECRET, find(leaf).stat().aversion() + 1));
            case 10 -> {
                leaves.add(path);
                add(
                        session,
                        new Txn.Multi(List.of(
                                create(path, acl, false),
                                new Txn.SetData(OpCode.SET_DATA.code(), path, data(), 1),
                                new Txn.Check(path, 1))));
            }
            case 11 -> add(session, new Txn.Multi(List.of(new Txn.Error(0), new Txn.Error(-101))));
            case 12 -> add(session, new Txn.Error(-110));
            default -> {
                List<String> gone = editor.ephemerals(session);
                leaves.removeAll(gone);
                sessions.remove(session);
                add(session, new Txn.CloseSession(gone));
            }
        }
    }

    private Txn create(String path, AclList acl, boolean ephemeral) {
        String parent = path.substring(0, path.lastIndexOf('/'));
        return new Txn.Create(OpCode.CREATE.code(), path, data(), acl, ephemeral, counter(parent) + 1);
    }

    private Txn setData(String path) {
        return new Txn.SetData(
                OpCode.SET_DATA.code(), path, data(), find(path).stat().version() + 1);
    }

    private byte[] data() {
        if (random.nextInt(8) == 0) {
            return null;
        }
        byte[] data = new byte[random.nextInt(200)];
        random.nextBytes(data);
        return data;
    }

    private int counter(String parent) {
        NodeView node = find(parent);
        return (node.stat().cversion() + node.stat().numChildren()) / 2;
    }

    private NodeView find(String path) {
        return editor.find(path.isEmpty() ? "/" : path);
    }

    Transaction add(long session, Txn txn) {
        last++;
        TxnHeader header = new TxnHeader(session, made, last, START_MS + made, txn.type());
        editor.apply(new Transaction(header, txn, null), new ArrayList<>());
        Transaction transaction = new Transaction(header, txn, editor.digest());
        transactions.add(transaction);
        states.put(last, editor.freeze());
        return transaction;
    }

    /** All of a state, so that two states can be compared. */
    static String dump(State state) {
        StringBuilder out = new StringBuilder();
        out.append("zxid ").append(state.zxid()).append(" digest ").append(state.digest());
        out.append(" znodes ").append(state.znodeCount()).append(" bytes ").append(state.approximateDataBytes());
        TreeMap<Long, Integer> sessions = new TreeMap<>();
        state.forEachSession(sessions::put);
        out.append("\nsessions ").append(sessions).append('\n');
        sessions.keySet().forEach(each -> out.append(state.ephemerals(each)).append('\n'));
        dump(state, "/", out);
        return out.toString();
    }

    private static void dump(State state, String path, StringBuilder out) {
        NodeView node = state.find(path);
        out.append(path).append(' ').append(node.stat()).append(' ').append(node.acl());
        // equal digests vouch for the data
        out.append(' ').append(Arrays.hashCode(node.data())).append('\n');
        String prefix = path.equals("/") ? "/" : path + "/";
        node.children().stream().sorted().forEach(each -> dump(state, prefix + each, out));
    }

    static byte[] bytes(Transaction transaction) {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        return out.toByteArray();
    }
}
