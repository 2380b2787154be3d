package io.muster.server.storage;

import com.google.common.primitives.Bytes;
import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.ConnectRequest;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.EventType;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import io.muster.protocol.WatcherEvent;
import io.muster.replica.state.SnapshotCodec;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.TxnCodec;
import io.muster.server.config.ConfigException;
import io.muster.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.Adler32;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that turns foreign bytes into something of ours. Any bytes either decode, and what they decode to survives
 * being written and read again; or they are refused with the one exception that the decoder declares.
 */
enum Decoder {
    CONNECT_REQUEST(MalformedFrameException.class, ofRecord(ConnectRequest::read, ConnectRequest::write)),
    CONNECT_RESPONSE(MalformedFrameException.class, ofRecord(ConnectResponse::read, ConnectResponse::write)),
    REQUEST_HEADER(MalformedFrameException.class, ofRecord(RequestHeader::read, RequestHeader::write)),
    REPLY_HEADER(MalformedFrameException.class, ofRecord(ReplyHeader::read, ReplyHeader::write)),
    WATCHER_EVENT(MalformedFrameException.class, ofRecord(WatcherEvent::read, WatcherEvent::write)),
    STAT(MalformedFrameException.class, ofRecord(Stat::read, Stat::write)),
    /** The first byte says of which operation. */
    REQUEST(MalformedFrameException.class, Decoder::request),
    /** The first byte says of which operation. */
    RESPONSE(MalformedFrameException.class, Decoder::response),
    TRANSACTION(MalformedFrameException.class, ofRecord(TxnCodec::read, (txn, out) -> TxnCodec.write(out, txn))),
    LOG_FILE(StorageException.class, Decoder::logFile),
    /** The bytes are cut into records, each with its length and its right checksum: what lies behind those. */
    LOG_RECORDS(StorageException.class, Decoder::logRecords),
    SNAPSHOT_FILE(StorageException.class, bytes -> unsealed(snapshotFile("snapshot.1", bytes))),
    /** The bytes of a state, with the right header before and the right seal behind. */
    SEALED_SNAPSHOT(StorageException.class, bytes -> snapshotFile("snapshot.1", asSnapshotFile(bytes))),
    COMPRESSED_SNAPSHOT(StorageException.class, bytes -> unsealed(snapshotFile("snapshot.1.gz", bytes))),
    ZOO_CFG(ConfigException.class, Decoder::zooCfg);

    private static final List<OpCode> WITH_RECORD = List.of(OpCode.values()).stream()
            .filter(op -> op != OpCode.ERROR && op != OpCode.CREATE_SESSION)
            .toList();

    private final Class<? extends RuntimeException> declared;
    private final Function<byte[], byte @Nullable []> decodeAndEncode;

    /** @param decodeAndEncode what the bytes decode to, encoded again; null where nothing is encoded */
    Decoder(Class<? extends RuntimeException> declared, Function<byte[], byte @Nullable []> decodeAndEncode) {
        this.declared = declared;
        this.decodeAndEncode = decodeAndEncode;
    }

    /** Says whether the bytes were decoded; throws what must never be thrown. */
    boolean check(byte[] bytes) {
        byte[] once;
        try {
            once = decodeAndEncode.apply(bytes);
        } catch (RuntimeException e) {
            if (declared.isInstance(e)) {
                return false;
            }
            throw e;
        }
        if (once != null) {
            byte[] twice = decodeAndEncode.apply(once);
            if (!Arrays.equals(once, twice)) {
                throw new AssertionError(this + ": what was decoded is not what it is after it was written and read");
            }
        }
        return true;
    }

    private interface Write<T> {
        void to(T value, JuteWriter out);
    }

    private static <T> Function<byte[], byte[]> ofRecord(Function<JuteReader, T> read, Write<T> write) {
        return bytes -> {
            JuteWriter out = new JuteWriter();
            write.to(read.apply(new JuteReader(bytes)), out);
            return out.toByteArray();
        };
    }

    private static OpCode op(byte[] bytes) {
        if (bytes.length == 0) {
            throw new MalformedFrameException("no operation");
        }
        return WITH_RECORD.get((bytes[0] & 0xff) % WITH_RECORD.size());
    }

    private static byte[] request(byte[] bytes) {
        JuteWriter out = new JuteWriter();
        OpCode op = op(bytes);
        out.writeByte(bytes[0]);
        Request.read(op, new JuteReader(bytes, 1, bytes.length - 1)).write(out);
        return out.toByteArray();
    }

    private static byte[] response(byte[] bytes) {
        JuteWriter out = new JuteWriter();
        OpCode op = op(bytes);
        out.writeByte(bytes[0]);
        Response.read(op, new JuteReader(bytes, 1, bytes.length - 1)).write(out);
        return out.toByteArray();
    }

    private static byte[] written(State state) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(state, out::write);
        return out.toByteArray();
    }

    private static MemoryDisk diskWith(String name, byte[] content) {
        MemoryDisk disk = new MemoryDisk();
        try (DiskFile file = disk.open(name)) {
            file.write(0, content, 0, content.length);
        }
        return disk;
    }

    /** The transactions of a log, as they would be logged: up to where it is damaged, if it is. */
    private static byte[] logFile(byte[] content) {
        List<byte[]> records = new ArrayList<>();
        MemoryDisk disk = diskWith("log.1", content);
        try (LogReader reader = new LogReader(disk, "log.1")) {
            for (Transaction next = reader.next(); next != null; next = reader.next()) {
                JuteWriter record = new JuteWriter();
                TxnCodec.write(record, next);
                records.add(record.toByteArray());
            }
        }
        return logOf(records);
    }

    private static byte @Nullable [] logRecords(byte[] bytes) {
        var unused = LOG_FILE.check(logFile(asLogFile(bytes)));
        return null;
    }

    private static byte[] logOf(List<byte[]> records) {
        JuteWriter out = new JuteWriter();
        LogReader.writeHeader(out);
        for (byte[] record : records) {
            Adler32 adler = new Adler32();
            adler.update(record);
            out.writeLong(adler.getValue()).writeBuffer(record).writeByte(LogReader.END_MARK);
        }
        return out.toByteArray();
    }

    private static byte[] asLogFile(byte[] bytes) {
        List<byte[]> records = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes[at] & 0xff, bytes.length - at - 1);
            if (length > 0) {
                records.add(Arrays.copyOfRange(bytes, at + 1, at + 1 + length));
            }
            at += 1 + length;
        }
        return logOf(records);
    }

    /** The bytes of the state that a snapshot file holds. */
    private static byte[] snapshotFile(String name, byte[] content) {
        return written(SnapshotFile.read(diskWith(name, content), new FileNames.Named(name, 1), StorageFixture.SETTINGS)
                .state());
    }

    private static byte @Nullable [] unsealed(byte[] state) {
        SEALED_SNAPSHOT.check(state);
        return null;
    }

    private static byte[] asSnapshotFile(byte[] state) {
        JuteWriter out = new JuteWriter();
        out.writeInt(0x5A4B534E).writeInt(2).writeLong(-1);
        out.writeBytes(state, 0, state.length);
        Adler32 adler = new Adler32();
        adler.update(out.array(), 0, out.size());
        out.writeLong(adler.getValue()).writeString("/");
        return out.toByteArray();
    }

    private static byte @Nullable [] zooCfg(byte[] content) {
        try {
            Path file = Files.createTempFile("muster-zoo-", ".cfg");
            try {
                Files.write(file, content);
                var unused = ServerConfig.read(file).warnings();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return null;
    }

    /** Bytes that decode, of every kind, to begin with. */
    List<byte[]> samples() {
        Stat stat = new Stat(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        Script script = Script.of(3, 40);
        return switch (this) {
            case CONNECT_REQUEST ->
                List.of(
                        bytes(new ConnectRequest(0, 1, 30_000, 2, new byte[16], true)::write),
                        bytes(new ConnectRequest(0, 1, 30_000, 2, new byte[16], null)::write));
            case CONNECT_RESPONSE -> List.of(bytes(new ConnectResponse(0, 30_000, 2, new byte[16], false)::write));
            case REQUEST_HEADER -> List.of(bytes(new RequestHeader(1, 2)::write));
            case REPLY_HEADER -> List.of(bytes(new ReplyHeader(1, 2, -101)::write));
            case WATCHER_EVENT -> List.of(bytes(WatcherEvent.of(EventType.NODE_CREATED, "/a")::write));
            case STAT -> List.of(bytes(stat::write));
            case REQUEST ->
                requests().stream()
                        .map(request -> withOp(request.op(), request::write))
                        .toList();
            case RESPONSE -> responses(stat);
            case TRANSACTION ->
                script.transactions().stream()
                        .map(txn -> bytes(out -> TxnCodec.write(out, txn)))
                        .toList();
            case SEALED_SNAPSHOT ->
                List.of(written(script.stateAt(script.transactions().get(19).zxid())), written(script.end()));
            case LOG_FILE -> List.of(logOf(TRANSACTION.samples()));
            case LOG_RECORDS ->
                List.of(TRANSACTION.samples().stream()
                        .filter(record -> record.length < 256)
                        .map(record -> Bytes.concat(new byte[] {(byte) record.length}, record))
                        .reduce(new byte[0], Bytes::concat));
            case SNAPSHOT_FILE -> List.of(asSnapshotFile(written(script.end())));
            case COMPRESSED_SNAPSHOT -> List.of(compressed(asSnapshotFile(written(script.end()))));
            case ZOO_CFG -> List.of("""
                    # a comment
                    dataDir=/var/lib/zookeeper
                    dataLogDir=/var/log/zookeeper
                    clientPort=2181
                    tickTime=2000
                    minSessionTimeout=-1
                    maxSessionTimeout=60000
                    maxClientCnxns=60
                    autopurge.snapRetainCount=3
                    autopurge.purgeInterval=1
                    snapCount=100000
                    4lw.commands.whitelist=stat, ruok
                    preAllocSize=65536
                    extendedTypesEnabled=true
                    globalOutstandingLimit=1000
                    """.getBytes(StandardCharsets.UTF_8));
        };
    }

    private static byte[] compressed(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(Consumer<JuteWriter> write) {
        JuteWriter out = new JuteWriter();
        write.accept(out);
        return out.toByteArray();
    }

    private static byte[] withOp(OpCode op, Consumer<JuteWriter> write) {
        return bytes(out -> write.accept(out.writeByte(WITH_RECORD.indexOf(op))));
    }

    private static List<Request> requests() {
        byte[] data = {1, 2, 3};
        List<Acl> acl = List.of(new Acl(1, new Id("digest", "user:hash")), new Acl(31, Id.ANYONE));
        List<String> paths = List.of("/a", "/b\u00e9");
        return List.of(
                new Request.Create(OpCode.CREATE, "/a", data, acl, 0, 0),
                new Request.Create(OpCode.CREATE2, "/a", null, Acl.OPEN, 3, 0),
                new Request.Create(OpCode.CREATE_CONTAINER, "/a", data, acl, 4, 0),
                new Request.Create(OpCode.CREATE_TTL, "/a", data, acl, 5, 1_000),
                new Request.Delete("/a", 1),
                new Request.Exists("/a", true),
                new Request.GetData("/a", false),
                new Request.SetData("/a", data, -1),
                new Request.GetAcl("/a"),
                new Request.SetAcl("/a", acl, 1),
                new Request.GetChildren("/a", true),
                new Request.GetChildren2("/a", false),
                new Request.Sync("/a"),
                new Request.Check("/a", 1),
                new Request.Multi(List.of(
                        new Request.Check("/a", 1),
                        new Request.Create(OpCode.CREATE, "/a/b", data, acl, 0, 0),
                        new Request.Create(OpCode.CREATE_TTL, "/a/c", data, acl, 5, 1_000),
                        new Request.SetData("/a/b", data, 0),
                        new Request.Delete("/a/b", -1))),
                new Request.MultiRead(List.of(new Request.GetData("/a", false), new Request.GetChildren("/a", false))),
                new Request.Reconfig("server.1=a:1:2;3", "2", null, -1),
                new Request.CheckWatches("/a", 1),
                new Request.RemoveWatches("/a", 3),
                new Request.DeleteContainer("/a"),
                new Request.Auth(0, "digest", data),
                new Request.SetWatches(OpCode.SET_WATCHES, 1, paths, paths, paths, List.of(), List.of()),
                new Request.SetWatches(OpCode.SET_WATCHES2, 1, paths, paths, paths, paths, paths),
                new Request.Sasl(data),
                new Request.GetEphemerals("/a"),
                new Request.GetAllChildrenNumber("/a"),
                new Request.AddWatch("/a", AddWatchMode.PERSISTENT.code()));
    }

    private static List<byte[]> responses(Stat stat) {
        byte[] data = {1, 2, 3};
        List<String> names = List.of("x", "y\u00e9");
        Response.MultiResults results = new Response.MultiResults(List.of(
                Response.OpResult.ok(OpCode.CHECK, Response.EMPTY),
                Response.OpResult.ok(OpCode.CREATE, new Response.Created("/a")),
                Response.OpResult.ok(OpCode.CREATE2, new Response.Created2("/a", stat)),
                Response.OpResult.ok(OpCode.GET_DATA, new Response.Data(data, stat)),
                Response.OpResult.ok(OpCode.GET_CHILDREN, new Response.Children(names)),
                Response.OpResult.failed(-110)));
        return List.of(
                withOp(OpCode.CREATE, new Response.Created("/a")::write),
                withOp(OpCode.CREATE2, new Response.Created2("/a", stat)::write),
                withOp(OpCode.EXISTS, new Response.StatOnly(stat)::write),
                withOp(OpCode.GET_DATA, new Response.Data(data, stat)::write),
                withOp(OpCode.GET_ACL, new Response.AclList(Acl.OPEN, stat)::write),
                withOp(OpCode.GET_CHILDREN, new Response.Children(names)::write),
                withOp(OpCode.GET_CHILDREN2, new Response.Children2(names, stat)::write),
                withOp(OpCode.MULTI, results::write),
                withOp(OpCode.GET_EPHEMERALS, new Response.Ephemerals(names)::write),
                withOp(OpCode.WHO_AM_I, new Response.Identities(List.of(new ClientInfo("ip", "127.0.0.1")))::write),
                withOp(OpCode.SASL, new Response.SaslToken(data)::write));
    }
}
