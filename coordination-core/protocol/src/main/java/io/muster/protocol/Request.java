package io.muster.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for, without its header. Each case knows its bytes; a request with an operation that takes no
 * record ({@link Ping}, {@link CloseSession}, {@link WhoAmI}) writes none.
 *
 * <p>A request says what came in, legal or not: flags, modes and watch types are the wire's numbers, paths are unchecked.
 * Judging them is the server's work.
 */
public sealed interface Request {

    OpCode op();

    void write(JuteWriter out);

    <R> R accept(Handler<R> handler);

    /**
     * Reads the request of an operation. Bytes after its last field are ignored.
     *
     * @throws MalformedFrameException if the bytes do not hold one
     * @throws IllegalArgumentException for {@link OpCode#ERROR} and {@link OpCode#CREATE_SESSION}, which nobody requests
     */
    static Request read(OpCode op, JuteReader in) {
        return switch (op) {
            case CREATE, CREATE2, CREATE_CONTAINER, CREATE_TTL -> Create.read(op, in);
            case DELETE -> new Delete(in.readString("path"), in.readInt("version"));
            case EXISTS -> new Exists(in.readString("path"), in.readBoolean("watch"));
            case GET_DATA -> new GetData(in.readString("path"), in.readBoolean("watch"));
            case SET_DATA -> new SetData(in.readString("path"), in.readBuffer("data"), in.readInt("version"));
            case GET_ACL -> new GetAcl(in.readString("path"));
            case SET_ACL -> new SetAcl(in.readString("path"), Acl.readList(in), in.readInt("version"));
            case GET_CHILDREN -> new GetChildren(in.readString("path"), in.readBoolean("watch"));
            case GET_CHILDREN2 -> new GetChildren2(in.readString("path"), in.readBoolean("watch"));
            case SYNC -> new Sync(in.readString("path"));
            case PING -> new Ping();
            case CHECK -> new Check(in.readString("path"), in.readInt("version"));
            case MULTI -> new Multi(MultiCodec.readOps(in, MultiCodec.WRITES));
            case MULTI_READ -> new MultiRead(MultiCodec.readOps(in));
            case RECONFIG -> Reconfig.read(in);
            case CHECK_WATCHES -> new CheckWatches(in.readString("path"), in.readInt("type"));
            case REMOVE_WATCHES -> new RemoveWatches(in.readString("path"), in.readInt("type"));
            case DELETE_CONTAINER -> new DeleteContainer(in.readString("path"));
            case AUTH -> new Auth(in.readInt("type"), in.readString("scheme"), in.readBuffer("auth"));
            case SET_WATCHES, SET_WATCHES2 -> SetWatches.read(op, in);
            case SASL -> new Sasl(in.readBuffer("token"));
            case GET_EPHEMERALS -> new GetEphemerals(in.readString("prefixPath"));
            case GET_ALL_CHILDREN_NUMBER -> new GetAllChildrenNumber(in.readString("path"));
            case ADD_WATCH -> new AddWatch(in.readString("path"), in.readInt("mode"));
            case WHO_AM_I -> new WhoAmI();
            case CLOSE_SESSION -> new CloseSession();
            case ERROR, CREATE_SESSION -> throw new IllegalArgumentException(op + " is not a request");
        };
    }

    /** One method for each case, so that a case that nobody handles does not compile. */
    interface Handler<R> {
        R create(Create request);

        R delete(Delete request);

        R exists(Exists request);

        R getData(GetData request);

        R setData(SetData request);

        R getAcl(GetAcl request);

        R setAcl(SetAcl request);

        R getChildren(GetChildren request);

        R getChildren2(GetChildren2 request);

        R sync(Sync request);

        R ping(Ping request);

        R check(Check request);

        R multi(Multi request);

        R multiRead(MultiRead request);

        R reconfig(Reconfig request);

        R checkWatches(CheckWatches request);

        R removeWatches(RemoveWatches request);

        R deleteContainer(DeleteContainer request);

        R auth(Auth request);

        R setWatches(SetWatches request);

        R sasl(Sasl request);

        R getEphemerals(GetEphemerals request);

        R getAllChildrenNumber(GetAllChildrenNumber request);

        R addWatch(AddWatch request);

        R whoAmI(WhoAmI request);

        R closeSession(CloseSession request);
    }

    /**
     * All four ways to create a znode.
     *
     * @param op {@link OpCode#CREATE}, {@link OpCode#CREATE2}, {@link OpCode#CREATE_CONTAINER} or {@link OpCode#CREATE_TTL}
     * @param path where; with a sequential mode the server appends a number
     * @param data null and empty are kept apart
     * @param flags a {@link CreateMode}'s flag
     * @param ttlMs time to live; on the wire with {@link OpCode#CREATE_TTL} only, else 0
     */
    record Create(OpCode op, String path, byte @Nullable [] data, List<Acl> acl, int flags, long ttlMs)
            implements Request {
        public Create {
            acl = List.copyOf(acl);
        }

        static Create read(OpCode op, JuteReader in) {
            String path = in.readString("path");
            byte[] data = in.readBuffer("data");
            List<Acl> acl = Acl.readList(in);
            int flags = in.readInt("flags");
            return new Create(op, path, data, acl, flags, op == OpCode.CREATE_TTL ? in.readLong("ttl") : 0);
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeBuffer(data);
            Acl.writeList(out, acl);
            out.writeInt(flags);
            if (op == OpCode.CREATE_TTL) {
                out.writeLong(ttlMs);
            }
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.create(this);
        }
    }

    /** @param version the data version that is expected, -1 for any */
    record Delete(String path, int version) implements Request {
        @Override
        public OpCode op() {
            return OpCode.DELETE;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeInt(version);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.delete(this);
        }
    }

    record Exists(String path, boolean watch) implements Request {
        @Override
        public OpCode op() {
            return OpCode.EXISTS;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeBoolean(watch);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.exists(this);
        }
    }

    record GetData(String path, boolean watch) implements Request {
        @Override
        public OpCode op() {
            return OpCode.GET_DATA;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeBoolean(watch);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.getData(this);
        }
    }

    /** @param version the data version that is expected, -1 for any */
    record SetData(String path, byte @Nullable [] data, int version) implements Request {
        @Override
        public OpCode op() {
            return OpCode.SET_DATA;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeBuffer(data).writeInt(version);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.setData(this);
        }
    }

    record GetAcl(String path) implements Request {
        @Override
        public OpCode op() {
            return OpCode.GET_ACL;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.getAcl(this);
        }
    }

    /** @param version the version of the access control list that is expected, -1 for any */
    record SetAcl(String path, List<Acl> acl, int version) implements Request {
        public SetAcl {
            acl = List.copyOf(acl);
        }

        @Override
        public OpCode op() {
            return OpCode.SET_ACL;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
            Acl.writeList(out, acl);
            out.writeInt(version);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.setAcl(this);
        }
    }

    record GetChildren(String path, boolean watch) implements Request {
        @Override
        public OpCode op() {
            return OpCode.GET_CHILDREN;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeBoolean(watch);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.getChildren(this);
        }
    }

    /** Children and the parent's stat. */
    record GetChildren2(String path, boolean watch) implements Request {
        @Override
        public OpCode op() {
            return OpCode.GET_CHILDREN2;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeBoolean(watch);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.getChildren2(this);
        }
    }

    record Sync(String path) implements Request {
        @Override
        public OpCode op() {
            return OpCode.SYNC;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.sync(this);
        }
    }

    record Ping() implements Request {
        @Override
        public OpCode op() {
            return OpCode.PING;
        }

        @Override
        public void write(JuteWriter out) {
            // a ping has no record
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.ping(this);
        }
    }

    /** @param version the data version that is expected, -1 to check only that the znode exists */
    record Check(String path, int version) implements Request {
        @Override
        public OpCode op() {
            return OpCode.CHECK;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeInt(version);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.check(this);
        }
    }

    /**
     * All or nothing.
     *
     * @param ops of {@link Create}, {@link Delete}, {@link SetData} and {@link Check}
     */
    record Multi(List<Request> ops) implements Request {
        public Multi {
            ops = List.copyOf(ops);
        }

        @Override
        public OpCode op() {
            return OpCode.MULTI;
        }

        @Override
        public void write(JuteWriter out) {
            MultiCodec.writeOps(out, ops);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.multi(this);
        }
    }

    /**
     * Reads at one point of the server's order, each with an answer of its own.
     *
     * @param ops of {@link GetData} and {@link GetChildren}, which set no watch; writes instead of them can be sent, and
     *     are refused as a whole
     */
    record MultiRead(List<Request> ops) implements Request {
        public MultiRead {
            ops = List.copyOf(ops);
        }

        @Override
        public OpCode op() {
            return OpCode.MULTI_READ;
        }

        @Override
        public void write(JuteWriter out) {
            MultiCodec.writeOps(out, ops);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.multiRead(this);
        }
    }

    /**
     * A change of the ensemble's members; an absent string is null.
     *
     * @param currentConfigId the configuration's version that is expected, -1 for any
     */
    record Reconfig(
            @Nullable String joiningServers,
            @Nullable String leavingServers,
            @Nullable String newMembers,
            long currentConfigId)
            implements Request {
        static Reconfig read(JuteReader in) {
            return new Reconfig(
                    in.readNullableString("joiningServers"),
                    in.readNullableString("leavingServers"),
                    in.readNullableString("newMembers"),
                    in.readLong("curConfigId"));
        }

        @Override
        public OpCode op() {
            return OpCode.RECONFIG;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(joiningServers).writeString(leavingServers).writeString(newMembers);
            out.writeLong(currentConfigId);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.reconfig(this);
        }
    }

    /** @param type a {@link WatchKind}'s code */
    record CheckWatches(String path, int type) implements Request {
        @Override
        public OpCode op() {
            return OpCode.CHECK_WATCHES;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeInt(type);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.checkWatches(this);
        }
    }

    /** @param type a {@link WatchKind}'s code */
    record RemoveWatches(String path, int type) implements Request {
        @Override
        public OpCode op() {
            return OpCode.REMOVE_WATCHES;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeInt(type);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.removeWatches(this);
        }
    }

    /** Of the server itself, when it reaps containers and nodes with a time to live. */
    record DeleteContainer(String path) implements Request {
        @Override
        public OpCode op() {
            return OpCode.DELETE_CONTAINER;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.deleteContainer(this);
        }
    }

    /**
     * Adds an identity to the connection.
     *
     * @param type 0; not checked
     * @param auth what the scheme asks for, a secret as a rule: never to be logged
     */
    record Auth(int type, String scheme, byte @Nullable [] auth) implements Request {
        @Override
        public OpCode op() {
            return OpCode.AUTH;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeInt(type).writeString(scheme).writeBuffer(auth);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.auth(this);
        }

        @Override
        public String toString() {
            return "Auth[scheme=" + Paths.printable(scheme) + "]";
        }
    }

    /**
     * Sets watches anew after a reconnect.
     *
     * @param op {@link OpCode#SET_WATCHES}, or {@link OpCode#SET_WATCHES2} which has the two last lists on the wire
     * @param relativeZxid the last transaction that the client knows of
     * @param data paths watched by getData
     * @param exist paths watched by exists while there was no znode
     * @param child paths watched by getChildren
     */
    record SetWatches(
            OpCode op,
            long relativeZxid,
            List<String> data,
            List<String> exist,
            List<String> child,
            List<String> persistent,
            List<String> persistentRecursive)
            implements Request {
        public SetWatches {
            data = List.copyOf(data);
            exist = List.copyOf(exist);
            child = List.copyOf(child);
            persistent = List.copyOf(persistent);
            persistentRecursive = List.copyOf(persistentRecursive);
        }

        static SetWatches read(OpCode op, JuteReader in) {
            boolean second = op == OpCode.SET_WATCHES2;
            return new SetWatches(
                    op,
                    in.readLong("relativeZxid"),
                    in.readStrings("dataWatches"),
                    in.readStrings("existWatches"),
                    in.readStrings("childWatches"),
                    second ? in.readStrings("persistentWatches") : List.of(),
                    second ? in.readStrings("persistentRecursiveWatches") : List.of());
        }

        @Override
        public void write(JuteWriter out) {
            out.writeLong(relativeZxid);
            out.writeStrings(data).writeStrings(exist).writeStrings(child);
            if (op == OpCode.SET_WATCHES2) {
                out.writeStrings(persistent).writeStrings(persistentRecursive);
            }
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.setWatches(this);
        }
    }

    record Sasl(byte @Nullable [] token) implements Request {
        @Override
        public OpCode op() {
            return OpCode.SASL;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeBuffer(token);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.sasl(this);
        }

        @Override
        public String toString() {
            return "Sasl[]";
        }
    }

    /** The session's ephemeral znodes whose path starts with a prefix. */
    record GetEphemerals(String prefixPath) implements Request {
        @Override
        public OpCode op() {
            return OpCode.GET_EPHEMERALS;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(prefixPath);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.getEphemerals(this);
        }
    }

    /** How many descendants a znode has. */
    record GetAllChildrenNumber(String path) implements Request {
        @Override
        public OpCode op() {
            return OpCode.GET_ALL_CHILDREN_NUMBER;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.getAllChildrenNumber(this);
        }
    }

    /** @param mode an {@link AddWatchMode}'s code */
    record AddWatch(String path, int mode) implements Request {
        @Override
        public OpCode op() {
            return OpCode.ADD_WATCH;
        }

        @Override
        public void write(JuteWriter out) {
            out.writeString(path).writeInt(mode);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.addWatch(this);
        }
    }

    record WhoAmI() implements Request {
        @Override
        public OpCode op() {
            return OpCode.WHO_AM_I;
        }

        @Override
        public void write(JuteWriter out) {
            // has no record
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.whoAmI(this);
        }
    }

    record CloseSession() implements Request {
        @Override
        public OpCode op() {
            return OpCode.CLOSE_SESSION;
        }

        @Override
        public void write(JuteWriter out) {
            // has no record
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.closeSession(this);
        }
    }
}
