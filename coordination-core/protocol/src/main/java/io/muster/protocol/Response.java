package io.muster.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reply's body. Which one belongs to an operation says {@link #read}. */
public sealed interface Response {
    /** Operations whose reply has no body, and every reply with an error. */
    Response EMPTY = new Empty();

    void write(JuteWriter out);

    /**
     * Reads the body of a reply without an error.
     *
     * @throws MalformedFrameException if the bytes do not hold one
     */
    static Response read(OpCode op, JuteReader in) {
        return switch (op) {
            case CREATE -> new Created(in.readString("path"));
            case CREATE2, CREATE_CONTAINER, CREATE_TTL -> new Created2(in.readString("path"), Stat.read(in));
            case EXISTS, SET_DATA, SET_ACL -> new StatOnly(Stat.read(in));
            case GET_DATA, RECONFIG -> new Data(in.readBuffer("data"), Stat.read(in));
            case GET_ACL -> new AclList(Acl.readList(in), Stat.read(in));
            case GET_CHILDREN -> new Children(in.readStrings("children"));
            case GET_CHILDREN2 -> new Children2(in.readStrings("children"), Stat.read(in));
            case SYNC -> new Synced(in.readString("path"));
            case MULTI, MULTI_READ -> new MultiResults(MultiCodec.readResults(in));
            case GET_EPHEMERALS -> new Ephemerals(in.readStrings("ephemerals"));
            case GET_ALL_CHILDREN_NUMBER -> new AllChildrenNumber(in.readInt("totalNumber"));
            case ADD_WATCH -> new ErrorBody(in.readInt("err"));
            case WHO_AM_I -> new Identities(in.readVector("clientInfo", ClientInfo.MIN_BYTES, ClientInfo::read));
            case SASL -> new SaslToken(in.readBuffer("token"));
            case DELETE,
                    CHECK,
                    PING,
                    AUTH,
                    CLOSE_SESSION,
                    SET_WATCHES,
                    SET_WATCHES2,
                    CHECK_WATCHES,
                    REMOVE_WATCHES,
                    DELETE_CONTAINER,
                    CREATE_SESSION,
                    ERROR -> EMPTY;
        };
    }

    record Empty() implements Response {
        @Override
        public void write(JuteWriter out) {
            // nothing
        }
    }

    /** @param path with the sequence number, if any */
    record Created(String path) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
        }
    }

    /** @param path with the sequence number, if any */
    record Created2(String path, Stat stat) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
            stat.write(out);
        }
    }

    record StatOnly(Stat stat) implements Response {
        @Override
        public void write(JuteWriter out) {
            stat.write(out);
        }
    }

    record Data(byte @Nullable [] data, Stat stat) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeBuffer(data);
            stat.write(out);
        }
    }

    record AclList(List<Acl> acl, Stat stat) implements Response {
        public AclList {
            acl = List.copyOf(acl);
        }

        @Override
        public void write(JuteWriter out) {
            Acl.writeList(out, acl);
            stat.write(out);
        }
    }

    /** @param children names, in no order */
    record Children(List<String> children) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeStrings(children);
        }
    }

    /** @param children names, in no order */
    record Children2(List<String> children, Stat stat) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeStrings(children);
            stat.write(out);
        }
    }

    record Synced(String path) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
        }
    }

    record MultiResults(List<OpResult> results) implements Response {
        /** Of what stands before each result, and of what ends them. */
        public static final int SLOT_BYTES = 2 * Integer.BYTES + 1;

        public MultiResults {
            results = List.copyOf(results);
        }

        /** For who writes results one by one: what stands before the body of one without an error. */
        public static void writeSlot(JuteWriter out, OpCode op) {
            MultiCodec.writeHeader(out, op.code(), false, 0);
        }

        /** A whole result with an error; it takes four bytes more than its slot. */
        public static void writeError(JuteWriter out, ErrorCode error) {
            MultiCodec.writeHeader(out, OpCode.ERROR.code(), false, error.code());
            out.writeInt(error.code());
        }

        /** What stands behind the last result. */
        public static void writeEnd(JuteWriter out) {
            MultiCodec.writeHeader(out, MultiCodec.END, true, -1);
        }

        @Override
        public void write(JuteWriter out) {
            MultiCodec.writeResults(out, results);
        }
    }

    /**
     * One slot of a multi's reply.
     *
     * @param op {@link OpCode#ERROR} in a multi that failed, there with the code 0 for the operations before the one
     *     that failed; {@link OpCode#CREATE2} for every create that answers with a stat
     * @param err an {@link ErrorCode}'s number
     * @param body {@link #EMPTY} where the operation has none
     */
    record OpResult(OpCode op, int err, Response body) {
        public static OpResult failed(int err) {
            return new OpResult(OpCode.ERROR, err, EMPTY);
        }

        public static OpResult ok(OpCode op, Response body) {
            return new OpResult(op, 0, body);
        }
    }

    /** @param ephemerals full paths */
    record Ephemerals(List<String> ephemerals) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeStrings(ephemerals);
        }
    }

    record AllChildrenNumber(int totalNumber) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeInt(totalNumber);
        }
    }

    /** The body of an addWatch's reply; always 0. */
    record ErrorBody(int err) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeInt(err);
        }
    }

    record Identities(List<ClientInfo> identities) implements Response {
        public Identities {
            identities = List.copyOf(identities);
        }

        @Override
        public void write(JuteWriter out) {
            out.writeVector(identities, (w, identity) -> identity.write(w));
        }
    }

    record SaslToken(byte @Nullable [] token) implements Response {
        @Override
        public void write(JuteWriter out) {
            out.writeBuffer(token);
        }

        @Override
        public String toString() {
            return "SaslToken[]";
        }
    }
}
