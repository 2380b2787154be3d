package io.muster.replica.state;

import io.muster.protocol.Acl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many bytes {@link TxnCodec} writes, known without writing them. */
final class TxnSize {
    static final int DIGEST_BYTES = Integer.BYTES + Long.BYTES;
    private static final int HEADER_BYTES = 3 * Long.BYTES + 2 * Integer.BYTES;
    /** Header and digest, which every transaction may have. */
    static final int FRAME_BYTES = HEADER_BYTES + DIGEST_BYTES;
    /** Type and length of each part of a multi. */
    static final int PART_BYTES = 2 * Integer.BYTES;

    static final int ERROR_BYTES = Integer.BYTES;

    private TxnSize() {}

    /** Of the record, without header and digest. */
    static long of(Txn txn) {
        if (txn instanceof Txn.Create create) {
            return ofCreate(create.path(), create.data(), create.acl()) + 1 + Integer.BYTES;
        }
        if (txn instanceof Txn.SetData set) {
            return of(set.path()) + of(set.data()) + Integer.BYTES;
        }
        if (txn instanceof Txn.Delete delete) {
            return of(delete.path());
        }
        if (txn instanceof Txn.Multi multi) {
            return Integer.BYTES
                    + multi.txns().stream()
                            .mapToLong(each -> PART_BYTES + of(each))
                            .sum();
        }
        if (txn instanceof Txn.CreateContainer create) {
            return ofCreate(create.path(), create.data(), create.acl()) + Integer.BYTES;
        }
        if (txn instanceof Txn.CreateTtl create) {
            return ofCreate(create.path(), create.data(), create.acl()) + Integer.BYTES + Long.BYTES;
        }
        if (txn instanceof Txn.SetAcl set) {
            return of(set.path()) + of(set.acl()) + Integer.BYTES;
        }
        if (txn instanceof Txn.Check check) {
            return of(check.path()) + Integer.BYTES;
        }
        if (txn instanceof Txn.CreateSession) {
            return Integer.BYTES;
        }
        if (txn instanceof Txn.CloseSession session) {
            return session.isListed() ? ofPaths(session.ephemerals()) : 0;
        }
        if (txn instanceof Txn.Error) {
            return ERROR_BYTES;
        }
        throw new IllegalStateException("no size of " + txn.getClass());
    }

    static long ofPaths(List<String> paths) {
        return Integer.BYTES + paths.stream().mapToLong(TxnSize::of).sum();
    }

    private static long ofCreate(String path, byte @Nullable [] data, AclList acl) {
        return of(path) + of(data) + of(acl);
    }

    private static long of(byte @Nullable [] data) {
        return (long) Integer.BYTES + (data == null ? 0 : data.length);
    }

    private static long of(AclList acl) {
        long bytes = Integer.BYTES;
        for (Acl entry : acl.entries()) {
            bytes += Integer.BYTES + of(entry.id().scheme()) + of(entry.id().id());
        }
        return bytes;
    }

    /** In UTF-8, where a character that cannot be encoded becomes a question mark. */
    static long of(String text) {
        long bytes = Integer.BYTES;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes++;
            }
        }
        return bytes;
    }
}
