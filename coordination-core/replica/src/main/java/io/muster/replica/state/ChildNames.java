package io.muster.replica.state;

import io.muster.protocol.JuteWriter;
import org.jspecify.annotations.Nullable;

/** The names of a znode's children, one after the other, without a list of them. Used once, by one thread. */
public final class ChildNames {
    private final ByteTrie.Cursor<Znode> cursor;

    ChildNames(@Nullable Object children) {
        this.cursor = new ByteTrie.Cursor<>(children);
    }

    /** Appends names, each behind its length, until the writer holds so many bytes; says whether that was the last. */
    public boolean writeTo(JuteWriter out, int untilBytes) {
        while (out.size() < untilBytes) {
            Znode child = cursor.next();
            if (child == null) {
                return true;
            }
            out.writeBuffer(child.keyBytes(), child.keyFrom(), child.keyTo());
        }
        return false;
    }
}
