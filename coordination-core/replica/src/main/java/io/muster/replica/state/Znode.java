package io.muster.replica.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A znode as its parent's directory holds it: name, data, access control list and the part of its stat that does not
 * depend on its children. Immutable.
 *
 * <p>Name and data are packed into one array, and a {@link Fresh} znode does not store what still equals its value at
 * birth; together that saves about half of what separate objects and a full stat would take.
 */
abstract class Znode implements ByteTrie.Keyed {
    private static final int NULL_DATA = 1 << 31;

    /** UTF-8 of the name, then the data. */
    private final byte[] packed;
    /** The name's length in bytes; the sign bit says that there is no data, which is not the same as empty data. */
    private final int nameLengthAndFlag;

    private final AclList acl;
    private final long czxid;
    private final long ctimeMs;

    private Znode(byte[] packed, int nameLengthAndFlag, AclList acl, long czxid, long ctimeMs) {
        this.packed = packed;
        this.nameLengthAndFlag = nameLengthAndFlag;
        this.acl = acl;
        this.czxid = czxid;
        this.ctimeMs = ctimeMs;
    }

    /** A znode that nobody has changed since its creation, and that lives until it is deleted. */
    private static final class Fresh extends Znode {
        Fresh(byte[] packed, int nameLengthAndFlag, AclList acl, long czxid, long ctimeMs) {
            super(packed, nameLengthAndFlag, acl, czxid, ctimeMs);
        }

        @Override
        long mzxid() {
            return czxid();
        }

        @Override
        long mtimeMs() {
            return ctimeMs();
        }

        @Override
        int version() {
            return 0;
        }

        @Override
        int aversion() {
            return 0;
        }

        @Override
        long owner() {
            return 0;
        }
    }

    private static final class Changed extends Znode {
        private final long mzxid;
        private final long mtimeMs;
        private final int version;
        private final int aversion;
        private final long owner;

        Changed(
                byte[] packed,
                int nameLengthAndFlag,
                AclList acl,
                long czxid,
                long ctimeMs,
                long mzxid,
                long mtimeMs,
                int version,
                int aversion,
                long owner) {
            super(packed, nameLengthAndFlag, acl, czxid, ctimeMs);
            this.mzxid = mzxid;
            this.mtimeMs = mtimeMs;
            this.version = version;
            this.aversion = aversion;
            this.owner = owner;
        }

        @Override
        long mzxid() {
            return mzxid;
        }

        @Override
        long mtimeMs() {
            return mtimeMs;
        }

        @Override
        int version() {
            return version;
        }

        @Override
        int aversion() {
            return aversion;
        }

        @Override
        long owner() {
            return owner;
        }
    }

    /** All fields given, as a snapshot has them; the compact form is chosen where it can hold them. */
    static Znode of(
            byte[] name,
            int nameFrom,
            int nameTo,
            byte @Nullable [] data,
            AclList acl,
            long czxid,
            long ctimeMs,
            long mzxid,
            long mtimeMs,
            int version,
            int aversion,
            long owner) {
        int nameLength = nameTo - nameFrom;
        int dataLength = data == null ? 0 : data.length;
        byte[] packed = new byte[nameLength + dataLength];
        System.arraycopy(name, nameFrom, packed, 0, nameLength);
        if (data != null) {
            System.arraycopy(data, 0, packed, nameLength, dataLength);
        }
        int lengthAndFlag = data == null ? nameLength | NULL_DATA : nameLength;
        return of(packed, lengthAndFlag, acl, czxid, ctimeMs, mzxid, mtimeMs, version, aversion, owner);
    }

    private static Znode of(
            byte[] packed,
            int nameLengthAndFlag,
            AclList acl,
            long czxid,
            long ctimeMs,
            long mzxid,
            long mtimeMs,
            int version,
            int aversion,
            long owner) {
        boolean fresh = mzxid == czxid && mtimeMs == ctimeMs && version == 0 && aversion == 0 && owner == 0;
        return fresh
                ? new Fresh(packed, nameLengthAndFlag, acl, czxid, ctimeMs)
                : new Changed(packed, nameLengthAndFlag, acl, czxid, ctimeMs, mzxid, mtimeMs, version, aversion, owner);
    }

    Znode withData(byte @Nullable [] data, int version, long mzxid, long mtimeMs) {
        return of(packed, 0, nameLength(), data, acl, czxid, ctimeMs, mzxid, mtimeMs, version, aversion(), owner());
    }

    Znode withAcl(AclList newAcl, int newAversion) {
        return of(
                packed, nameLengthAndFlag, newAcl, czxid, ctimeMs, mzxid(), mtimeMs(), version(), newAversion, owner());
    }

    String name() {
        return new String(packed, 0, nameLength(), StandardCharsets.UTF_8);
    }

    /** A copy; null where the znode was given no data. */
    byte @Nullable [] data() {
        return nameLengthAndFlag < 0 ? null : Arrays.copyOfRange(packed, nameLength(), packed.length);
    }

    boolean hasData() {
        return nameLengthAndFlag >= 0;
    }

    int dataLength() {
        return packed.length - nameLength();
    }

    AclList acl() {
        return acl;
    }

    long czxid() {
        return czxid;
    }

    long ctimeMs() {
        return ctimeMs;
    }

    abstract long mzxid();

    abstract long mtimeMs();

    /** Changes of the data. */
    abstract int version();

    /** Changes of the access control list. */
    abstract int aversion();

    /** 0, a session, or an {@link OwnerKind}'s encoding. */
    abstract long owner();

    private int nameLength() {
        return nameLengthAndFlag & ~NULL_DATA;
    }

    /** The array that holds the data from {@link #keyTo} to its end; not to be changed. */
    byte[] packed() {
        return packed;
    }

    @Override
    public byte[] keyBytes() {
        return packed;
    }

    @Override
    public int keyFrom() {
        return 0;
    }

    @Override
    public int keyTo() {
        return nameLength();
    }
}
