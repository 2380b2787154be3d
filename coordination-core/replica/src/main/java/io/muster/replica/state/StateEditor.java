package io.muster.replica.state;

import io.muster.protocol.Acl;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Derives new states by applying transactions. Between two calls of {@link #freeze} it changes in place what it made
 * itself; what a frozen state holds it never touches. What a transaction does is said here, what each of its changes comes to
 * in the counts, indexes and digest of the state in {@link TreeEditor}.
 *
 * <p>Used by one thread. Reading it shows the state after the last transaction applied.
 */
public final class StateEditor extends TreeEditor {
    private static final AclList READ_ONLY = new AclList(Acl.READ_ONLY);
    private static final byte[] EMPTY = new byte[0];

    StateEditor(State base) {
        super(base.layout);
        copyFrom(base);
    }

    private StateEditor(Layout layout) {
        super(layout);
    }

    static StateEditor initial(Layout layout) {
        StateEditor editor = empty(layout);
        editor.addReserved();
        return editor;
    }

    /** Without even a root: for a snapshot to be read into. */
    static StateEditor empty(Layout layout) {
        return new StateEditor(layout);
    }

    /** The state as it is now; later changes do not touch it. */
    public State freeze() {
        State state = new State(this);
        newEdit();
        return state;
    }

    /** Goes back to a state that {@link #freeze} returned: what came after it never was. */
    public void reset(State state) {
        copyFrom(state);
        newEdit();
    }

    /**
     * Applies a transaction that belongs right after this state.
     *
     * @param changes receives what happened, in order
     * @throws IllegalStateException if it does not fit this state: the transaction or the state is wrong
     */
    public void apply(Transaction transaction, List<Change> changes) {
        apply(transaction.header(), transaction.txn(), false, changes);
    }

    /**
     * Applies a transaction whose effects may be there already, wholly or in part: snapshots of ZooKeeper are taken while
     * it writes. What is there stays, what is gone is not missed; the end is the same as if each had been applied once.
     */
    public void replay(Transaction transaction) {
        apply(transaction.header(), transaction.txn(), true, null);
    }

    private void apply(TxnHeader header, Txn txn, boolean lenient, @Nullable List<Change> changes) {
        applyOne(header, txn, lenient, changes);
        advanceTo(header.zxid());
    }

    /** The next transaction comes after this one: a new leader's epoch begins, in which nothing has happened yet. */
    public void skipTo(long epochZxid) {
        advanceTo(epochZxid);
    }

    void advanceTo(long appliedZxid) {
        zxid = Math.max(zxid, appliedZxid);
    }

    /** Applies one transaction, or one part of a multi, without advancing the state's zxid. */
    void applyOne(TxnHeader header, Txn txn, boolean lenient, @Nullable List<Change> changes) {
        long at = header.zxid();
        long time = header.timeMs();
        latestTimeMs = Math.max(latestTimeMs, time);
        if (txn instanceof Txn.Create create) {
            long owner = create.ephemeral() ? header.sessionId() : 0;
            create(create.path(), create.data(), create.acl(), owner, create.parentCounter(), header, lenient, changes);
        } else if (txn instanceof Txn.SetData set) {
            setData(set.path(), set.data(), set.version(), at, time, lenient, changes);
        } else if (txn instanceof Txn.Delete delete) {
            delete(PathKey.of(delete.path()), at, lenient, lenient, changes);
        } else if (txn instanceof Txn.Multi multi) {
            if (!multi.failed()) {
                multi.txns().forEach(sub -> applyOne(header, sub, lenient, changes));
            }
        } else if (txn instanceof Txn.CreateContainer create) {
            long owner = OwnerKind.CONTAINER_OWNER;
            create(create.path(), create.data(), create.acl(), owner, create.parentCounter(), header, lenient, changes);
        } else if (txn instanceof Txn.CreateTtl create) {
            long owner = OwnerKind.ttlOwner(create.ttlMs());
            create(create.path(), create.data(), create.acl(), owner, create.parentCounter(), header, lenient, changes);
        } else if (txn instanceof Txn.SetAcl set) {
            setAcl(set.path(), set.acl(), set.version(), lenient);
        } else if (txn instanceof Txn.CreateSession session) {
            putSession(header.sessionId(), session.timeoutMs());
        } else if (txn instanceof Txn.CloseSession session) {
            closeSession(header.sessionId(), session.ephemerals(), at, changes);
        }
        // a check and an error change nothing
    }

    private void create(
            String path,
            byte @Nullable [] data,
            AclList acl,
            long owner,
            int parentCounter,
            TxnHeader header,
            boolean lenient,
            @Nullable List<Change> changes) {
        PathKey key = PathKey.of(path);
        Directory parent = key.slash < 0 ? null : editDirectory(key.utf8, key.slash);
        if (parent == null) {
            check(lenient, "create", path, "its parent is missing");
            return;
        }
        int nameFrom = key.slash + 1;
        Znode present = layout.znodes.get(parent.children, key.utf8, nameFrom, key.utf8.length);
        if (present != null) {
            check(lenient, "create", path, "it exists");
            Directory own = directory(key.utf8, key.utf8.length);
            replace(key, parent, own, present, present.withAcl(acl, present.aversion()));
            advance(parent, parentCounter, header.zxid());
            return;
        }
        Znode znode = Znode.of(
                key.utf8,
                nameFrom,
                key.utf8.length,
                data,
                acl,
                header.zxid(),
                header.timeMs(),
                header.zxid(),
                header.timeMs(),
                0,
                0,
                owner);
        add(key, parent, znode);
        advance(parent, parentCounter, header.zxid());
        addDigest(key.utf8, znode);
        if (changes != null) {
            changes.add(new Change(Change.Kind.CREATED, path, acl, parent.self.acl()));
        }
        Quotas.created(this, key.utf8, znode.dataLength());
    }

    private void setData(
            String path,
            byte @Nullable [] data,
            int version,
            long at,
            long time,
            boolean lenient,
            @Nullable List<Change> changes) {
        PathKey key = PathKey.of(path);
        Directory own = directory(key.utf8, key.utf8.length);
        Directory parent = parentOf(key);
        Znode before = znode(key, parent, own);
        if (before == null) {
            check(lenient, "setData", path, "it is missing");
            return;
        }
        Znode after = before.withData(data, version, at, time);
        replace(key, parent, own, before, after);
        if (changes != null) {
            changes.add(new Change(Change.Kind.DATA_CHANGED, path, after.acl(), after.acl()));
        }
        Quotas.dataChanged(this, key.utf8, after.dataLength() - before.dataLength());
    }

    private void setAcl(String path, AclList acl, int version, boolean lenient) {
        PathKey key = PathKey.of(path);
        Directory own = directory(key.utf8, key.utf8.length);
        Directory parent = parentOf(key);
        Znode before = znode(key, parent, own);
        if (before == null) {
            check(lenient, "setACL", path, "it is missing");
            return;
        }
        replace(key, parent, own, before, before.withAcl(acl, version));
    }

    /**
     * @param mayBeMissing whether a znode that is not there will do
     * @param mayHaveChildren whether one with children will do, which go too: in a replay these are later ones, of a znode that
     *     came after this one, and the transactions that follow make them again; an ephemeral has some where a snapshot says so
     */
    private void delete(
            PathKey key, long at, boolean mayBeMissing, boolean mayHaveChildren, @Nullable List<Change> changes) {
        Directory parent = key.slash < 0 ? null : editDirectory(key.utf8, key.slash);
        if (parent == null) {
            check(mayBeMissing, "delete", text(key), "its parent is missing");
            return;
        }
        Znode gone = removeChild(parent, key);
        touch(parent, at);
        if (gone == null) {
            check(mayBeMissing, "delete", text(key), "it is missing");
            return;
        }
        Directory own = directory(key.utf8, key.utf8.length);
        if (own != null && own.childCount > 0) {
            check(mayHaveChildren, "delete", text(key), "it has " + own.childCount + " children");
            removeBelow(own, changes);
        }
        removeOne(key.utf8, gone);
        if (changes != null) {
            changes.add(new Change(Change.Kind.DELETED, text(key), gone.acl(), parent.self.acl()));
        }
    }

    private void closeSession(long sessionId, List<String> paths, long at, @Nullable List<Change> changes) {
        for (String path : paths) {
            delete(PathKey.of(path), at, true, true, changes);
        }
        for (String left : ephemerals(sessionId)) {
            delete(PathKey.of(left), at, true, true, changes);
        }
        removeSession(sessionId);
    }

    /**
     * Adds a znode as a snapshot has it, children after their parents.
     *
     * @throws IllegalStateException if its parent is not there or it is
     */
    void restore(
            PathKey key,
            byte @Nullable [] data,
            AclList acl,
            long czxid,
            long ctimeMs,
            long mzxid,
            long mtimeMs,
            int version,
            int childCounter,
            int aversion,
            long owner,
            long pzxid) {
        latestTimeMs = Math.max(latestTimeMs, Math.max(ctimeMs, mtimeMs));
        int nameFrom = key.slash + 1;
        int nameTo = key.isRoot() ? 0 : key.utf8.length;
        Znode znode = Znode.of(
                key.utf8, nameFrom, nameTo, data, acl, czxid, ctimeMs, mzxid, mtimeMs, version, aversion, owner);
        if (key.isRoot()) {
            countRoot(znode);
        } else {
            Directory parent = editDirectory(key.utf8, key.slash);
            if (parent == null) {
                throw misfit("restore", text(key), "its parent is missing");
            }
            if (!add(key, parent, znode)) {
                throw misfit("restore", text(key), "it is there twice");
            }
            Quotas.restored(this, key.utf8);
        }
        restoreDirectory(key, znode, childCounter, pzxid);
    }

    void restoredUpTo(long restoredZxid) {
        zxid = restoredZxid;
    }

    /** The znodes that are there from the start; those that a snapshot brought stay as they are. */
    void addReserved() {
        for (String path : List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config")) {
            if (find(PathKey.of(path)) == null) {
                boolean config = path.endsWith("config");
                restore(
                        PathKey.of(path),
                        EMPTY,
                        config ? READ_ONLY : AclList.OPEN,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        config ? -1 : 0,
                        0,
                        0);
            }
        }
    }

    /**
     * Gives {@code /zookeeper/config} the membership that each member was told, where no transaction changes it: as ZooKeeper
     * does, with version -1 and no zxid.
     */
    public void configure(String membershipText) {
        PathKey key = PathKey.of("/zookeeper/config");
        Directory own = directory(key.utf8, key.utf8.length);
        Directory parent = parentOf(key);
        Znode before = znode(key, parent, own);
        if (before == null) {
            addReserved();
            configure(membershipText);
            return;
        }
        byte[] text = membershipText.getBytes(StandardCharsets.UTF_8);
        replace(key, parent, own, before, before.withData(text, -1, 0, 0));
    }

    private static String text(PathKey key) {
        return key.isRoot() ? "/" : new String(key.utf8, StandardCharsets.UTF_8);
    }

    private static IllegalStateException misfit(String operation, String path, String problem) {
        return new IllegalStateException(operation + " of " + path + " does not fit the state: " + problem);
    }

    private static void check(boolean fits, String operation, String path, String problem) {
        if (!fits) {
            throw misfit(operation, path, problem);
        }
    }
}
