package io.muster.recipes.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.ClientClosedException;
import io.muster.client.ClientSession;
import io.muster.client.MultiFailedException;
import io.muster.client.MusterClient;
import io.muster.client.NoAuthException;
import io.muster.client.Op;
import io.muster.protocol.Acl;
import io.muster.protocol.OpCode;
import io.muster.recipes.lease.LeaseEvent;
import io.muster.recipes.lease.LeaseLoss;
import io.muster.recipes.lease.LeaseLostException;
import io.muster.recipes.lease.LeaseState;
import io.muster.recipes.support.Children;
import io.muster.recipes.support.FaultyProxy;
import io.muster.recipes.support.ServerKind;
import io.muster.recipes.support.TestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The lock on a server that is well. */
@ParameterizedClass
@EnumSource(ServerKind.class)
@Timeout(60)
class DistributedLockTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);

    private static TestServer server;

    @Parameter
    ServerKind kind;

    private String path;
    private MusterClient client;

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) {
        server = kind.start();
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void connect(TestInfo test) throws Exception {
        path = "/" + test.getTestMethod().orElseThrow().getName();
        client = server.connect();
    }

    @AfterEach
    void disconnect() {
        server.closeClients();
    }

    private DistributedLock lock() {
        return DistributedLock.on(client, path);
    }

    private DistributedLock lockOfAnotherClient() throws InterruptedException {
        return DistributedLock.on(server.connect(), path);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void holdersExcludeEachOther() throws Exception {
        int contenders = 4;
        int rounds = 25;
        client.create("/counter", bytes("0"));
        AtomicInteger inside = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(contenders);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < contenders; i++) {
                MusterClient own = server.connect();
                DistributedLock lock = DistributedLock.on(own, path);
                all.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        try (LockLease lease = lock.acquire(LONG)) {
                            assertEquals(1, inside.incrementAndGet());
                            int count = Integer.parseInt(
                                    new String(own.get("/counter").data(), StandardCharsets.UTF_8));
                            lease.guard(Op.set("/counter", bytes("" + (count + 1))));
                            assertTrue(lease.isHeld());
                            assertEquals(0, inside.decrementAndGet());
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                get(each);
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(
                contenders * rounds,
                Integer.parseInt(new String(client.get("/counter").data(), StandardCharsets.UTF_8)));
        Children.awaitCount(client, path, 0);
    }

    @Test
    void theLockGoesRoundInTheOrderOfArrivalAndTokensGrow() throws Exception {
        LockLease first = lock().acquire(LONG);
        LinkedBlockingQueue<Integer> order = new LinkedBlockingQueue<>();
        List<CompletableFuture<Long>> tokens = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            tokens.add(lockOfAnotherClient().acquireAsync().thenApply(lease -> {
                order.add(number);
                lease.close();
                return lease.token().czxid();
            }));
            Children.awaitCount(client, path, i + 2);
        }
        first.close();
        long last = first.token().czxid();
        for (CompletableFuture<Long> token : tokens) {
            assertTrue(get(token) > last);
            last = get(token);
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5), List.copyOf(order));
    }

    @Test
    void aReleaseWakesOneWaiter() throws Exception {
        LockLease holder = lock().acquire(LONG);
        int waiters = 8;
        try (FaultyProxy proxy = new FaultyProxy(server.port())) {
            List<MusterClient> clients = new ArrayList<>();
            List<CompletableFuture<LockLease>> waiting = new ArrayList<>();
            for (int i = 0; i < waiters; i++) {
                clients.add(server.connect(proxy.connectString(), Duration.ofSeconds(20)));
                waiting.add(DistributedLock.on(clients.get(i), path).acquireAsync());
                Children.awaitCount(client, path, i + 2);
            }
            // All have answers to what they asked before; none has been told anything.
            syncAll(clients);
            assertEquals(0, proxy.notifications());
            // Each watches itself and the one before, the holder only itself.
            server.awaitWatches(1 + 2 * waiters);
            holder.close();
            LockLease next = get(waiting.get(0));
            syncAll(clients);
            assertEquals(1, proxy.notifications());
            assertEquals(1, waiting.stream().filter(CompletableFuture::isDone).count());
            next.close();
            get(waiting.get(1));
            syncAll(clients);
            // That of the znode which the holder deleted itself, and that of its follower.
            assertEquals(3, proxy.notifications());
            waiting.forEach(each -> each.cancel(false));
            clients.forEach(MusterClient::close);
        }
    }

    private static void syncAll(List<MusterClient> clients) throws InterruptedException {
        for (MusterClient each : clients) {
            each.sync("/");
        }
    }

    @Test
    void aFreeLockTakesOneRoundTripAndAHandOffNone() throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(server.port())) {
            MusterClient far = server.connect(proxy.connectString(), Duration.ofSeconds(20));
            client.create(path, new byte[0]);
            proxy.holdReplies();
            CompletableFuture<LockLease> free = DistributedLock.on(far, path).acquireAsync();
            assertEquals(OpCode.CREATE2, proxy.awaitRequest());
            assertEquals(OpCode.GET_CHILDREN2, proxy.awaitRequest());
            proxy.letRepliesGo();
            get(get(free).releaseAsync());

            LockLease holder = lock().acquire(LONG);
            CompletableFuture<LockLease> waiting = DistributedLock.on(far, path).acquireAsync();
            Children.awaitCount(client, path, 2);
            server.awaitWatches(3);
            far.sync("/");
            while (proxy.nextRequest() != null) {
                // those of before
            }
            holder.close();
            LockLease handedOver = get(waiting);
            for (OpCode op = proxy.nextRequest(); op != null; op = proxy.nextRequest()) {
                assertTrue(op == OpCode.SYNC || op == OpCode.PING, () -> "a request for the hand-off");
            }
            get(handedOver.releaseAsync());
            far.close();
        }
    }

    @Test
    void aLeaseIsHeldFromTheFirstMomentAlsoWhenTheSessionWasNotConfirmedForLong() throws Exception {
        MusterClient idle = server.connect(server.connectString(), Duration.ofSeconds(2));
        ClientSession session = idle.session().orElseThrow();
        if (!session.isQuorumConfirmed()) {
            // Reads confirm nothing: the deadline passes.
            while (!session.remaining().isZero()) {
                idle.exists("/");
            }
        }
        CompletableFuture<Boolean> held = new CompletableFuture<>();
        CompletableFuture<LockLease> future = DistributedLock.on(idle, path).acquireAsync();
        future.thenAccept(lease -> held.complete(lease.isHeld()));
        assertTrue(get(held));
        get(future).close();
    }

    @Test
    void tryAcquireTakesAFreeLockAndNeverQueues() throws Exception {
        LockLease lease = lock().tryAcquire().orElseThrow();
        long created = client.exists(path).orElseThrow().cversion();
        assertEquals(Optional.empty(), lockOfAnotherClient().tryAcquire());
        assertEquals(Optional.empty(), lockOfAnotherClient().tryAcquire(Duration.ZERO));
        assertEquals(created, client.exists(path).orElseThrow().cversion(), "nothing was created");
        lease.close();
        try (LockLease again = lockOfAnotherClient().tryAcquire().orElseThrow()) {
            assertTrue(again.token().compareTo(lease.token()) > 0);
        }
    }

    @Test
    void aWaiterThatRunsOutOfTimeLeavesNothing() throws Exception {
        LockLease lease = lock().acquire(LONG);
        DistributedLock other = lockOfAnotherClient();
        assertEquals(Optional.empty(), other.tryAcquire(SHORT));
        assertThrows(LockTimeoutException.class, () -> other.acquire(SHORT));
        ExecutionException e = assertThrows(ExecutionException.class, () -> get(other.acquireAsync(SHORT)));
        assertInstanceOf(LockTimeoutException.class, e.getCause());
        awaitHolderAlone();
        lease.close();
    }

    /** Also no watch is left, but the holder's on its own znode. */
    private void awaitHolderAlone() throws Exception {
        Children.awaitCount(client, path, 1);
        server.awaitWatches(1);
    }

    @Test
    void aCancelledWaiterLeavesNothing() throws Exception {
        LockLease lease = lock().acquire(LONG);
        CompletableFuture<LockLease> cancelled = lockOfAnotherClient().acquireAsync();
        CompletableFuture<LockLease> impatient = lockOfAnotherClient().acquireAsync();
        Children.awaitCount(client, path, 3);
        cancelled.cancel(true);
        impatient.orTimeout(1, TimeUnit.MILLISECONDS);
        assertInstanceOf(
                TimeoutException.class,
                assertThrows(ExecutionException.class, () -> get(impatient)).getCause());
        awaitHolderAlone();
        lease.close();
        Children.awaitCount(client, path, 0);
    }

    @Test
    void aGrantThatNobodyWantsAnyMoreIsGivenBack() throws Exception {
        for (int i = 0; i < 50; i++) {
            CompletableFuture<LockLease> future = lock().acquireAsync();
            if (i % 2 == 0) {
                client.exists("/");
            }
            if (!future.cancel(false)) {
                get(future).close();
            }
            lock().acquire(LONG).close();
        }
        Children.awaitCount(client, path, 0);
    }

    @Test
    void anInterruptedWaiterLeavesNothing() throws Exception {
        LockLease lease = lock().acquire(LONG);
        DistributedLock other = lockOfAnotherClient();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiter =
                new Thread(() -> thrown.complete(assertThrows(InterruptedException.class, () -> other.acquire(LONG))));
        waiter.start();
        Children.awaitCount(client, path, 2);
        waiter.interrupt();
        get(thrown);
        waiter.join();
        awaitHolderAlone();
        lease.close();
    }

    @Test
    void anInterruptDuringCloseIsKeptAndTheLockIsReleasedAllTheSame() throws Exception {
        LockLease lease = lock().acquire(LONG);
        Thread.currentThread().interrupt();
        lease.close();
        assertTrue(Thread.interrupted());
        Children.awaitCount(client, path, 0);
        get(lease.releaseAsync());
        assertEquals(LeaseState.RELEASED, lease.state());
    }

    @Test
    void aLeaseKnowsItsTokenAndItsTime() throws Exception {
        LockLease lease = lock().acquire(LONG);
        assertEquals(LeaseState.HELD, lease.state());
        assertTrue(lease.isHeld());
        assertEquals(
                client.exists(lease.path()).orElseThrow().czxid(), lease.token().czxid());
        assertTrue(lease.remaining().compareTo(Duration.ZERO) > 0);
        assertTrue(lease.remaining().compareTo(Duration.ofSeconds(20)) < 0);
        CompletableFuture<LeaseLoss> lost = lease.lost();
        lease.close();
        lease.close();
        assertEquals(LeaseState.RELEASED, lease.state());
        assertFalse(lease.isHeld());
        assertEquals(Duration.ZERO, lease.remaining());
        assertFalse(lost.isDone());
        assertTrue(client.exists(lease.path()).isEmpty());
    }

    @Test
    void znodesAreLaidOutAsCurators() throws Exception {
        path = "/deep/down/" + path.substring(1);
        DistributedLock lock = DistributedLock.on(client, path, LockOptions.DEFAULTS.withData(bytes("me")));
        try (LockLease lease = lock.acquire(LONG)) {
            String name = lease.path().substring(path.length() + 1);
            assertTrue(name.matches("_c_[0-9a-f-]{36}-lock-0000000000"), name);
            assertEquals("me", new String(client.get(lease.path()).data(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatIsNotOfTheQueueDoesNotMatter() throws Exception {
        client.create(path, new byte[0]);
        client.create(path + "/readme", new byte[0]);
        client.create(path + "/lock-x", new byte[0]);
        lock().tryAcquire().orElseThrow().close();
        lock().acquire(LONG).close();
    }

    @Test
    void aRefusalOfTheServerIsThrownAndLeavesNothing() throws Exception {
        client.create(path, new byte[0]);
        client.setAcl(path, Acl.READ_ONLY, Op.ANY_VERSION);
        assertThrows(NoAuthException.class, () -> lock().acquire(LONG));
        assertThrows(NoAuthException.class, () -> lock().tryAcquire());
        assertThrows(IllegalArgumentException.class, () -> DistributedLock.on(client, "relative"));
    }

    @Test
    void aGuardAppliesAllOrNothing() throws Exception {
        client.create("/guarded", bytes("0"));
        LockLease lease = lock().acquire(LONG);
        assertEquals(1, lease.guard(Op.set("/guarded", bytes("1"))).size());
        MultiFailedException e = assertThrows(
                MultiFailedException.class, () -> lease.guard(Op.set("/guarded", bytes("2")), Op.delete("/missing")));
        assertEquals(2, e.failedIndex());
        get(lease.guardAsync(Op.set("/guarded", bytes("3"))));
        try (LockLease second = DistributedLock.on(client, path + "2").acquire(LONG)) {
            client.multi(List.of(lease.check(), second.check(), Op.set("/guarded", bytes("4"))));
        }
        lease.close();
        assertThrows(LeaseLostException.class, () -> lease.guard(Op.set("/guarded", bytes("5"))));
        MultiFailedException checked = assertThrows(
                MultiFailedException.class, () -> client.multi(List.of(lease.check(), Op.set("/guarded", bytes("5")))));
        assertEquals(0, checked.failedIndex());
        assertEquals("4", new String(client.get("/guarded").data(), StandardCharsets.UTF_8));
    }

    @Test
    void aHolderLearnsThatSomebodyDeletedItsZnode() throws Exception {
        LockLease lease = lock().acquire(LONG);
        LinkedBlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();
        lease.addListener(events::add);
        // Written to, as Curator's Revoker does: that is no loss, and the watch goes on.
        client.set(lease.path(), bytes("__REVOKE__"));
        MusterClient admin = server.connect();
        CompletableFuture<LockLease> next = DistributedLock.on(admin, path).acquireAsync();
        Children.awaitCount(client, path, 2);
        assertTrue(lease.isHeld());
        admin.delete(lease.path());
        assertEquals(LeaseLoss.Reason.NODE_DELETED, get(lease.lost()).reason());
        assertEquals(LeaseState.LOST, lease.state());
        assertFalse(lease.isHeld());
        assertEquals(Duration.ZERO, lease.remaining());
        LeaseEvent.Lost told = assertInstanceOf(LeaseEvent.Lost.class, events.poll(30, TimeUnit.SECONDS));
        assertEquals(lease.token(), told.loss().token());
        assertThrows(LeaseLostException.class, () -> lease.guard(Op.set(path, bytes("late"))));
        assertTrue(get(next).token().compareTo(lease.token()) > 0);
        CompletableFuture<LeaseEvent> late = new CompletableFuture<>();
        lease.addListener(late::complete);
        assertInstanceOf(LeaseEvent.Lost.class, get(late));
        lease.close();
        assertEquals(LeaseState.LOST, lease.state());
    }

    @Test
    void aWaiterWhoseZnodeIsDeletedQueuesAnew() throws Exception {
        LockLease holder = lock().acquire(LONG);
        CompletableFuture<LockLease> deleted = lockOfAnotherClient().acquireAsync();
        String doomed = Children.awaitCount(client, path, 2).stream()
                .filter(name -> !holder.path().endsWith(name))
                .findFirst()
                .orElseThrow();
        CompletableFuture<LockLease> behind = lockOfAnotherClient().acquireAsync();
        Children.awaitCount(client, path, 3);
        client.delete(path + "/" + doomed);
        Children.await(client, path, names -> names.size() == 3 && !names.contains(doomed));
        holder.close();
        LockLease second = get(behind);
        assertFalse(deleted.isDone());
        second.close();
        try (LockLease third = get(deleted)) {
            assertTrue(third.isHeld());
        }
    }

    @Test
    void closingTheClientLosesItsLeasesAndEndsItsWaiting() throws Exception {
        MusterClient other = server.connect();
        LockLease lease = DistributedLock.on(other, path).acquire(LONG);
        CompletableFuture<LockLease> waiting = DistributedLock.on(other, path).acquireAsync();
        Children.awaitCount(client, path, 2);
        other.close();
        assertEquals(LeaseLoss.Reason.CLIENT_CLOSED, get(lease.lost()).reason());
        assertEquals(LeaseState.LOST, lease.state());
        lease.close();
        ExecutionException e = assertThrows(ExecutionException.class, () -> get(waiting));
        assertInstanceOf(ClientClosedException.class, e.getCause());
        assertThrows(
                ClientClosedException.class,
                () -> DistributedLock.on(other, path).acquire(LONG));
        e = assertThrows(
                ExecutionException.class,
                () -> get(DistributedLock.on(other, path).acquireAsync()));
        assertInstanceOf(ClientClosedException.class, e.getCause());
        Children.awaitCount(client, path, 0);
    }

    @Test
    void aBodyRunsUnderTheLockAndItsResultAndItsExceptionComeOut() throws Exception {
        assertEquals(5, (int) lock().withLock(LONG, lease -> lease.isHeld() ? 5 : 0));
        assertThrows(
                java.io.IOException.class,
                () -> lock().withLock(LONG, lease -> {
                    throw new java.io.IOException("body");
                }));
        LeaseLostException e = assertThrows(
                LeaseLostException.class,
                () -> lock().withLock(LONG, lease -> {
                    client.delete(lease.path());
                    return get(lease.lost());
                }));
        assertTrue(e.token().czxid() > 0);
        try (LockLease holder = lock().acquire(LONG)) {
            assertThrows(LockTimeoutException.class, () -> lock().withLock(SHORT, lease -> 1));
            assertTrue(holder.isHeld());
        }
        Children.awaitCount(client, path, 0);
    }

    @Test
    void blockingMethodsWorkInCallbacksButNotOnTheEventLoop() throws Exception {
        String second = path + "2";
        CompletableFuture<Boolean> nested = lock().acquireAsync().thenApply(lease -> {
            try (lease;
                    LockLease inner = DistributedLock.on(client, second).acquire(LONG)) {
                return inner.isHeld();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertTrue(get(nested));
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        client.eventLoop()
                .execute(() -> thrown.complete(assertThrows(IllegalStateException.class, () -> lock().acquire(LONG))));
        get(thrown);
        Children.awaitCount(client, path, 0);
    }

    @Test
    void manyWaitersOfOneClientNeedNoThreads() throws Exception {
        int waiters = 500;
        int before = Thread.activeCount();
        LockLease holder = lock().acquire(LONG);
        CountDownLatch done = new CountDownLatch(waiters);
        for (int i = 0; i < waiters; i++) {
            lock().acquireAsync().thenCompose(LockLease::releaseAsync).thenRun(done::countDown);
        }
        Children.awaitCount(client, path, waiters + 1);
        assertTrue(Thread.activeCount() < before + 10);
        holder.close();
        assertTrue(done.await(30, TimeUnit.SECONDS));
        Children.awaitCount(client, path, 0);
    }
}
