package io.muster.replica.state;

/**
 * Counts the descendants of a znode in steps. Its cost grows with the znodes of the whole tree that have, or had, children;
 * not with those that never had any. Used once, by one thread.
 */
public final class DescendantCount {
    private final ByteTrie.Cursor<Directory> cursor;
    private final byte[] top;
    private int count;

    /** @param top the znode's path in UTF-8, empty for the root */
    DescendantCount(StateView state, byte[] top) {
        this.cursor = new ByteTrie.Cursor<>(state.directories);
        this.top = top;
    }

    /** Looks at so many znodes that have children; says whether that was the last. */
    public boolean step(int znodes) {
        for (int i = 0; i < znodes; i++) {
            Directory next = cursor.next();
            if (next == null) {
                return true;
            }
            if (isAtOrBelow(next.path())) {
                count += next.childCount;
            }
        }
        return false;
    }

    private boolean isAtOrBelow(byte[] path) {
        if (path.length < top.length || path.length > top.length && path[top.length] != '/') {
            return false;
        }
        // a directory's end is where it differs from others most often
        for (int i = top.length - 1; i >= 0; i--) {
            if (path[i] != top[i]) {
                return false;
            }
        }
        return true;
    }

    /** Those found so far. */
    public int count() {
        return count;
    }
}
