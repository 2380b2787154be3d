package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.PieceDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a state's bytes, as {@link SnapshotCodec} describes them, in pieces, up to and with the end mark. Besides the state
 * that it builds it holds one znode at a time.
 */
public final class SnapshotDecoder extends PieceDecoder {
    private static final int STAT_BYTES = 68;
    /** Lets nobody in. An empty list would let everybody. */
    private static final AclList NOBODY = new AclList(List.of(new Acl(0, Id.ANYONE)));

    private enum Next {
        SESSION_COUNT,
        SESSION,
        ACL_COUNT,
        ACL,
        ACL_ENTRY,
        SCHEME,
        ID_LENGTH,
        ID,
        PATH_LENGTH,
        PATH,
        DATA_LENGTH,
        DATA,
        STAT
    }

    private final StateEditor editor;
    private final long zxid;
    private final int maxFieldBytes;
    private final Map<Long, AclList> acls = new HashMap<>();

    private Next next = Next.SESSION_COUNT;
    private int sessionsLeft;
    private int aclsLeft;
    private long aclKey;
    private int entriesLeft;
    private List<Acl> entries = new ArrayList<>();
    private int perms;
    private String scheme = "";
    private byte[] path = StateView.ROOT_PATH;
    private byte @Nullable [] data;
    private int znodesWithoutAcl;
    private SnapshotCodec.@Nullable Restored restored;

    /**
     * @param seed as of {@link State#initial}
     * @param zxid what the state is to count as its last transaction
     * @param maxFieldBytes a longer path or longer data is refused
     */
    public SnapshotDecoder(long seed, TimesToLive timesToLive, long zxid, int maxFieldBytes) {
        this.editor = StateEditor.empty(new Layout(seed, timesToLive));
        this.zxid = zxid;
        this.maxFieldBytes = maxFieldBytes;
        acls.put(SnapshotCodec.OPEN_KEY, AclList.OPEN);
        want(Integer.BYTES);
    }

    /** What was read, reserved znodes that it lacked among it; there is one when it is done. */
    public SnapshotCodec.Restored restored() {
        SnapshotCodec.Restored whole = restored;
        if (whole == null) {
            throw new IllegalStateException("the end has not come yet");
        }
        return whole;
    }

    @Override
    protected void take(byte[] bytes, int length) {
        switch (next) {
            case SESSION_COUNT -> {
                sessionsLeft = count(bytes, "sessions");
                nextSession();
            }
            case SESSION -> {
                JuteReader session = new JuteReader(bytes, 0, length);
                editor.putSession(session.readLong("session"), session.readInt("timeout"));
                nextSession();
            }
            case ACL_COUNT -> {
                aclsLeft = count(bytes, "access control lists");
                nextAcl();
            }
            case ACL -> {
                JuteReader acl = new JuteReader(bytes, 0, length);
                aclKey = acl.readLong("key");
                entriesLeft = count(acl.readInt("entries"), "access control list");
                entries = new ArrayList<>(Math.min(entriesLeft, 16));
                nextAclEntry();
            }
            case ACL_ENTRY -> {
                JuteReader entry = new JuteReader(bytes, 0, length);
                perms = entry.readInt("perms");
                expect(Next.SCHEME, textLength(entry.readInt("length"), "scheme"));
            }
            case SCHEME -> {
                scheme = text(bytes, length);
                expect(Next.ID_LENGTH, Integer.BYTES);
            }
            case ID_LENGTH -> expect(Next.ID, textLength(number(bytes), "id"));
            case ID -> {
                entries.add(new Acl(perms, new Id(scheme, text(bytes, length))));
                nextAclEntry();
            }
            case PATH_LENGTH -> keep(Next.PATH, textLength(number(bytes), "path"));
            case PATH -> takePath(bytes);
            case DATA_LENGTH -> takeDataLength(number(bytes));
            case DATA -> {
                data = bytes;
                expect(Next.STAT, STAT_BYTES);
            }
            case STAT -> takeStat(new JuteReader(bytes, 0, length));
        }
    }

    private void nextSession() {
        if (sessionsLeft-- > 0) {
            expect(Next.SESSION, Long.BYTES + Integer.BYTES);
        } else {
            expect(Next.ACL_COUNT, Integer.BYTES);
        }
    }

    private void nextAcl() {
        if (aclsLeft-- > 0) {
            expect(Next.ACL, Long.BYTES + Integer.BYTES);
        } else {
            expect(Next.PATH_LENGTH, Integer.BYTES);
        }
    }

    private void nextAclEntry() {
        if (entriesLeft-- > 0) {
            expect(Next.ACL_ENTRY, 2 * Integer.BYTES);
        } else {
            acls.put(aclKey, entries.equals(Acl.OPEN) ? AclList.OPEN : new AclList(entries));
            nextAcl();
        }
    }

    private void takePath(byte[] bytes) {
        if (bytes.length == 1 && bytes[0] == '/') {
            end();
            return;
        }
        if (bytes.length > 0 && bytes[0] != '/') {
            throw malformed("snapshot: a znode's path is " + text(bytes, bytes.length));
        }
        path = bytes;
        expect(Next.DATA_LENGTH, Integer.BYTES);
    }

    private void takeDataLength(int length) {
        if (length < -1 || length > maxFieldBytes) {
            throw malformed("snapshot: data: length " + length);
        }
        if (length == -1) {
            data = null;
            expect(Next.STAT, STAT_BYTES);
        } else {
            keep(Next.DATA, length);
        }
    }

    private void takeStat(JuteReader in) {
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
        try {
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
        } catch (IllegalStateException misfit) {
            throw malformed("snapshot: " + misfit.getMessage());
        }
        data = null;
        expect(Next.PATH_LENGTH, Integer.BYTES);
    }

    private void end() {
        try {
            editor.addReserved();
            Quotas.recountAll(editor);
        } catch (IllegalStateException misfit) {
            throw malformed("snapshot: " + misfit.getMessage());
        }
        editor.restoredUpTo(zxid);
        restored = new SnapshotCodec.Restored(editor.freeze(), znodesWithoutAcl);
        done();
    }

    private void expect(Next field, int length) {
        next = field;
        want(length);
    }

    private void keep(Next field, int length) {
        next = field;
        wantToKeep(length);
    }

    private int count(byte[] bytes, String what) {
        return count(number(bytes), what);
    }

    private int count(int count, String what) {
        if (count < -1) {
            throw malformed("snapshot: " + what + ": count " + count);
        }
        return Math.max(0, count);
    }

    /** Null is read as empty. */
    private int textLength(int length, String what) {
        if (length < -1 || length > maxFieldBytes) {
            throw malformed("snapshot: " + what + ": length " + length);
        }
        return Math.max(0, length);
    }

    private static int number(byte[] bytes) {
        return new JuteReader(bytes, 0, Integer.BYTES).readInt("length");
    }

    private static String text(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
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
}
