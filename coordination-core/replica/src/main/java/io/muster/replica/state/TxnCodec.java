package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of transactions, in the log and between servers: header, record, and the tree's digest where there is one. */
public final class TxnCodec {
    private static final int DIGEST_VERSION = 2;

    private TxnCodec() {}

    public static void write(JuteWriter out, Transaction transaction) {
        transaction.header().write(out);
        writeTxn(out, transaction.txn());
        if (transaction.digest() != null) {
            out.writeInt(DIGEST_VERSION).writeLong(transaction.digest());
        }
    }

    /** @throws io.muster.protocol.MalformedFrameException if the bytes do not hold a transaction of a known type */
    public static Transaction read(JuteReader in) {
        TxnHeader header = TxnHeader.read(in);
        Txn txn = readTxn(header.type(), in);
        return new Transaction(header, txn, readDigest(in));
    }

    private static @Nullable Long readDigest(JuteReader in) {
        if (in.remaining() < TxnSize.DIGEST_BYTES) {
            return null;
        }
        int version = in.readInt("digest version");
        long digest = in.readLong("digest");
        return version == DIGEST_VERSION ? digest : null;
    }

    private static void writeTxn(JuteWriter out, Txn txn) {
        if (txn instanceof Txn.Create create) {
            writeCreate(out, create.path(), create.data(), create.acl());
            out.writeBoolean(create.ephemeral()).writeInt(create.parentCounter());
        } else if (txn instanceof Txn.SetData set) {
            out.writeString(set.path()).writeBuffer(set.data()).writeInt(set.version());
        } else if (txn instanceof Txn.Delete delete) {
            out.writeString(delete.path());
        } else if (txn instanceof Txn.Multi multi) {
            out.writeVector(multi.txns(), TxnCodec::writeSubTxn);
        } else if (txn instanceof Txn.CreateContainer create) {
            writeCreate(out, create.path(), create.data(), create.acl());
            out.writeInt(create.parentCounter());
        } else if (txn instanceof Txn.CreateTtl create) {
            writeCreate(out, create.path(), create.data(), create.acl());
            out.writeInt(create.parentCounter()).writeLong(create.ttlMs());
        } else if (txn instanceof Txn.SetAcl set) {
            out.writeString(set.path());
            Acl.writeList(out, set.acl().entries());
            out.writeInt(set.version());
        } else if (txn instanceof Txn.Check check) {
            out.writeString(check.path()).writeInt(check.version());
        } else if (txn instanceof Txn.CreateSession session) {
            out.writeInt(session.timeoutMs());
        } else if (txn instanceof Txn.CloseSession session) {
            if (session.isListed()) {
                out.writeStrings(session.ephemerals());
            }
        } else if (txn instanceof Txn.Error error) {
            out.writeInt(error.err());
        } else {
            throw new IllegalStateException("no encoding for " + txn.getClass());
        }
    }

    private static void writeCreate(JuteWriter out, String path, byte @Nullable [] data, AclList acl) {
        out.writeString(path).writeBuffer(data);
        Acl.writeList(out, acl.entries());
    }

    private static void writeSubTxn(JuteWriter out, Txn txn) {
        out.writeInt(txn.type());
        int lengthAt = out.size();
        out.writeInt(0);
        writeTxn(out, txn);
        out.setInt(lengthAt, out.size() - lengthAt - Integer.BYTES);
    }

    private static Txn readTxn(int type, JuteReader in) {
        OpCode op = OpCode.of(type);
        if (op == null) {
            throw in.malformed("unknown transaction type " + type);
        }
        return switch (op) {
            case CREATE, CREATE2 -> readCreate(type, in);
            case CREATE_TTL ->
                new Txn.CreateTtl(
                        in.readString("path"),
                        in.readBuffer("data"),
                        readAcl(in),
                        in.readInt("parentCVersion"),
                        in.readLong("ttl"));
            case CREATE_CONTAINER ->
                new Txn.CreateContainer(
                        in.readString("path"), in.readBuffer("data"), readAcl(in), in.readInt("parentCVersion"));
            case DELETE, DELETE_CONTAINER -> new Txn.Delete(type, in.readString("path"));
            case SET_DATA, RECONFIG ->
                new Txn.SetData(type, in.readString("path"), in.readBuffer("data"), in.readInt("version"));
            case SET_ACL -> new Txn.SetAcl(in.readString("path"), readAcl(in), in.readInt("version"));
            case CHECK -> new Txn.Check(in.readString("path"), in.readInt("version"));
            case MULTI -> new Txn.Multi(in.readVector("txns", 2 * Integer.BYTES, TxnCodec::readSubTxn));
            case CREATE_SESSION -> new Txn.CreateSession(in.readInt("timeOut"));
            case CLOSE_SESSION -> readCloseSession(in);
            case ERROR -> new Txn.Error(in.readInt("err"));
            default -> throw in.malformed("unknown transaction type " + type + " (" + op + ")");
        };
    }

    private static Txn readCreate(int type, JuteReader in) {
        String path = in.readString("path");
        byte[] data = in.readBuffer("data");
        AclList acl = readAcl(in);
        boolean ephemeral = in.readBoolean("ephemeral");
        // logs from before 3.3 end here
        int parentCounter = in.remaining() < Integer.BYTES ? -1 : in.readInt("parentCVersion");
        return new Txn.Create(type, path, data, acl, ephemeral, parentCounter);
    }

    /** Before 3.6 there is no record; a lone digest is twelve bytes that cannot be a list of its two-element count. */
    private static Txn readCloseSession(JuteReader in) {
        boolean bare = in.remaining() == 0 || in.remaining() == TxnSize.DIGEST_BYTES && in.peekInt() == DIGEST_VERSION;
        return bare ? Txn.CloseSession.UNLISTED : new Txn.CloseSession(in.readStrings("paths2Delete"));
    }

    private static Txn readSubTxn(JuteReader in) {
        int type = in.readInt("type");
        byte[] data = in.readBuffer("data");
        if (type == OpCode.MULTI.code()) {
            throw in.malformed("a multi inside a multi");
        }
        return readTxn(type, new JuteReader(data == null ? new byte[0] : data));
    }

    private static AclList readAcl(JuteReader in) {
        List<Acl> entries = Acl.readList(in);
        return entries.equals(Acl.OPEN) ? AclList.OPEN : new AclList(entries);
    }
}
