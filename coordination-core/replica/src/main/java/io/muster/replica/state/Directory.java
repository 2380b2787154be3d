package io.muster.replica.state;

import org.jspecify.annotations.Nullable;

/**
 * The children of one znode, and the part of its stat that they change. A znode has a directory from its first child on;
 * without one, its counter is 0 and its pzxid equals its czxid.
 *
 * <p>Changed in place by the edit that owns it, and by nobody once that edit is over.
 */
final class Directory implements ByteTrie.Keyed {
    private final byte[] path;
    /** The znode itself, the same object as in its parent's directory. */
    Znode self;
    /** What the znode adds to the tree's digest. */
    long selfDigest;
    /** Children ever created under this znode; the source of sequence numbers. */
    int childCounter;

    int childCount;
    /** Bytes of all children's names, without lengths. */
    long childNameBytes;

    long pzxid;
    /** Root of a trie of {@link Znode}, keyed by name. */
    @Nullable
    Object children;

    ByteTrie.@Nullable Edit owner;

    Directory(byte[] path, Znode self, long selfDigest, int childCounter, long pzxid, ByteTrie.@Nullable Edit owner) {
        this.path = path;
        this.self = self;
        this.selfDigest = selfDigest;
        this.childCounter = childCounter;
        this.pzxid = pzxid;
        this.owner = owner;
    }

    Directory copyFor(ByteTrie.Edit edit) {
        Directory copy = new Directory(path, self, selfDigest, childCounter, pzxid, edit);
        copy.childCount = childCount;
        copy.childNameBytes = childNameBytes;
        copy.children = children;
        return copy;
    }

    /** UTF-8 of the whole path; empty for the root. */
    byte[] path() {
        return path;
    }

    @Override
    public byte[] keyBytes() {
        return path;
    }

    @Override
    public int keyFrom() {
        return 0;
    }

    @Override
    public int keyTo() {
        return path.length;
    }
}
