package io.muster.replica;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.Request;
import io.muster.protocol.Stat;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.ChildNames;
import io.muster.replica.state.DescendantCount;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read whose answer may take long to find or to encode: it is done in steps, between which the thread that does it serves
 * others. First {@link #measure} until it is done, then {@link #write} until that is. The state stays as it is, so the
 * answer is of one moment, however long it takes. Used by one thread.
 */
public abstract sealed class LongRead permits LongRead.Data, LongRead.Children, LongRead.Count, LongMultiRead {
    /** With fewer children the reply fits into one piece, and is made in the usual way. */
    static final int MANY_CHILDREN = 1_000;
    /** A shorter reply is made at once. */
    static final int PIECE_BYTES = 64 * 1024;

    private static final int STAT_BYTES = 68;

    LongRead() {}

    /** Does a limited amount of work; says whether the size is known now. */
    public abstract boolean measure();

    /** The length of the reply's body, once it has been measured. */
    public abstract long sizeBytes();

    /**
     * Appends to the reply's body until the writer holds so many bytes, or a little more; says whether that was the end.
     */
    public abstract boolean write(JuteWriter out, int untilBytes);

    /** How to answer a multi of reads in steps; one that is not long is better answered by {@link Reads#shortMulti}. */
    public static LongRead ofMulti(State state, Request.MultiRead multi, List<Id> ids, AccessControl access) {
        return new LongMultiRead(state, multi, ids, access);
    }

    /**
     * How to answer a read in steps; null if {@link Reads#answer} is to answer it, be it with an error.
     *
     * @param read no multi
     */
    public static @Nullable LongRead of(State state, Request read, List<Id> ids, AccessControl access) {
        if (read instanceof Request.GetChildren children) {
            NodeView node = permitted(state, children.path(), ids, access);
            return node == null || node.childCount() < MANY_CHILDREN ? null : new Children(node, null);
        }
        if (read instanceof Request.GetChildren2 children) {
            NodeView node = permitted(state, children.path(), ids, access);
            return node == null || node.childCount() < MANY_CHILDREN ? null : new Children(node, node.stat());
        }
        if (read instanceof Request.GetData get) {
            NodeView node = permitted(state, get.path(), ids, access);
            return node == null || node.dataLength() < PIECE_BYTES ? null : new Data(node);
        }
        if (read instanceof Request.GetAllChildrenNumber all) {
            NodeView node = permitted(state, all.path(), ids, access);
            return node == null || node.childCount() == 0 ? null : new Count(state.descendants(all.path()));
        }
        return null;
    }

    private static @Nullable NodeView permitted(State state, String path, List<Id> ids, AccessControl access) {
        NodeView node = state.find(path);
        return node != null && access.permits(node.acl(), Acl.READ, ids) ? node : null;
    }

    private static final byte[] NOTHING = {};

    /** The data is copied out of the state when it begins, not when it was asked for: many may have been asked for. */
    static final class Data extends LongRead {
        private final NodeView node;
        private byte @Nullable [] rest;
        private int written;

        Data(NodeView node) {
            this.node = node;
        }

        @Override
        public boolean measure() {
            return true;
        }

        @Override
        public long sizeBytes() {
            return sizeBytes(node);
        }

        static long sizeBytes(NodeView node) {
            return Integer.BYTES + (long) node.dataLength() + STAT_BYTES;
        }

        @Override
        public boolean write(JuteWriter out, int untilBytes) {
            byte[] all = rest;
            if (all == null) {
                byte[] data = node.data();
                all = data == null ? NOTHING : data;
                rest = all;
                out.writeInt(data == null ? -1 : data.length);
            }
            int length = Math.min(all.length - written, Math.max(0, untilBytes - out.size()));
            out.writeBytes(all, written, length);
            written += length;
            boolean last = written == all.length;
            if (last) {
                node.stat().write(out);
            }
            return last;
        }
    }

    static final class Children extends LongRead {
        private final NodeView node;
        private final @Nullable Stat stat;
        private @Nullable ChildNames names;

        Children(NodeView node, @Nullable Stat stat) {
            this.node = node;
            this.stat = stat;
        }

        @Override
        public boolean measure() {
            return true;
        }

        @Override
        public long sizeBytes() {
            return sizeBytes(node) + (stat == null ? 0 : STAT_BYTES);
        }

        /** Without a stat. */
        static long sizeBytes(NodeView node) {
            return Integer.BYTES * (node.childCount() + 1L) + node.childNameBytes();
        }

        @Override
        public boolean write(JuteWriter out, int untilBytes) {
            ChildNames rest = names;
            if (rest == null) {
                out.writeInt(node.childCount());
                rest = node.childNames();
                names = rest;
            }
            boolean last = rest.writeTo(out, untilBytes);
            if (last && stat != null) {
                stat.write(out);
            }
            return last;
        }
    }

    static final class Count extends LongRead {
        private static final int STEP = 10_000;

        private final DescendantCount count;

        Count(DescendantCount count) {
            this.count = count;
        }

        @Override
        public boolean measure() {
            return count.step(STEP);
        }

        @Override
        public long sizeBytes() {
            return Integer.BYTES;
        }

        @Override
        public boolean write(JuteWriter out, int untilBytes) {
            out.writeInt(count.count());
            return true;
        }
    }
}
