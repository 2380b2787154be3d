package io.muster.testkit;

import static io.muster.client.CreateOptions.EPHEMERAL;
import static io.muster.client.CreateOptions.EPHEMERAL_SEQUENTIAL;
import static io.muster.client.CreateOptions.PERSISTENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.BadVersionException;
import io.muster.client.Children;
import io.muster.client.ClientClosedException;
import io.muster.client.CreateOptions;
import io.muster.client.Created;
import io.muster.client.InvalidAclException;
import io.muster.client.MultiFailedException;
import io.muster.client.MusterClient;
import io.muster.client.NoAuthException;
import io.muster.client.NoChildrenForEphemeralsException;
import io.muster.client.NoNodeException;
import io.muster.client.Node;
import io.muster.client.NodeAcl;
import io.muster.client.NodeExistsException;
import io.muster.client.NotEmptyException;
import io.muster.client.Op;
import io.muster.client.OpResult;
import io.muster.client.Outcome;
import io.muster.client.ReadOp;
import io.muster.client.ReadResult;
import io.muster.client.TooManyRequestsException;
import io.muster.protocol.Acl;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.Stat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Every operation of the client against a server; each test has a chroot of its own. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientOperationsTests {
    private static final byte[] DATA = "data".getBytes(UTF_8);
    private static final byte[] NONE = new byte[0];

    private ServerProcess server;
    private String chroot;
    private MusterClient client;

    /** The server to test the client against. */
    abstract ServerProcess start();

    @BeforeAll
    void startServer() {
        server = start();
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    @BeforeEach
    void connect(TestInfo test) throws InterruptedException {
        chroot = "/" + test.getTestMethod().orElseThrow().getName();
        try (MusterClient root = MusterClient.connect(server.connectString())) {
            root.create(chroot, NONE);
        }
        client = MusterClient.connect(server.connectString() + chroot);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void createsWithStatAndReadsBack() throws Exception {
        Created created = client.create("/a", DATA);
        assertEquals("/a", created.path());
        assertEquals(created.stat().czxid(), created.stat().mzxid());
        assertEquals(DATA.length, created.stat().dataLengthBytes());

        Node node = client.get("/a");
        assertEquals("/a", node.path());
        assertArrayEquals(DATA, node.data());
        assertEquals(created.stat(), node.stat());
        assertEquals(Optional.of(created.stat()), client.exists("/a"));
        assertEquals(Optional.empty(), client.exists("/b"));
    }

    @Test
    void ephemeralZnodesBelongToTheSession() throws Exception {
        Created created = client.create("/e", DATA, EPHEMERAL);
        assertEquals(client.session().orElseThrow().id(), created.stat().ephemeralOwner());
        assertEquals(List.of("/e"), client.ephemerals("/"));
        assertEquals(List.of(), client.ephemerals("/f"));
        assertThrows(NoChildrenForEphemeralsException.class, () -> client.create("/e/x", NONE));

        client.close();
        try (MusterClient other = MusterClient.connect(server.connectString() + chroot)) {
            assertEquals(Optional.empty(), other.exists("/e"));
        }
    }

    @Test
    void sequentialNamesRiseAndMayBeEmptyBeforeTheNumber() throws Exception {
        client.create("/q", NONE);
        assertEquals(
                "/q/job-0000000000",
                client.create("/q/job-", NONE, EPHEMERAL_SEQUENTIAL).path());
        assertEquals(
                "/q/job-0000000001",
                client.create("/q/job-", NONE, EPHEMERAL_SEQUENTIAL).path());
        assertEquals(
                "/q/0000000002",
                client.create("/q/", NONE, CreateOptions.PERSISTENT_SEQUENTIAL).path());
    }

    @Test
    void containersAndTimesToLive() throws Exception {
        // What a stat shows does not tell them from others.
        assertEquals(
                0, client.create("/c", NONE, CreateOptions.CONTAINER).stat().ephemeralOwner());
        assertEquals("/c/d", client.create("/c/d", NONE).path());
        Created ttl = client.create("/t", NONE, PERSISTENT.withTtl(Duration.ofSeconds(100)));
        assertEquals("/t", ttl.path());
        assertEquals(0, ttl.stat().ephemeralOwner());
        Created sequential =
                client.create("/t-", NONE, CreateOptions.PERSISTENT_SEQUENTIAL.withTtl(Duration.ofSeconds(100)));
        assertTrue(sequential.path().startsWith("/t-00000000"), sequential.path());
    }

    @Test
    void missingParentsAreMadeAsAsked() throws Exception {
        assertEquals(
                "/a/b/c/d",
                client.create("/a/b/c/d", DATA, EPHEMERAL.withParents()).path());
        assertEquals(0, client.exists("/a/b").orElseThrow().ephemeralOwner());
        assertEquals(
                "/a/b/x/y",
                client.create("/a/b/x/y", DATA, PERSISTENT.withPersistentParents())
                        .path());
        assertEquals(0, client.exists("/a/b/x").orElseThrow().ephemeralOwner());
        assertThrows(NodeExistsException.class, () -> client.create("/a/b/x/y", DATA, PERSISTENT.withParents()));
        assertThrows(NoNodeException.class, () -> client.create("/p/q", DATA));
    }

    @Test
    void parentsThatMayNotBeMadeAreTheReasonThatIsTold() throws Exception {
        client.create("/locked", NONE, PERSISTENT.withAcl(Acl.READ_ONLY));
        NoAuthException e =
                assertThrows(NoAuthException.class, () -> client.create("/locked/a/b", DATA, PERSISTENT.withParents()));
        assertEquals("/locked/a", e.path());
    }

    @Test
    void deletesByVersion() throws Exception {
        client.create("/a", DATA);
        client.create("/a/b", DATA);
        NotEmptyException notEmpty = assertThrows(NotEmptyException.class, () -> client.delete("/a"));
        assertEquals(ErrorCode.NOT_EMPTY, notEmpty.code());
        assertEquals("/a", notEmpty.path());
        assertEquals(Outcome.NOT_APPLIED, notEmpty.outcome());
        assertThrows(BadVersionException.class, () -> client.delete("/a/b", 7));
        client.delete("/a/b", 0);
        client.delete("/a");
        assertThrows(NoNodeException.class, () -> client.delete("/a"));
    }

    @Test
    void setsByVersion() throws Exception {
        client.create("/a", NONE);
        Stat stat = client.set("/a", DATA, 0);
        assertEquals(1, stat.version());
        assertThrows(BadVersionException.class, () -> client.set("/a", NONE, 0));
        assertEquals(2, client.set("/a", NONE).version());
        assertArrayEquals(NONE, client.get("/a").data());
    }

    @Test
    void childrenWithAndWithoutStat() throws Exception {
        client.create("/a", NONE);
        client.create("/b", NONE);
        assertEquals(Set.of("a", "b"), Set.copyOf(client.children("/")));
        Children children = client.childrenWithStat("/");
        assertEquals(2, children.stat().numChildren());
        assertEquals(List.of(), client.children("/a"));
        assertEquals(2, client.descendantCount("/"));
        assertThrows(NoNodeException.class, () -> client.children("/x"));
    }

    @Test
    void identitiesOpenWhatTheyLock() throws Exception {
        client.addAuth("digest", "user:secret".getBytes(UTF_8));
        Created created = client.create("/mine", DATA, PERSISTENT.withAcl(Acl.CREATOR_ALL));
        NodeAcl acl = client.getAcl("/mine");
        assertEquals("digest", acl.acl().get(0).id().scheme());
        assertTrue(acl.acl().get(0).id().id().startsWith("user:"));
        assertEquals(created.stat().czxid(), acl.stat().czxid());
        assertTrue(
                client.whoAmI().contains(new ClientInfo("digest", "user")),
                client.whoAmI().toString());

        try (MusterClient stranger = MusterClient.connect(server.connectString() + chroot)) {
            assertThrows(NoAuthException.class, () -> stranger.get("/mine"));
            assertThrows(
                    InvalidAclException.class, () -> stranger.create("/x", NONE, PERSISTENT.withAcl(Acl.CREATOR_ALL)));
        }
        try (MusterClient friend = MusterClient.builder()
                .connectString(server.connectString() + chroot)
                .auth("digest", "user:secret".getBytes(UTF_8))
                .connect()) {
            assertArrayEquals(DATA, friend.get("/mine").data());
            assertThrows(BadVersionException.class, () -> friend.setAcl("/mine", Acl.OPEN, 7));
            assertEquals(
                    1,
                    friend.setAcl("/mine", List.of(new Acl(Acl.READ, Id.ANYONE)), 0)
                            .aversion());
            assertThrows(NoAuthException.class, () -> friend.setAcl("/mine", Acl.OPEN, 1));
        }
    }

    @Test
    void syncThenRead() throws Exception {
        try (MusterClient writer = MusterClient.connect(server.connectString() + chroot)) {
            writer.create("/a", DATA);
        }
        client.sync("/a");
        assertArrayEquals(DATA, client.get("/a").data());
    }

    @Test
    void multiIsAtomicAndTyped() throws Exception {
        List<OpResult> results = client.multi(List.of(
                Op.create("/m", DATA),
                Op.create("/m/s-", NONE, EPHEMERAL_SEQUENTIAL),
                Op.create("/m/c", NONE, CreateOptions.CONTAINER),
                Op.check("/m", 0),
                Op.set("/m", NONE),
                Op.delete("/m/c")));
        OpResult.Created created = assertInstanceOf(OpResult.Created.class, results.get(0));
        assertEquals("/m", created.path());
        assertNotEquals(0, created.stat().czxid());
        assertEquals("/m/s-0000000000", ((OpResult.Created) results.get(1)).path());
        assertEquals("/m/c", ((OpResult.Created) results.get(2)).path());
        assertEquals(new OpResult.Checked("/m"), results.get(3));
        assertEquals(1, ((OpResult.Set) results.get(4)).stat().version());
        assertEquals(new OpResult.Deleted("/m/c"), results.get(5));
        assertEquals(List.of(), client.multi(List.of()));
    }

    @Test
    void aFailedMultiTellsWhichAndWhyAndChangesNothing() throws Exception {
        MultiFailedException e = assertThrows(
                MultiFailedException.class,
                () -> client.multi(List.of(Op.create("/m", NONE), Op.check("/nowhere"), Op.delete("/m"))));
        assertEquals(1, e.failedIndex());
        assertEquals("/nowhere", e.path());
        assertEquals(ErrorCode.NO_NODE, e.code());
        assertEquals(List.of(ErrorCode.OK, ErrorCode.NO_NODE, ErrorCode.RUNTIME_INCONSISTENCY), e.codes());
        assertEquals(Outcome.NOT_APPLIED, e.outcome());
        assertEquals(Optional.empty(), client.exists("/m"));
        assertThrows(IllegalArgumentException.class, () -> Op.create("/a/b", NONE, PERSISTENT.withParents()));
    }

    @Test
    void multiReadAnswersEachByItself() throws Exception {
        client.create("/a", DATA);
        client.create("/a/b", NONE);
        List<ReadResult> results = client.multiRead(List.of(ReadOp.get("/a"), ReadOp.children("/a"), ReadOp.get("/x")));
        assertArrayEquals(DATA, ((ReadResult.Data) results.get(0)).node().data());
        assertEquals(new ReadResult.ChildNames("/a", List.of("b")), results.get(1));
        assertEquals(new ReadResult.Failed("/x", ErrorCode.NO_NODE), results.get(2));
    }

    @Test
    void theConfigurationIsReadOutsideTheChroot() throws Exception {
        Node config = client.config();
        assertEquals("/zookeeper/config", config.path());
        assertEquals(0, config.data().length);
    }

    @Test
    void malformedArgumentsAreRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> client.getAsync("a"));
        assertThrows(IllegalArgumentException.class, () -> client.createAsync("/a/", NONE));
        assertThrows(IllegalArgumentException.class, () -> client.deleteAsync("/a", -2));
        assertThrows(IllegalArgumentException.class, () -> client.createAsync("/a", new byte[0xF_FFFF]));
        assertThrows(
                IllegalArgumentException.class,
                () -> client.createAsync("/a", NONE, PERSISTENT.withMode(CreateMode.PERSISTENT_WITH_TTL)));
        assertThrows(IllegalArgumentException.class, () -> client.within(Duration.ZERO));
    }

    @Test
    void theLargestRequestThatTheServerTakesGoesThrough() throws Exception {
        int overhead = 8 + 4 + (chroot + "/big").length() + 4 + 4;
        client.create("/big", NONE);
        byte[] data = new byte[0xF_FFFF - overhead];
        assertEquals(data.length, client.set("/big", data).dataLengthBytes());
        assertEquals(data.length, client.get("/big").data().length);
        assertThrows(IllegalArgumentException.class, () -> client.set("/big", new byte[data.length + 1]));
    }

    @Test
    void requestsOfOneThreadAreAppliedAndAnsweredInOrder() throws Exception {
        client.create("/a", NONE);
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int version = i;
            all.add(client.setAsync("/a", NONE, version).thenAccept(stat -> order.add(stat.version())));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        for (int i = 0; i < order.size(); i++) {
            assertEquals(i + 1, order.get(i));
        }
        assertEquals(2_000, order.size());
    }

    @Test
    void tooManyRequestsInFlightFailFast() throws Exception {
        try (MusterClient narrow = MusterClient.builder()
                .connectString(server.connectString() + chroot)
                .maxRequestsInFlight(3)
                .connect()) {
            assertTrue(narrow.awaitConnected(Duration.ofSeconds(20)));
            server.pause();
            List<CompletableFuture<?>> taken = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    taken.add(narrow.existsAsync("/"));
                }
                ExecutionException e = assertThrows(
                        ExecutionException.class, () -> narrow.existsAsync("/").get(20, TimeUnit.SECONDS));
                TooManyRequestsException refused = assertInstanceOf(TooManyRequestsException.class, e.getCause());
                assertEquals(Outcome.NOT_APPLIED, refused.outcome());
            } finally {
                server.resume();
            }
            CompletableFuture.allOf(taken.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
            assertTrue(narrow.exists("/").isPresent(), "and there is room again");
        }
    }

    @Test
    void dependentsRunNeitherOnTheEventLoopNorOnTheCaller() throws Exception {
        Thread caller = Thread.currentThread();
        Thread dependent = client.existsAsync("/")
                .thenApply(stat -> Thread.currentThread())
                .get(20, TimeUnit.SECONDS);
        assertTrue(dependent.getName().startsWith("muster-callback"), dependent.getName());
        assertNotEquals(caller, dependent);
    }

    @Test
    void aBlockingCallInADependentWorks() throws Exception {
        client.create("/a", DATA);
        byte[] data = client.existsAsync("/a")
                .thenApply(stat -> {
                    try {
                        return client.get("/a").data();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get(20, TimeUnit.SECONDS);
        assertArrayEquals(DATA, data);
    }

    @Test
    void waitingForAFutureInADependentIsReportedAndNotADeadlock() {
        CompletionException e = assertThrows(
                CompletionException.class,
                () -> client.existsAsync("/")
                        .thenApply(stat -> client.existsAsync("/").join())
                        .join());
        assertInstanceOf(IllegalStateException.class, e.getCause());
    }

    @Test
    void blockingOnTheEventLoopThrowsAtOnce() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        client.eventLoop().execute(() -> {
            try {
                client.get("/");
                thrown.complete(null);
            } catch (IllegalStateException | InterruptedException e) {
                thrown.complete(e);
            }
        });
        assertInstanceOf(IllegalStateException.class, thrown.get(20, TimeUnit.SECONDS));
    }

    @Test
    void onTheLoopFuturesContinueOnTheLoop() throws Exception {
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
        client.eventLoop()
                .execute(() -> client.eventLoop()
                        .createAsync("/a", NONE)
                        .thenCompose(created -> client.eventLoop().getAsync("/a"))
                        .whenComplete((node, failure) ->
                                inLoop.complete(client.eventLoop().isCurrent() && failure == null)));
        assertTrue(client.eventLoop().await(inLoop, Duration.ofSeconds(20)));
    }

    @Test
    void aClosedClientRefusesAndClosingTwiceIsClosingOnce() {
        client.close();
        client.close();
        ClientClosedException e = assertThrows(ClientClosedException.class, () -> client.get("/"));
        assertEquals(Outcome.NOT_APPLIED, e.outcome());
        assertThrows(ClientClosedException.class, () -> client.awaitConnected(Duration.ofSeconds(1)));
        CompletionException late = assertThrows(
                CompletionException.class, () -> client.getAsync("/").join());
        assertInstanceOf(ClientClosedException.class, late.getCause());
        assertFalse(client.isConnected());
        assertFalse(client.session().map(session -> session.isAlive()).orElse(false));
    }

    @Test
    void requestsMadeBeforeClosingAreAnswered() throws Exception {
        assertTrue(client.awaitConnected(Duration.ofSeconds(20)));
        List<CompletableFuture<Created>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(client.createAsync("/n" + i, NONE));
        }
        client.closeAsync().get(20, TimeUnit.SECONDS);
        for (CompletableFuture<Created> each : all) {
            each.get(20, TimeUnit.SECONDS);
        }
    }
}
