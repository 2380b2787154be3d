package io.muster.replica.state;

import java.nio.charset.StandardCharsets;

/**
 * A path as the tree looks it up: UTF-8, with the place of its last slash. The root is the empty run of bytes, as in
 * snapshots.
 */
final class PathKey {
    private static final byte[] ROOT = new byte[0];

    final byte[] utf8;
    /** Where the parent's path ends and the name's slash stands; -1 for the root. */
    final int slash;

    private PathKey(byte[] utf8, int slash) {
        this.utf8 = utf8;
        this.slash = slash;
    }

    static PathKey of(String path) {
        return path.equals("/") ? new PathKey(ROOT, -1) : ofUtf8(path.getBytes(StandardCharsets.UTF_8));
    }

    /** The parent of a path other than the root. */
    static PathKey parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? new PathKey(ROOT, -1) : of(path.substring(0, slash));
    }

    /** The array becomes part of the key; the root's is empty. */
    static PathKey ofUtf8(byte[] utf8) {
        int slash = utf8.length - 1;
        while (slash >= 0 && utf8[slash] != '/') {
            slash--;
        }
        return new PathKey(utf8, slash);
    }

    boolean isRoot() {
        return utf8.length == 0;
    }
}
