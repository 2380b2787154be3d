package io.muster.replica.state;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes a state znode by znode and session by session, and keeps in step with that what is known of all of them: how many
 * there are, their bytes, the digest, the indexes by owner, the quotas. Used by one thread.
 *
 * <p>Invariant: what was not made by the present {@link #edit} is held by a frozen state, and is copied before it is changed.
 */
abstract sealed class TreeEditor extends StateView permits StateEditor {
    private final NodeDigest digests = new NodeDigest();
    private ByteTrie.Edit edit = new ByteTrie.Edit();

    TreeEditor(Layout layout) {
        super(layout);
    }

    /** What the last edit made names it as its owner for good: so it must not hold what it replaced. */
    final void newEdit() {
        edit.previous = null;
        edit = new ByteTrie.Edit();
    }

    final ByteTrie.Edit edit() {
        return edit;
    }

    // ---- znodes

    /** Says whether there was no such znode before; if there was, the state is of no more use. */
    final boolean add(PathKey key, Directory parent, Znode znode) {
        parent.children = layout.znodes.put(parent.children, znode, edit);
        boolean isNew = edit.previous == null;
        parent.childCount++;
        parent.childNameBytes += znode.keyTo();
        znodeCount++;
        dataBytes += key.utf8.length + znode.dataLength();
        index(key.utf8, znode.owner());
        return isNew;
    }

    /** The root is no child of anything: it is in its directory only. */
    final void countRoot(Znode root) {
        znodeCount++;
        dataBytes += root.dataLength();
    }

    /** Changes the data of a znode and nothing else, if it is there: no version, no time, no event. */
    final void rewrite(String path, byte[] data) {
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

    final @Nullable Directory parentOf(PathKey key) {
        return key.slash < 0 ? null : directory(key.utf8, key.slash);
    }

    final @Nullable Znode znode(PathKey key, @Nullable Directory parent, @Nullable Directory own) {
        if (own != null) {
            return own.self;
        }
        return parent == null ? null : layout.znodes.get(parent.children, key.utf8, key.slash + 1, key.utf8.length);
    }

    /** Puts a changed znode where the old one was: in its parent's directory and in its own, if it has one. */
    final void replace(PathKey key, @Nullable Directory parent, @Nullable Directory own, Znode before, Znode after) {
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

    /** Takes a znode from among its parent's children, and no more; null if it was not there. */
    final @Nullable Znode removeChild(Directory parent, PathKey key) {
        parent.children = layout.znodes.remove(parent.children, key.utf8, key.slash + 1, key.utf8.length, edit);
        Znode gone = (Znode) edit.previous;
        if (gone != null) {
            parent.childCount--;
            parent.childNameBytes -= gone.keyTo();
        }
        return gone;
    }

    /**
     * All below a znode, but not itself, children before their parents.
     *
     * @param changes receives what happened, in order
     */
    final void removeBelow(Directory top, @Nullable List<Change> changes) {
        List<byte[]> paths = new ArrayList<>();
        List<Znode> znodes = new ArrayList<>();
        walk(top, (path, znode, own) -> {
            if (own != top) {
                paths.add(path);
                znodes.add(znode);
            }
        });
        for (int i = paths.size() - 1; i >= 0; i--) {
            byte[] path = paths.get(i);
            if (changes != null) {
                PathKey key = PathKey.ofUtf8(path);
                Directory parent = parentOf(key);
                AclList acl = znodes.get(i).acl();
                String text = new String(path, StandardCharsets.UTF_8);
                changes.add(new Change(Change.Kind.DELETED, text, acl, parent == null ? acl : parent.self.acl()));
            }
            removeOne(path, znodes.get(i));
        }
    }

    /** All that there is of a znode but its place among its parent's children. */
    final void removeOne(byte[] path, Znode gone) {
        znodeCount--;
        dataBytes -= path.length + gone.dataLength();
        unindex(path, gone.owner());
        directories = layout.directories.remove(directories, path, 0, path.length, edit);
        Directory own = (Directory) edit.previous;
        digest -= own == null ? digests.of(path, gone, 0, gone.czxid()) : own.selfDigest;
        Quotas.removed(this, path, gone.dataLength());
    }

    // ---- sessions and indexes

    final void putSession(long sessionId, int timeoutMs) {
        SessionEntry entry = editSession(sessionId);
        if (entry.timeoutMs == SessionEntry.ORPHAN) {
            sessionCount++;
        }
        // below 0 it is not of a session that ever was, and would make this an orphan that was counted
        entry.timeoutMs = Math.max(0, timeoutMs);
    }

    final void removeSession(long sessionId) {
        byte[] id = SessionEntry.key(sessionId);
        sessions = layout.sessions.remove(sessions, id, 0, id.length, edit);
        if (edit.previous instanceof SessionEntry gone && gone.timeoutMs != SessionEntry.ORPHAN) {
            sessionCount--;
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

    // ---- directories and digests

    /** The directory of a path, ours to change; made if the znode there has none yet. Null if there is no such znode. */
    final @Nullable Directory editDirectory(byte[] bytes, int length) {
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
     * A child was created. Sequence numbers wrap around after 2^31, so "later" is a difference.
     *
     * @param parentCounter how many were created then, it included; -1 for one more than before
     */
    final void advance(Directory parent, int parentCounter, long at) {
        int counter = parentCounter == -1 ? parent.childCounter + 1 : parentCounter;
        if (counter - parent.childCounter > 0) {
            parent.childCounter = counter;
            parent.pzxid = at;
            refreshDigest(parent);
        }
    }

    /** The children of a znode changed at that zxid. */
    final void touch(Directory parent, long at) {
        if (at > parent.pzxid) {
            parent.pzxid = at;
            refreshDigest(parent);
        }
    }

    /** A znode came from a snapshot: its digest, and its directory if it needs one already. */
    final void restoreDirectory(PathKey key, Znode znode, int childCounter, long pzxid) {
        long own = digests.of(key.utf8, znode, childCounter, pzxid);
        digest += own;
        if (key.isRoot() || childCounter != 0 || pzxid != znode.czxid()) {
            putDirectory(new Directory(key.utf8, znode, own, childCounter, pzxid, edit));
        }
    }

    /** A znode is new, and has no directory. */
    final void addDigest(byte[] path, Znode znode) {
        digest += digests.of(path, znode, 0, znode.czxid());
    }
}
