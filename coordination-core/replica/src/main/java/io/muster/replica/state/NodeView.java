package io.muster.replica.state;

import io.muster.protocol.Stat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One znode in one state, with its children. Of a {@link StateEditor} it is valid until the next change only. */
public final class NodeView {
    private final StateView state;
    private final Znode znode;
    private final @Nullable Directory directory;

    NodeView(StateView state, Znode znode, @Nullable Directory directory) {
        this.state = state;
        this.znode = znode;
        this.directory = directory;
    }

    public Stat stat() {
        return state.stat(znode, directory);
    }

    /** A copy; null where the znode was given no data. */
    public byte @Nullable [] data() {
        return znode.data();
    }

    /** Of the data, 0 where there is none. */
    public int dataLength() {
        return znode.dataLength();
    }

    public AclList acl() {
        return znode.acl();
    }

    public int childCount() {
        return directory == null ? 0 : directory.childCount;
    }

    /** Names, in no order that means anything. */
    public List<String> children() {
        if (directory == null || directory.childCount == 0) {
            return List.of();
        }
        List<String> names = new ArrayList<>(directory.childCount);
        state.layout.znodes.forEach(directory.children, child -> names.add(child.name()));
        return names;
    }

    /** Bytes of all children's names in UTF-8. */
    public long childNameBytes() {
        return directory == null ? 0 : directory.childNameBytes;
    }

    /** The same names in the same order; only of a state that is published. */
    public ChildNames childNames() {
        return new ChildNames(directory == null ? null : directory.children);
    }

    Znode znode() {
        return znode;
    }

    @Nullable
    Directory directory() {
        return directory;
    }
}
