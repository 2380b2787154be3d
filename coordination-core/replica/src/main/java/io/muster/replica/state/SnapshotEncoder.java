package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.JuteWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a state's bytes, as {@link SnapshotCodec} describes them, in pieces: between two of them it may stand still for as
 * long as it likes. Used once, by one thread.
 */
public final class SnapshotEncoder {
    /** Znodes that are looked at in one piece while nothing is written yet. */
    private static final int LOOKS_PER_PIECE = 20_000;

    private enum Phase {
        SESSIONS,
        LOOK_FOR_ACLS,
        ACLS,
        ZNODES,
        ENDED
    }

    private final State state;
    private final ByteTrie.Cursor<SessionEntry> sessions;
    private final Map<AclList, Long> aclKeys = new LinkedHashMap<>();
    private final ByteTrie.Cursor<Directory> directories;
    /** Of the directory that is being looked at for lists. */
    private ByteTrie.Cursor<Znode> looked = new ByteTrie.Cursor<>(null);

    private Iterator<Map.Entry<AclList, Long>> acls = aclKeys.entrySet().iterator();
    /** Directories whose own znode is still to be written; the last comes first. */
    private final List<Directory> open = new ArrayList<>();

    private byte[] parent = StateView.ROOT_PATH;
    private ByteTrie.Cursor<Znode> children = new ByteTrie.Cursor<>(null);
    private Phase phase = Phase.SESSIONS;
    private boolean begun;

    public SnapshotEncoder(State state) {
        this.state = state;
        this.sessions = new ByteTrie.Cursor<>(state.sessions);
        this.directories = new ByteTrie.Cursor<>(state.directories);
    }

    /**
     * Appends until the writer holds so many bytes, or as many more as the last znode has, or until much was looked at;
     * says whether that was the end.
     */
    public boolean write(JuteWriter out, int untilBytes) {
        while (phase != Phase.ENDED && out.size() < untilBytes) {
            switch (phase) {
                case SESSIONS -> writeSession(out);
                case LOOK_FOR_ACLS -> {
                    if (!lookForAcls()) {
                        return false;
                    }
                    out.writeInt(aclKeys.size());
                    acls = aclKeys.entrySet().iterator();
                    phase = Phase.ACLS;
                }
                case ACLS -> writeAcl(out);
                case ZNODES -> writeZnode(out);
                case ENDED -> throw new IllegalStateException("nothing comes after the end");
            }
        }
        return phase == Phase.ENDED;
    }

    private void writeSession(JuteWriter out) {
        if (!begun) {
            begun = true;
            out.writeInt(state.sessionCount());
        }
        SessionEntry next = sessions.next();
        if (next == null) {
            Directory root = state.directory(StateView.ROOT_PATH, 0);
            if (root != null) {
                keyFor(root.self.acl());
                open.add(root);
            }
            phase = Phase.LOOK_FOR_ACLS;
        } else if (next.timeoutMs != SessionEntry.ORPHAN) {
            out.writeLong(next.sessionId()).writeInt(next.timeoutMs);
        }
    }

    /** Says whether that was the last. */
    private boolean lookForAcls() {
        for (int i = 0; i < LOOKS_PER_PIECE; i++) {
            Znode znode = looked.next();
            if (znode != null) {
                keyFor(znode.acl());
                continue;
            }
            Directory directory = directories.next();
            if (directory == null) {
                return true;
            }
            if (directory.children != null) {
                looked = new ByteTrie.Cursor<>(directory.children);
            }
        }
        return false;
    }

    private void keyFor(AclList acl) {
        if (!isOpen(acl)) {
            aclKeys.putIfAbsent(acl, aclKeys.size() + 1L);
        }
    }

    private static boolean isOpen(AclList acl) {
        return acl.equals(AclList.OPEN);
    }

    private void writeAcl(JuteWriter out) {
        if (acls.hasNext()) {
            Map.Entry<AclList, Long> next = acls.next();
            out.writeLong(next.getValue());
            Acl.writeList(out, next.getKey().entries());
        } else {
            phase = Phase.ZNODES;
        }
    }

    /** Depth-first, a parent before its children, in the order of {@link StateView#walk}. */
    private void writeZnode(JuteWriter out) {
        Znode child = children.next();
        if (child != null) {
            byte[] path = StateView.childPath(parent, child);
            Directory own = state.directory(path, path.length);
            if (own != null && own.childCount > 0) {
                open.add(own);
            } else {
                writeZnode(out, path, child, own);
            }
        } else if (!open.isEmpty()) {
            Directory next = open.remove(open.size() - 1);
            writeZnode(out, next.path(), next.self, next);
            parent = next.path();
            children = new ByteTrie.Cursor<>(next.children);
        } else {
            out.writeString(SnapshotCodec.END);
            phase = Phase.ENDED;
        }
    }

    private void writeZnode(JuteWriter out, byte[] path, Znode znode, @Nullable Directory directory) {
        out.writeBuffer(path);
        if (znode.hasData()) {
            out.writeBuffer(znode.packed(), znode.keyTo(), znode.dataLength());
        } else {
            out.writeInt(-1);
        }
        out.writeLong(isOpen(znode.acl()) ? SnapshotCodec.OPEN_KEY : aclKeys.getOrDefault(znode.acl(), -1L));
        out.writeLong(znode.czxid()).writeLong(znode.mzxid());
        out.writeLong(znode.ctimeMs()).writeLong(znode.mtimeMs());
        out.writeInt(znode.version())
                .writeInt(directory == null ? 0 : directory.childCounter)
                .writeInt(znode.aversion());
        out.writeLong(znode.owner()).writeLong(directory == null ? znode.czxid() : directory.pzxid);
    }
}
