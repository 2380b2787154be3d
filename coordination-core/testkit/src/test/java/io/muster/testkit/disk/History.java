package io.muster.testkit.disk;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.replica.state.AclList;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Transactions of every kind behind a given state, with the digest after each. */
final class History {
    private static final long SESSION = 0x1000_0000_0000_1234L;
    private static final AclList SECRET =
            new AclList(List.of(new Acl(Acl.ALL, new Id("digest", "u:x")), new Acl(Acl.READ, Id.ANYONE)));

    private final StateEditor editor;
    private final List<Transaction> transactions = new ArrayList<>();
    private long zxid;

    private History(State from) {
        editor = from.edit();
        zxid = from.zxid();
    }

    /** @param top a path without children that does not exist yet */
    static History behind(State from, String top) {
        History history = new History(from);
        history.run(top);
        return history;
    }

    List<Transaction> transactions() {
        return transactions;
    }

    State end() {
        return editor.freeze();
    }

    private void run(String top) {
        add(new Txn.CreateSession(30_000));
        add(create(top, "über", AclList.OPEN, false));
        add(create(top + "/a", "a", SECRET, false));
        add(new Txn.Create(OpCode.CREATE2.code(), top + "/nothing", null, AclList.OPEN, false, 2));
        add(create(top + "/a/b", "", AclList.OPEN, false));
        add(create(top + "/a/ephemeral", "e", SECRET, true));
        add(new Txn.CreateTtl(top + "/a/ttl", data("t"), AclList.OPEN, 3, 3_600_000));
        add(new Txn.CreateContainer(top + "/container", data("c"), AclList.OPEN, 3));
        add(create(top + "/container/in", "i", AclList.OPEN, false));
        add(new Txn.SetData(OpCode.SET_DATA.code(), top + "/a", data("changed"), 1));
        add(new Txn.SetAcl(top + "/a/b", SECRET, 1));
        add(new Txn.Multi(List.of(
                create(top + "/m", "m", AclList.OPEN, false),
                new Txn.Check(top + "/a", 1),
                new Txn.SetData(OpCode.SET_DATA.code(), top + "/m", data("m2"), 1),
                new Txn.Delete(OpCode.DELETE.code(), top + "/a/b"))));
        add(new Txn.Multi(List.of(new Txn.Error(0), new Txn.Error(-101))));
        add(new Txn.Error(-110));
        add(new Txn.Delete(OpCode.DELETE.code(), top + "/m"));
        add(new Txn.Delete(OpCode.DELETE_CONTAINER.code(), top + "/container/in"));
        add(new Txn.CloseSession(List.of(top + "/a/ephemeral")));
        add(new Txn.CreateSession(10_000));
        add(create(top + "/fleeting", "f", AclList.OPEN, true));
        add(create(top + "/a/fleeting", "f", AclList.OPEN, true));
        add(new Txn.CloseSession(false, List.of()));
        add(new Txn.CreateSession(10_000));
        add(create(top + "/listed", "f", AclList.OPEN, true));
        add(create(top + "/a/unlisted", "f", AclList.OPEN, true));
        add(new Txn.CloseSession(List.of(top + "/listed")));
        add(new Txn.CreateSession(20_000));
        add(create(top + "/stays", "s", AclList.OPEN, true));
    }

    private Txn create(String path, String data, AclList acl, boolean ephemeral) {
        String parent = path.substring(0, path.lastIndexOf('/'));
        NodeView node = editor.find(parent.isEmpty() ? "/" : parent);
        int counter = (node.stat().cversion() + node.stat().numChildren()) / 2;
        return new Txn.Create(OpCode.CREATE.code(), path, data(data), acl, ephemeral, counter + 1);
    }

    private static byte[] data(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void add(Txn txn) {
        zxid++;
        TxnHeader header = new TxnHeader(SESSION, (int) zxid, zxid, 1_700_000_000_000L + zxid, txn.type());
        editor.apply(new Transaction(header, txn, null), new ArrayList<>());
        boolean digest = !(txn instanceof Txn.CloseSession close) || close.isListed();
        transactions.add(new Transaction(header, txn, digest ? editor.digest() : null));
    }
}
