package io.muster.client;

import io.muster.client.session.Call;
import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every operation once: checks arguments, puts the chroot before paths and takes it away again, makes the request and reads the
 * answer. All futures complete on the loop. Any thread.
 */
final class Calls {
    /** Beyond a call's own deadline, which the loop watches: for a loop that is stuck. */
    private static final long WAIT_GRACE_NANOS = 1_000_000_000L;

    private static final String CONFIG_PATH = "/zookeeper/config";

    private final ClientCore core;
    private final String chroot;
    private final int maxFrameBytes;

    /** @param chroot empty for none */
    Calls(ClientCore core, String chroot, int maxFrameBytes) {
        this.core = core;
        this.chroot = chroot;
        this.maxFrameBytes = maxFrameBytes;
    }

    ClientCore core() {
        return core;
    }

    static long positiveNanos(Duration timeout, String what) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(what + " must be positive, not " + timeout);
        }
        try {
            return timeout.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    // ---- operations

    CompletableFuture<Created> create(String path, byte[] data, CreateOptions options, long timeoutNanos) {
        Request.Create request = createRequest(path, data, options);
        if (options.parents() == CreateOptions.Parents.MUST_EXIST) {
            return create(path, request, timeoutNanos);
        }
        long deadlineNanos = core.futures().deadlineAfter(timeoutNanos);
        return create(path, request, timeoutNanos)
                .handle((created, failure) -> {
                    if (unwrap(failure) instanceof NoNodeException) {
                        return createWithParents(path, request, options, deadlineNanos);
                    }
                    return failure == null
                            ? CompletableFuture.completedFuture(created)
                            : CompletableFuture.<Created>failedFuture(failure);
                })
                .thenCompose(Function.identity());
    }

    CompletableFuture<Void> delete(String path, int version, long timeoutNanos) {
        return submit(
                path, new Request.Delete(full(path), version(version)), null, timeoutNanos, ok(path, body -> null));
    }

    CompletableFuture<Optional<Stat>> exists(String path, @Nullable WatchDelivery watch, long timeoutNanos) {
        return submit(path, new Request.Exists(full(path), watch != null), watch, timeoutNanos, (code, body) -> {
            if (code == ErrorCode.NO_NODE) {
                return Optional.empty();
            }
            requireOk(code, path);
            return Optional.of(((Response.StatOnly) body).stat());
        });
    }

    CompletableFuture<Node> get(String path, @Nullable WatchDelivery watch, long timeoutNanos) {
        Request.GetData request = new Request.GetData(full(path), watch != null);
        return submit(path, request, watch, timeoutNanos, ok(path, body -> node(path, (Response.Data) body)));
    }

    CompletableFuture<Stat> set(String path, byte[] data, int version, long timeoutNanos) {
        Objects.requireNonNull(data, "data");
        Request.SetData request = new Request.SetData(full(path), data, version(version));
        return submit(path, request, null, timeoutNanos, ok(path, body -> ((Response.StatOnly) body).stat()));
    }

    CompletableFuture<Children> children(String path, @Nullable WatchDelivery watch, long timeoutNanos) {
        Request.GetChildren2 request = new Request.GetChildren2(full(path), watch != null);
        return submit(path, request, watch, timeoutNanos, ok(path, body -> {
            Response.Children2 children = (Response.Children2) body;
            return new Children(children.children(), children.stat());
        }));
    }

    CompletableFuture<NodeAcl> getAcl(String path, long timeoutNanos) {
        return submit(path, new Request.GetAcl(full(path)), null, timeoutNanos, ok(path, body -> {
            Response.AclList list = (Response.AclList) body;
            return new NodeAcl(list.acl(), list.stat());
        }));
    }

    CompletableFuture<Stat> setAcl(String path, List<Acl> acl, int version, long timeoutNanos) {
        Request.SetAcl request = new Request.SetAcl(full(path), acl, version(version));
        return submit(path, request, null, timeoutNanos, ok(path, body -> ((Response.StatOnly) body).stat()));
    }

    CompletableFuture<Void> sync(String path, long timeoutNanos) {
        return submit(path, new Request.Sync(full(path)), null, timeoutNanos, ok(path, body -> null));
    }

    CompletableFuture<List<OpResult>> multi(List<Op> ops, long timeoutNanos) {
        List<Op> all = List.copyOf(ops);
        List<Request> requests = all.stream().map(this::request).toList();
        String first = all.isEmpty() ? "" : all.get(0).path();
        return submit(
                first,
                new Request.Multi(requests),
                null,
                timeoutNanos,
                ok(first, body -> multiResults(all, ((Response.MultiResults) body).results())));
    }

    CompletableFuture<List<ReadResult>> multiRead(List<ReadOp> ops, long timeoutNanos) {
        List<ReadOp> all = List.copyOf(ops);
        List<Request> requests = new ArrayList<>();
        for (ReadOp op : all) {
            requests.add(
                    op instanceof ReadOp.Get
                            ? new Request.GetData(full(op.path()), false)
                            : new Request.GetChildren(full(op.path()), false));
        }
        String first = all.isEmpty() ? "" : all.get(0).path();
        return submit(
                first,
                new Request.MultiRead(requests),
                null,
                timeoutNanos,
                ok(first, body -> readResults(all, ((Response.MultiResults) body).results())));
    }

    CompletableFuture<List<String>> ephemerals(String prefix, long timeoutNanos) {
        if (!prefix.startsWith("/")) {
            throw new IllegalArgumentException("the prefix does not start with /: \"" + Paths.printable(prefix) + "\"");
        }
        // The server compares strings: with the slash, /app2 is not under the chroot /app.
        Request.GetEphemerals request = new Request.GetEphemerals(chroot + prefix);
        return submit(
                prefix,
                request,
                null,
                timeoutNanos,
                ok(
                        prefix,
                        body -> ((Response.Ephemerals) body)
                                .ephemerals().stream().map(this::strip).toList()));
    }

    CompletableFuture<Integer> descendantCount(String path, long timeoutNanos) {
        Request.GetAllChildrenNumber request = new Request.GetAllChildrenNumber(full(path));
        return submit(
                path, request, null, timeoutNanos, ok(path, body -> ((Response.AllChildrenNumber) body).totalNumber()));
    }

    CompletableFuture<List<ClientInfo>> whoAmI(long timeoutNanos) {
        return submit(
                "",
                new Request.WhoAmI(),
                null,
                timeoutNanos,
                ok("", body -> List.copyOf(((Response.Identities) body).identities())));
    }

    CompletableFuture<Void> addAuth(String scheme, byte[] auth, long timeoutNanos) {
        Request.Auth request = new Request.Auth(0, Objects.requireNonNull(scheme), auth.clone());
        checkSize(Call.encode(request).length, "auth");
        // The session makes the frames of identities itself, one for each connection.
        PendingCall<Void> call = new PendingCall<>(
                scheme,
                request,
                new byte[0],
                core.futures().deadlineAfter(timeoutNanos),
                null,
                ok(scheme, body -> null));
        core.submit(call);
        return call.future;
    }

    CompletableFuture<Node> config(long timeoutNanos) {
        Request.GetData request = new Request.GetData(CONFIG_PATH, false);
        return submit(
                CONFIG_PATH,
                request,
                null,
                timeoutNanos,
                ok(CONFIG_PATH, body -> node(CONFIG_PATH, (Response.Data) body)));
    }

    CompletableFuture<Watch> watch(String path, AddWatchMode mode, WatchDelivery watch, long timeoutNanos) {
        Request.AddWatch request = new Request.AddWatch(full(path), mode.code());
        return submit(
                path,
                request,
                watch,
                timeoutNanos,
                ok(path, body -> new PersistentWatch(core, path, request.path(), mode, watch)));
    }

    void unwatch(String path, Watcher watcher) {
        core.unwatch(full(path), watcher);
    }

    // ---- waiting

    <T> T await(Supplier<CompletableFuture<T>> call, long timeoutNanos) throws InterruptedException {
        core.futures().requireNotOnLoop();
        try {
            return core.futures().await(call.get(), saturatedAdd(timeoutNanos, WAIT_GRACE_NANOS));
        } catch (CoordinationException e) {
            // It was made on the loop, for this caller alone: his own stack says more.
            e.fillInStackTrace();
            throw e;
        }
    }

    void awaitVoid(Supplier<CompletableFuture<Void>> call, long timeoutNanos) throws InterruptedException {
        await(call, timeoutNanos);
    }

    static long saturatedAdd(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    static @Nullable Throwable unwrap(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    // ---- paths

    /** From the wire to the caller. What is not under the chroot is left as it is. */
    String strip(String fullPath) {
        if (chroot.isEmpty() || !fullPath.startsWith(chroot)) {
            return fullPath;
        }
        if (fullPath.length() == chroot.length()) {
            return "/";
        }
        return fullPath.charAt(chroot.length()) == '/' ? fullPath.substring(chroot.length()) : fullPath;
    }

    private String full(String path) {
        return prefixed(Paths.requireValid(path));
    }

    private String prefixed(String path) {
        return chroot.isEmpty() ? path : path.equals("/") ? chroot : chroot + path;
    }

    // ---- requests

    private Request.Create createRequest(String path, byte[] data, CreateOptions options) {
        Objects.requireNonNull(data, "data");
        CreateMode mode = options.mode();
        // A number is appended, so that a name may be empty before it.
        Paths.requireValid(mode.isSequential() ? path + "1" : path);
        if (mode.hasTtl() && options.ttlMs() <= 0) {
            throw new IllegalArgumentException(mode + " asks for a time to live: use withTtl");
        }
        OpCode op = mode.isContainer() ? OpCode.CREATE_CONTAINER : mode.hasTtl() ? OpCode.CREATE_TTL : OpCode.CREATE2;
        return new Request.Create(op, prefixed(path), data, options.acl(), mode.flag(), options.ttlMs());
    }

    private Request request(Op op) {
        if (op instanceof Op.Create create) {
            return createRequest(create.path(), create.data(), create.options());
        }
        if (op instanceof Op.Delete delete) {
            return new Request.Delete(full(delete.path()), version(delete.version()));
        }
        if (op instanceof Op.Set set) {
            return new Request.SetData(full(set.path()), set.data(), version(set.version()));
        }
        Op.Check check = (Op.Check) op;
        return new Request.Check(full(check.path()), version(check.version()));
    }

    private static int version(int version) {
        if (version < Op.ANY_VERSION) {
            throw new IllegalArgumentException("version " + version + " is neither a version nor -1 for any");
        }
        return version;
    }

    private CompletableFuture<Created> create(String path, Request.Create request, long timeoutNanos) {
        return submit(path, request, null, timeoutNanos, ok(path, body -> {
            Response.Created2 created = (Response.Created2) body;
            return new Created(strip(created.path()), created.stat());
        }));
    }

    /**
     * Sends a create for each ancestor and then the one that was asked for, one behind the other without waiting: one
     * round trip. What becomes of the ancestors matters only when the last one still finds no parent.
     */
    private CompletableFuture<Created> createWithParents(
            String path, Request.Create request, CreateOptions options, long deadlineNanos) {
        long leftNanos = Math.max(0, deadlineNanos - core.runtime().nanoTime());
        CreateOptions parentOptions = CreateOptions.PERSISTENT
                .withMode(
                        options.parents() == CreateOptions.Parents.AS_CONTAINERS
                                ? CreateMode.CONTAINER
                                : CreateMode.PERSISTENT)
                .withAcl(options.acl());
        List<CompletableFuture<Created>> ancestors = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String ancestor = path.substring(0, slash);
            ancestors.add(create(ancestor, createRequest(ancestor, new byte[0], parentOptions), leftNanos));
        }
        return create(path, request, leftNanos).handle((created, failure) -> {
            if (failure == null) {
                return created;
            }
            if (unwrap(failure) instanceof NoNodeException) {
                for (CompletableFuture<Created> ancestor : ancestors) {
                    throwUnlessExists(ancestor);
                }
            }
            throw new CompletionException(unwrap(failure));
        });
    }

    private static void throwUnlessExists(CompletableFuture<Created> ancestor) {
        try {
            ancestor.join();
        } catch (CompletionException e) {
            if (!(unwrap(e) instanceof NodeExistsException)) {
                throw e;
            }
        }
    }

    private <T> CompletableFuture<T> submit(
            String path,
            Request request,
            @Nullable WatchDelivery watch,
            long timeoutNanos,
            BiFunction<ErrorCode, Response, T> decoder) {
        byte[] frame = Call.encode(request);
        checkSize(frame.length, path);
        PendingCall<T> call = new PendingCall<>(
                path,
                request,
                frame,
                core.futures().deadlineAfter(timeoutNanos),
                watch == null ? null : watch.forPath(path),
                decoder);
        core.submit(call);
        return call.future;
    }

    private void checkSize(int frameLength, String path) {
        int sizeBytes = frameLength - Integer.BYTES;
        if (sizeBytes > maxFrameBytes) {
            throw new IllegalArgumentException("the request for " + Paths.printable(path) + " takes " + sizeBytes
                    + " bytes, but a frame may have " + maxFrameBytes
                    + " (jute.maxbuffer on the server, maxFrameBytes here): write less, or raise both");
        }
    }

    // ---- answers

    private static <T> BiFunction<ErrorCode, Response, T> ok(String path, Function<Response, T> result) {
        return (code, body) -> {
            requireOk(code, path);
            return result.apply(body);
        };
    }

    private static void requireOk(ErrorCode code, String path) {
        if (code != ErrorCode.OK) {
            throw NodeException.of(code, path);
        }
    }

    private static Node node(String path, Response.Data body) {
        byte[] data = body.data();
        return new Node(path, data == null ? new byte[0] : data, body.stat());
    }

    private List<OpResult> multiResults(List<Op> ops, List<Response.OpResult> results) {
        requireSameSize(ops.size(), results.size());
        List<ErrorCode> codes =
                results.stream().map(result -> ErrorCode.of(result.err())).toList();
        for (int i = 0; i < codes.size(); i++) {
            if (codes.get(i) != ErrorCode.OK) {
                throw new MultiFailedException(i, ops.get(i).path(), codes);
            }
        }
        List<OpResult> out = new ArrayList<>();
        for (int i = 0; i < ops.size(); i++) {
            out.add(multiResult(ops.get(i), results.get(i).body()));
        }
        return List.copyOf(out);
    }

    private OpResult multiResult(Op op, Response body) {
        if (op instanceof Op.Create) {
            Response.Created2 created = (Response.Created2) body;
            return new OpResult.Created(strip(created.path()), created.stat());
        }
        if (op instanceof Op.Set) {
            return new OpResult.Set(op.path(), ((Response.StatOnly) body).stat());
        }
        return op instanceof Op.Delete ? new OpResult.Deleted(op.path()) : new OpResult.Checked(op.path());
    }

    private static List<ReadResult> readResults(List<ReadOp> ops, List<Response.OpResult> results) {
        requireSameSize(ops.size(), results.size());
        List<ReadResult> out = new ArrayList<>();
        for (int i = 0; i < ops.size(); i++) {
            String path = ops.get(i).path();
            Response body = results.get(i).body();
            if (results.get(i).op() == OpCode.ERROR) {
                out.add(new ReadResult.Failed(path, ErrorCode.of(results.get(i).err())));
            } else if (body instanceof Response.Data data) {
                out.add(new ReadResult.Data(node(path, data)));
            } else {
                out.add(new ReadResult.ChildNames(path, ((Response.Children) body).children()));
            }
        }
        return List.copyOf(out);
    }

    private static void requireSameSize(int asked, int answered) {
        if (asked != answered) {
            throw new IllegalStateException(
                    "the server answered " + answered + " of " + asked + " operations of a multi");
        }
    }
}
