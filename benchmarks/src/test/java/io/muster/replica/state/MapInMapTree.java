package io.muster.replica.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The layout that was not chosen, to measure it: each znode with children holds the persistent trie of them, so a change
 * copies every znode from the root down to it. Znodes, tries and digests are the real ones; there are no sessions.
 */
public final class MapInMapTree {
    private static final class Parent implements ByteTrie.Keyed {
        final Znode self;
        final ByteTrie.Edit owner;

        @Nullable
        Object children;

        int childCount;
        int childCounter;
        long pzxid;
        long selfDigest;

        Parent(Znode self, ByteTrie.Edit owner) {
            this.self = self;
            this.owner = owner;
        }

        Parent copyFor(Znode newSelf, ByteTrie.Edit edit) {
            Parent copy = new Parent(newSelf, edit);
            copy.children = children;
            copy.childCount = childCount;
            copy.childCounter = childCounter;
            copy.pzxid = pzxid;
            copy.selfDigest = selfDigest;
            return copy;
        }

        @Override
        public byte[] keyBytes() {
            return self.keyBytes();
        }

        @Override
        public int keyFrom() {
            return self.keyFrom();
        }

        @Override
        public int keyTo() {
            return self.keyTo();
        }
    }

    private final ByteTrie<ByteTrie.Keyed> trie = new ByteTrie<>(1);
    private final NodeDigest digests = new NodeDigest();
    private ByteTrie.Edit edit = new ByteTrie.Edit();
    private Parent root;
    private long digest;

    public MapInMapTree() {
        byte[] none = {};
        root = new Parent(Znode.of(none, 0, 0, none, AclList.OPEN, 0, 0, 0, 0, 0, 0, 0), edit);
    }

    public Object freeze() {
        edit.previous = null;
        edit = new ByteTrie.Edit();
        return root;
    }

    public long digest() {
        return digest;
    }

    public void create(String path, byte[] data, long zxid, long timeMs) {
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        int slash = path.lastIndexOf('/');
        Parent parent = edit(utf8, slash);
        Znode znode = Znode.of(utf8, slash + 1, utf8.length, data, AclList.OPEN, zxid, timeMs, zxid, timeMs, 0, 0, 0);
        parent.children = trie.put(parent.children, znode, edit);
        parent.childCount++;
        parent.childCounter++;
        parent.pzxid = zxid;
        byte[] parentPath = Arrays.copyOf(utf8, slash);
        long parentDigest = digests.of(parentPath, parent.self, parent.childCounter, parent.pzxid);
        digest += parentDigest - parent.selfDigest + digests.of(utf8, znode, 0, zxid);
        parent.selfDigest = parentDigest;
    }

    /** Of a znode without children. */
    public void setData(String path, byte[] data, int version, long zxid, long timeMs) {
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        int slash = path.lastIndexOf('/');
        Parent parent = edit(utf8, slash);
        Znode before = (Znode) Objects.requireNonNull(trie.get(parent.children, utf8, slash + 1, utf8.length), path);
        Znode after = before.withData(data, version, zxid, timeMs);
        parent.children = trie.put(parent.children, after, edit);
        digest += digests.of(utf8, after, 0, after.czxid()) - digests.of(utf8, before, 0, before.czxid());
    }

    /** The znode at the first {@code length} bytes, and all above it, ours to change. */
    private Parent edit(byte[] utf8, int length) {
        if (root.owner != edit) {
            root = root.copyFor(root.self, edit);
        }
        Parent parent = root;
        int from = 1;
        while (from < length) {
            int to = from;
            while (to < length && utf8[to] != '/') {
                to++;
            }
            parent = editChild(parent, utf8, from, to);
            from = to + 1;
        }
        return parent;
    }

    private Parent editChild(Parent parent, byte[] utf8, int from, int to) {
        ByteTrie.Keyed child = Objects.requireNonNull(trie.get(parent.children, utf8, from, to));
        if (child instanceof Parent own && own.owner == edit) {
            return own;
        }
        Parent edited;
        if (child instanceof Parent shared) {
            edited = shared.copyFor(shared.self, edit);
        } else {
            edited = new Parent((Znode) child, edit);
            edited.pzxid = edited.self.czxid();
            edited.selfDigest = digests.of(Arrays.copyOf(utf8, to), edited.self, 0, edited.pzxid);
        }
        parent.children = trie.put(parent.children, edited, edit);
        return edited;
    }
}
