package io.muster.replica;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The tree's digest at every 128th transaction, of the last 1,024 such, as ZooKeeper keeps them: two servers are compared
 * at a transaction that both have. Owned by the replica's thread.
 */
public final class DigestHistory {
    private static final int INTERVAL = 128;
    private static final int MAX_SIZE = 1_024;

    private record Entry(long zxid, long digest) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    /** Takes one entry. */
    public interface Visitor {
        void entry(long zxid, long digest);
    }

    /** To be called after each transaction, in their order. */
    void note(long zxid, long digest) {
        if (zxid % INTERVAL == 0) {
            entries.add(new Entry(zxid, digest));
            if (entries.size() > MAX_SIZE) {
                entries.remove();
            }
        }
    }

    /** Those up to a transaction, oldest first. */
    void forEachUpTo(long zxid, Visitor visitor) {
        for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.zxid > zxid) {
                return;
            }
            visitor.entry(entry.zxid, entry.digest);
        }
    }
}
