package io.muster.replica.state;

import io.muster.protocol.Acl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Derives new states by applying transactions. Between two calls of {@link #freeze} it changes in place what it made
 * itself; what a frozen state holds it never touches.
 *
 * <p>Used by one thread. Reading it shows the state after the last transaction applied.
 */
public final class StateEditor extends StateView {
    private static final AclList READ_ONLY = new AclList(Acl.READ_ONLY);
    private static final byte[] EMPTY = new byte[0];

    private final NodeDigest digests = new NodeDigest();
    private ByteTrie.Edit edit = new ByteTrie.Edit();

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

    /** What the last edit made names it as its owner for good: so it must not hold what it replaced. */
    private void newEdit() {
        edit.previous = null;
        edit = new ByteTrie.Edit();
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
            closeSession(header.sessionId(), session.ephemerals(), at, lenient, changes);
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
        digest += digests.of(key.utf8, znode, 0, znode.czxid());
        if (changes != null) {
            changes.add(new Change(Change.Kind.CREATED, path, acl, parent.self.acl()));
        }
        Quotas.created(this, key.utf8, znode.dataLength());
    }

    /** Says whether there was no such znode before; if there was, the state is of no more use. */
    private boolean add(PathKey key, Directory parent, Znode znode) {
        parent.children = layout.znodes.put(parent.children, znode, edit);
        boolean isNew = edit.previous == null;
        parent.childCount++;
        parent.childNameBytes += znode.keyTo();
        znodeCount++;
        dataBytes += key.utf8.length + znode.dataLength();
        index(key.utf8, znode.owner());
        return isNew;
    }

    /** Sequence numbers wrap around after 2^31, so "later" is a difference. */
    private void advance(Directory parent, int parentCounter, long at) {
        int counter = parentCounter == -1 ? parent.childCounter + 1 : parentCounter;
        if (counter - parent.childCounter > 0) {
            parent.childCounter = counter;
            parent.pzxid = at;
            refreshDigest(parent);
        }
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

    /** Changes the data of a znode and nothing else, if it is there: no version, no time, no event. */
    void rewrite(String path, byte[] data) {
        PathKey key = PathKey.of(path);
        Directory own = directory(key.utf8, key.utf8.length);
        Directory parent = parentOf(key);
        Znode before = znode(key, parent, own);
        if (before != null) {
            replace(
                    key,
                    parent,
                    own,
                    before,
                    before.withData(data, before.version(), before.mzxid(), before.mtimeMs()));
        }
    }

    ByteTrie.Edit edit() {
        return edit;
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

    private @Nullable Directory parentOf(PathKey key) {
        return key.slash < 0 ? null : directory(key.utf8, key.slash);
    }

    private @Nullable Znode znode(PathKey key, @Nullable Directory parent, @Nullable Directory own) {
        if (own != null) {
            return own.self;
        }
        return parent == null ? null : layout.znodes.get(parent.children, key.utf8, key.slash + 1, key.utf8.length);
    }

    /** Puts a changed znode where the old one was: in its parent's directory and in its own, if it has one. */
    private void replace(PathKey key, @Nullable Directory parent, @Nullable Directory own, Znode before, Znode after) {
        if (parent != null) {
            Directory edited = own(parent);
            edited.children = layout.znodes.put(edited.children, after, edit);
        }
        dataBytes += after.dataLength() - before.dataLength();
        if (own == null) {
            digest -= digests.of(key.utf8, before, 0, before.czxid());
            digest += digests.of(key.utf8, after, 0, after.czxid());
        } else {
            Directory edited = own(own);
            edited.self = after;
            refreshDigest(edited);
        }
    }

    /**
     * @param mayBeMissing whether a znode that is not there will do
     * @param mayHaveChildren whether one with children will do: in a replay these are later ones, of a znode that came
     *     after this one, and they go too, since the transactions that follow make them again
     */
    private void delete(
            PathKey key, long at, boolean mayBeMissing, boolean mayHaveChildren, @Nullable List<Change> changes) {
        Directory parent = key.slash < 0 ? null : editDirectory(key.utf8, key.slash);
        if (parent == null) {
            check(mayBeMissing, "delete", text(key), "its parent is missing");
            return;
        }
        parent.children = layout.znodes.remove(parent.children, key.utf8, key.slash + 1, key.utf8.length, edit);
        Znode gone = (Znode) edit.previous;
        if (at > parent.pzxid) {
            parent.pzxid = at;
            refreshDigest(parent);
        }
        if (gone == null) {
            check(mayBeMissing, "delete", text(key), "it is missing");
            return;
        }
        parent.childCount--;
        parent.childNameBytes -= gone.keyTo();
        Directory own = directory(key.utf8, key.utf8.length);
        if (own != null && own.childCount > 0) {
            check(mayHaveChildren, "delete", text(key), "it has " + own.childCount + " children");
            removeBelow(own);
        }
        removeOne(key.utf8, gone);
        if (changes != null) {
            changes.add(new Change(Change.Kind.DELETED, text(key), gone.acl(), parent.self.acl()));
        }
    }

    private void removeBelow(Directory top) {
        List<byte[]> paths = new ArrayList<>();
        List<Znode> znodes = new ArrayList<>();
        walk(top, (path, znode, own) -> {
            if (own != top) {
                paths.add(path);
                znodes.add(znode);
            }
        });
        for (int i = 0; i < paths.size(); i++) {
            removeOne(paths.get(i), znodes.get(i));
        }
    }

    /** All that there is of a znode but its place among its parent's children. */
    private void removeOne(byte[] path, Znode gone) {
        znodeCount--;
        dataBytes -= path.length + gone.dataLength();
        unindex(path, gone.owner());
        directories = layout.directories.remove(directories, path, 0, path.length, edit);
        Directory own = (Directory) edit.previous;
        digest -= own == null ? digests.of(path, gone, 0, gone.czxid()) : own.selfDigest;
        Quotas.removed(this, path, gone.dataLength());
    }

    private void closeSession(
            long sessionId, List<String> paths, long at, boolean lenient, @Nullable List<Change> changes) {
        for (String path : paths) {
            delete(PathKey.of(path), at, true, lenient, changes);
        }
        for (String left : ephemerals(sessionId)) {
            delete(PathKey.of(left), at, true, lenient, changes);
        }
        byte[] id = SessionEntry.key(sessionId);
        sessions = layout.sessions.remove(sessions, id, 0, id.length, edit);
        if (edit.previous instanceof SessionEntry gone && gone.timeoutMs != SessionEntry.ORPHAN) {
            sessionCount--;
        }
    }

    void putSession(long sessionId, int timeoutMs) {
        SessionEntry entry = editSession(sessionId);
        if (entry.timeoutMs == SessionEntry.ORPHAN) {
            sessionCount++;
        }
        // below 0 it is not of a session that ever was, and would make this an orphan that was counted
        entry.timeoutMs = Math.max(0, timeoutMs);
    }

    private void index(byte[] path, long owner) {
        switch (OwnerKind.of(owner, layout.timesToLive)) {
            case PERSISTENT -> {}
            case CONTAINER -> containers = layout.paths.put(containers, new PathEntry(path), edit);
            case TTL -> ttls = layout.paths.put(ttls, new PathEntry(path), edit);
            case EPHEMERAL -> {
                SessionEntry session = editSession(owner);
                session.ephemerals = layout.paths.put(session.ephemerals, new PathEntry(path), edit);
                session.ephemeralCount++;
                ephemeralCount++;
            }
        }
    }

    private void unindex(byte[] path, long owner) {
        switch (OwnerKind.of(owner, layout.timesToLive)) {
            case PERSISTENT -> {}
            case CONTAINER -> containers = layout.paths.remove(containers, path, 0, path.length, edit);
            case TTL -> ttls = layout.paths.remove(ttls, path, 0, path.length, edit);
            case EPHEMERAL -> {
                SessionEntry session = editSession(owner);
                session.ephemerals = layout.paths.remove(session.ephemerals, path, 0, path.length, edit);
                session.ephemeralCount--;
                ephemeralCount--;
            }
        }
    }

    private SessionEntry editSession(long sessionId) {
        SessionEntry entry = session(sessionId);
        if (entry != null && entry.owner == edit) {
            return entry;
        }
        SessionEntry edited =
                entry == null ? new SessionEntry(sessionId, SessionEntry.ORPHAN, edit) : entry.copyFor(edit);
        sessions = layout.sessions.put(sessions, edited, edit);
        return edited;
    }

    /** The directory of a path, ours to change; made if the znode there has none yet. Null if there is no such znode. */
    private @Nullable Directory editDirectory(byte[] bytes, int length) {
        Directory directory = directory(bytes, length);
        if (directory != null) {
            return own(directory);
        }
        byte[] path = Arrays.copyOf(bytes, length);
        NodeView found = find(PathKey.of(new String(path, StandardCharsets.UTF_8)));
        if (found == null) {
            return null;
        }
        Znode znode = found.znode();
        long own = digests.of(path, znode, 0, znode.czxid());
        return putDirectory(new Directory(path, znode, own, 0, znode.czxid(), edit));
    }

    private Directory own(Directory directory) {
        return directory.owner == edit ? directory : putDirectory(directory.copyFor(edit));
    }

    private Directory putDirectory(Directory directory) {
        directories = layout.directories.put(directories, directory, edit);
        return directory;
    }

    private void refreshDigest(Directory directory) {
        long now = digests.of(directory.path(), directory.self, directory.childCounter, directory.pzxid);
        digest += now - directory.selfDigest;
        directory.selfDigest = now;
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
            znodeCount++;
            dataBytes += znode.dataLength();
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
        long own = digests.of(key.utf8, znode, childCounter, pzxid);
        digest += own;
        if (key.isRoot() || childCounter != 0 || pzxid != czxid) {
            putDirectory(new Directory(key.utf8, znode, own, childCounter, pzxid, edit));
        }
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
