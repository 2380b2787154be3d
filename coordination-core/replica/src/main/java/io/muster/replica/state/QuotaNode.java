package io.muster.replica.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One component of the paths that have quotas: a trie of them, so that finding the deepest one above a path costs no more
 * than the path is long, and ends at the first component that no quota has. Immutable.
 *
 * @param limited whether the path that ends here has a quota
 * @param children root of a trie of the next components
 */
record QuotaNode(byte[] name, boolean limited, @Nullable Object children) implements ByteTrie.Keyed {
    @Override
    public byte[] keyBytes() {
        return name;
    }

    @Override
    public int keyFrom() {
        return 0;
    }

    @Override
    public int keyTo() {
        return name.length;
    }

    /** The length of the longest prefix of the path, itself not ruled out, that has a quota; 0 if none has. */
    static int deepest(ByteTrie<QuotaNode> trie, @Nullable Object root, byte[] path) {
        int found = 0;
        int slash = 0;
        Object level = root;
        while (level != null && slash < path.length) {
            int end = endOfComponent(path, slash);
            QuotaNode node = trie.get(level, path, slash + 1, end);
            if (node == null) {
                break;
            }
            if (node.limited) {
                found = end;
            }
            level = node.children;
            slash = end;
        }
        return found;
    }

    /** A trie in which the path has a quota, or has none. */
    static @Nullable Object with(
            ByteTrie<QuotaNode> trie, @Nullable Object root, byte[] path, boolean limited, ByteTrie.Edit edit) {
        // no recursion: paths may be deeper than a thread's stack
        List<@Nullable Object> levels = new ArrayList<>();
        List<byte[]> names = new ArrayList<>();
        List<@Nullable QuotaNode> nodes = new ArrayList<>();
        Object level = root;
        for (int slash = 0; slash < path.length; ) {
            int end = endOfComponent(path, slash);
            QuotaNode node = level == null ? null : trie.get(level, path, slash + 1, end);
            levels.add(level);
            names.add(Arrays.copyOfRange(path, slash + 1, end));
            nodes.add(node);
            level = node == null ? null : node.children;
            slash = end;
        }
        boolean last = true;
        Object below = level;
        for (int i = nodes.size() - 1; i >= 0; i--) {
            QuotaNode node = nodes.get(i);
            boolean limitedHere = last ? limited : node != null && node.limited;
            byte[] name = names.get(i);
            below = limitedHere || below != null
                    ? trie.put(levels.get(i), new QuotaNode(name, limitedHere, below), edit)
                    : trie.remove(levels.get(i), name, 0, name.length, edit);
            last = false;
        }
        return below;
    }

    private static int endOfComponent(byte[] path, int slash) {
        int end = slash + 1;
        while (end < path.length && path[end] != '/') {
            end++;
        }
        return end;
    }
}
