package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a whole state, as snapshot files and the stream from a leader to a follower both have them: sessions, the
 * table of access control lists, and all znodes depth-first up to the end mark {@code "/"}. What stands before and after
 * belongs to the file or to the stream.
 *
 * <p>Neither direction holds more than one znode and one buffer in memory besides the state itself.
 */
public final class SnapshotCodec {
    private static final String END = "/";
    private static final long OPEN_KEY = -1;
    private static final int STAT_BYTES = 68;
    private static final int FLUSH_BYTES = 1 << 16;
    /** As much as is allocated for a length before its bytes have been seen. */
    private static final int TRUSTED_BYTES = 1 << 20;
    /** Lets nobody in. An empty list would let everybody. */
    private static final AclList NOBODY = new AclList(List.of(new Acl(0, Id.ANYONE)));

    private SnapshotCodec() {}

    /** Where bytes go. The array is valid during the call only. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] bytes, int offset, int length);
    }

    /** Where bytes come from, a few at a time: it should be buffered. */
    @FunctionalInterface
    public interface Source {
        /**
         * Fills the range, waiting for the bytes if need be.
         *
         * @throws MalformedFrameException if there are not so many
         */
        void read(byte[] into, int offset, int length);
    }

    /**
     * What was read.
     *
     * @param znodesWithoutAcl znodes whose access control list is not in the table: ZooKeeper writes such files when a list
     *     is new while it writes. They let nobody but the super user in, until replay brings the list.
     */
    public record Restored(State state, int znodesWithoutAcl) {}

    public static void write(State state, Sink sink) {
        JuteWriter out = new JuteWriter(FLUSH_BYTES + (1 << 12));
        out.writeInt(state.sessionCount());
        state.forEachSession((id, timeoutMs) -> {
            out.writeLong(id).writeInt(timeoutMs);
            flush(out, sink, FLUSH_BYTES);
        });
        Map<AclList, Long> keys = aclKeys(state);
        out.writeInt(keys.size());
        keys.forEach((acl, key) -> {
            out.writeLong(key);
            Acl.writeList(out, acl.entries());
            flush(out, sink, FLUSH_BYTES);
        });
        state.forEachZnode((path, znode, directory) -> {
            long key = isOpen(znode.acl()) ? OPEN_KEY : keys.getOrDefault(znode.acl(), OPEN_KEY);
            writeZnode(out, path, znode, directory, key);
            flush(out, sink, FLUSH_BYTES);
        });
        out.writeString(END);
        flush(out, sink, 1);
    }

    private static void flush(JuteWriter out, Sink sink, int fromBytes) {
        if (out.size() >= fromBytes) {
            sink.accept(out.array(), 0, out.size());
            out.clear();
        }
    }

    private static boolean isOpen(AclList acl) {
        return acl.equals(AclList.OPEN);
    }

    private static Map<AclList, Long> aclKeys(State state) {
        Map<AclList, Long> keys = new LinkedHashMap<>();
        state.forEachAcl(acl -> {
            if (!isOpen(acl)) {
                keys.putIfAbsent(acl, keys.size() + 1L);
            }
        });
        return keys;
    }

    private static void writeZnode(
            JuteWriter out, byte[] path, Znode znode, @Nullable Directory directory, long aclKey) {
        out.writeBuffer(path);
        if (znode.hasData()) {
            out.writeBuffer(znode.packed(), znode.keyTo(), znode.dataLength());
        } else {
            out.writeInt(-1);
        }
        out.writeLong(aclKey);
        out.writeLong(znode.czxid()).writeLong(znode.mzxid());
        out.writeLong(znode.ctimeMs()).writeLong(znode.mtimeMs());
        out.writeInt(znode.version())
                .writeInt(directory == null ? 0 : directory.childCounter)
                .writeInt(znode.aversion());
        out.writeLong(znode.owner()).writeLong(directory == null ? znode.czxid() : directory.pzxid);
    }

    /**
     * Reads a state up to and with the end mark; reserved znodes that it lacks are added.
     *
     * @param seed as of {@link State#initial}
     * @param zxid what the state is to count as its last transaction
     * @throws MalformedFrameException if the bytes are no state, or end too early
     */
    public static Restored read(Source source, long seed, TimesToLive timesToLive, long zxid) {
        return new Reading(source).read(new Layout(seed, timesToLive), zxid);
    }

    /** One pass over a source. */
    private static final class Reading {
        private final Source source;
        private final byte[] fixed = new byte[STAT_BYTES];
        private final Map<Long, AclList> acls = new HashMap<>();
        private int znodesWithoutAcl;

        Reading(Source source) {
            this.source = source;
        }

        Restored read(Layout layout, long zxid) {
            StateEditor editor = StateEditor.empty(layout);
            int sessions = readCount("sessions");
            for (int i = 0; i < sessions; i++) {
                JuteReader session = readFixed(Long.BYTES + Integer.BYTES);
                editor.putSession(session.readLong("session"), session.readInt("timeout"));
            }
            readAcls();
            try {
                while (readZnode(editor)) {
                    // one at a time
                }
                editor.addReserved();
                Quotas.recountAll(editor);
            } catch (IllegalStateException misfit) {
                throw new MalformedFrameException("snapshot: " + misfit.getMessage());
            }
            editor.restoredUpTo(zxid);
            return new Restored(editor.freeze(), znodesWithoutAcl);
        }

        private void readAcls() {
            acls.put(OPEN_KEY, AclList.OPEN);
            int count = readCount("access control lists");
            for (int i = 0; i < count; i++) {
                long key = readFixed(Long.BYTES).readLong("key");
                int entries = readCount("access control list");
                List<Acl> acl = new ArrayList<>(Math.min(entries, 16));
                for (int j = 0; j < entries; j++) {
                    int perms = readFixed(Integer.BYTES).readInt("perms");
                    acl.add(new Acl(perms, new Id(readString("scheme"), readString("id"))));
                }
                acls.put(key, acl.equals(Acl.OPEN) ? AclList.OPEN : new AclList(acl));
            }
        }

        private boolean readZnode(StateEditor editor) {
            byte[] path = readBuffer("path");
            if (path == null) {
                path = StateView.ROOT_PATH;
            }
            if (path.length == 1 && path[0] == '/') {
                return false;
            }
            if (path.length > 0 && path[0] != '/') {
                throw new MalformedFrameException(
                        "snapshot: a znode's path is " + new String(path, StandardCharsets.UTF_8));
            }
            byte[] data = readBuffer("data");
            JuteReader in = readFixed(STAT_BYTES);
            AclList acl = acls.get(in.readLong("acl"));
            if (acl == null) {
                znodesWithoutAcl++;
                acl = NOBODY;
            }
            long czxid = in.readLong("czxid");
            long mzxid = in.readLong("mzxid");
            long ctimeMs = in.readLong("ctime");
            long mtimeMs = in.readLong("mtime");
            int version = in.readInt("version");
            int childCounter = in.readInt("cversion");
            int aversion = in.readInt("aversion");
            long owner = in.readLong("ephemeralOwner");
            long pzxid = in.readLong("pzxid");
            editor.restore(
                    PathKey.ofUtf8(wellFormed(path)),
                    data,
                    acl,
                    czxid,
                    ctimeMs,
                    mzxid,
                    mtimeMs,
                    version,
                    childCounter,
                    aversion,
                    owner,
                    pzxid);
            return true;
        }

        /** What is no UTF-8 is read as everywhere else: with replacement characters. */
        private static byte[] wellFormed(byte[] path) {
            for (byte each : path) {
                if (each < 0) {
                    return new String(path, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
                }
            }
            return path;
        }

        private JuteReader readFixed(int length) {
            source.read(fixed, 0, length);
            return new JuteReader(fixed, 0, length);
        }

        private int readCount(String what) {
            int count = readFixed(Integer.BYTES).readInt(what);
            if (count < -1) {
                throw new MalformedFrameException("snapshot: " + what + ": count " + count);
            }
            return Math.max(0, count);
        }

        private String readString(String what) {
            byte[] bytes = readBuffer(what);
            return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        }

        private byte @Nullable [] readBuffer(String what) {
            int length = readFixed(Integer.BYTES).readInt(what);
            if (length < -1) {
                throw new MalformedFrameException("snapshot: " + what + ": length " + length);
            }
            if (length == -1) {
                return null;
            }
            byte[] bytes = new byte[Math.min(length, TRUSTED_BYTES)];
            int filled = 0;
            while (true) {
                source.read(bytes, filled, bytes.length - filled);
                filled = bytes.length;
                if (filled == length) {
                    return bytes;
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * filled));
            }
        }
    }
}
