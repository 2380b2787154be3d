package io.muster.recipes.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.ConnectionEvent;
import io.muster.client.MusterClient;
import io.muster.client.Op;
import io.muster.protocol.OpCode;
import io.muster.recipes.lease.LeaseEvent;
import io.muster.recipes.lease.LeaseLoss;
import io.muster.recipes.lease.LeaseLostException;
import io.muster.recipes.lease.LeaseState;
import io.muster.recipes.support.Children;
import io.muster.recipes.support.FaultyProxy;
import io.muster.recipes.support.ServerKind;
import io.muster.recipes.support.TestServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

/** The lock of a client whose connection breaks; {@code other} has a good one. */
@ParameterizedClass
@EnumSource(ServerKind.class)
@Timeout(60)
class DistributedLockFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration LONG_SESSION = Duration.ofSeconds(20);
    private static final Duration SHORT_SESSION = Duration.ofSeconds(2);

    private static TestServer server;

    @Parameter
    ServerKind kind;

    private String path;
    private FaultyProxy proxy;
    private MusterClient other;

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
        proxy = new FaultyProxy(server.port());
        other = server.connect();
    }

    @AfterEach
    void disconnect() throws Exception {
        proxy.heal();
        server.closeClients();
        proxy.close();
    }

    private MusterClient connect(Duration sessionTimeout) throws InterruptedException {
        return server.connect(proxy.connectString(), sessionTimeout);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static <T> T next(LinkedBlockingQueue<T> events) throws InterruptedException {
        T event = events.poll(30, TimeUnit.SECONDS);
        assertNotNull(event, "no event");
        return event;
    }

    /** Once the path is there: a create that must make it first is refused, and that is not the reply to lose. */
    private void makePath() throws InterruptedException {
        other.create(path, new byte[0]);
    }

    @Test
    void aCreateWhoseReplyIsLostIsFoundAgain() throws Exception {
        makePath();
        MusterClient client = connect(LONG_SESSION);
        long session = client.session().orElseThrow().id();
        proxy.dropReplyTo(OpCode.CREATE2);
        try (LockLease lease = DistributedLock.on(client, path).acquire(LONG)) {
            assertFalse(proxy.isArmed());
            assertEquals(1, other.children(path).size());
            assertEquals(session, other.exists(lease.path()).orElseThrow().ephemeralOwner());
            assertEquals(
                    other.exists(lease.path()).orElseThrow().czxid(),
                    lease.token().czxid());
            assertTrue(lease.path().endsWith("-lock-0000000000"));
        }
        assertEquals(List.of(), other.children(path));
    }

    @Test
    void aWaiterWhoseReplyIsLostKeepsItsPlace() throws Exception {
        LockLease holder = DistributedLock.on(other, path).acquire(LONG);
        MusterClient client = connect(LONG_SESSION);
        proxy.dropReplyTo(OpCode.CREATE2);
        CompletableFuture<LockLease> waiting = DistributedLock.on(client, path).acquireAsync();
        Children.awaitCount(other, path, 2);
        CompletableFuture<LockLease> behind = DistributedLock.on(other, path).acquireAsync();
        Children.awaitCount(other, path, 3);
        holder.close();
        LockLease second = get(waiting);
        assertFalse(behind.isDone());
        second.close();
        get(behind).close();
    }

    @Test
    void whoeverGivesUpAfterALostReplyLeavesNothing() throws Exception {
        makePath();
        MusterClient client = connect(LONG_SESSION);
        proxy.dropReplyToAndCut(OpCode.CREATE2);
        CompletableFuture<LockLease> future = DistributedLock.on(client, path).acquireAsync();
        Children.awaitCount(other, path, 1);
        future.cancel(false);
        proxy.heal();
        Children.awaitCount(other, path, 0);
        assertTrue(client.session().orElseThrow().isAlive());
    }

    @Test
    void aLostReplyOfAnExpiredSessionIsForgotten() throws Exception {
        makePath();
        MusterClient client = connect(SHORT_SESSION);
        long session = client.session().orElseThrow().id();
        proxy.dropReplyToAndCut(OpCode.CREATE2);
        CompletableFuture<LockLease> future = DistributedLock.on(client, path).acquireAsync();
        Children.awaitCount(other, path, 1);
        // The session expires, and its znode goes.
        Children.awaitCount(other, path, 0);
        proxy.heal();
        try (LockLease lease = get(future)) {
            assertNotEquals(session, client.session().orElseThrow().id());
            assertEquals(1, other.children(path).size());
            assertEquals(
                    client.session().orElseThrow().id(),
                    other.exists(lease.path()).orElseThrow().ephemeralOwner());
        }
        Children.awaitCount(other, path, 0);
    }

    @Test
    void aHolderThatIsCutOffKnowsThatItHoldsNothingBeforeTheNextOneHolds() throws Exception {
        other.create("/account", new byte[0]);
        MusterClient client = connect(SHORT_SESSION);
        LockLease lease = DistributedLock.on(client, path).acquire(LONG);
        LinkedBlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();
        lease.addListener(events::add);
        CompletableFuture<LeaseLoss> lost = lease.lost();
        CompletableFuture<Boolean> heldWhenNextCame = new CompletableFuture<>();
        CompletableFuture<LockLease> next = DistributedLock.on(other, path).acquireAsync();
        next.thenRun(() -> heldWhenNextCame.complete(lease.isHeld()));
        Children.awaitCount(other, path, 2);
        proxy.swallow();
        assertFalse(get(heldWhenNextCame));
        assertEquals(LeaseState.LOST, lease.state());
        assertEquals(LeaseLoss.Reason.DEADLINE_PASSED, get(lost).reason());
        LeaseEvent event = next(events);
        if (event instanceof LeaseEvent.Suspected) {
            event = next(events);
        }
        assertInstanceOf(LeaseEvent.Lost.class, event);
        assertTrue(get(next).token().compareTo(lease.token()) > 0);
        assertThrows(LeaseLostException.class, () -> lease.guard(Op.set("/account", new byte[1])));
        lease.close();
        assertEquals(LeaseState.LOST, lease.state());
        proxy.heal();
        // The client goes on with another session, and stands in line again.
        CompletableFuture<LockLease> again = DistributedLock.on(client, path).acquireAsync();
        Children.awaitCount(other, path, 2);
        get(next).close();
        get(again).close();
        assertEquals(0, other.exists("/account").orElseThrow().version());
    }

    @Test
    void aShortBreakMakesALeaseSuspectAndNotLost() throws Exception {
        MusterClient client = connect(LONG_SESSION);
        LockLease lease = DistributedLock.on(client, path).acquire(LONG);
        LinkedBlockingQueue<LeaseEvent> events = new LinkedBlockingQueue<>();
        lease.addListener(events::add);
        proxy.cut();
        assertInstanceOf(LeaseEvent.Suspected.class, next(events));
        assertEquals(LeaseState.SUSPECT, lease.state());
        assertTrue(lease.isHeld());
        proxy.heal();
        assertInstanceOf(LeaseEvent.Recovered.class, next(events));
        assertEquals(LeaseState.HELD, lease.state());
        lease.guard(Op.set(path, new byte[0]));
        lease.close();
        assertInstanceOf(LeaseEvent.Releasing.class, next(events));
        assertInstanceOf(LeaseEvent.Released.class, next(events));
        Children.awaitCount(other, path, 0);
    }

    @Test
    void aReleaseWithoutConnectionIsDoneWhenThereIsOne() throws Exception {
        MusterClient client = connect(LONG_SESSION);
        LockOptions options = LockOptions.DEFAULTS.withReleaseTimeout(Duration.ofMillis(50));
        LockLease lease = DistributedLock.on(client, path, options).acquire(LONG);
        proxy.cut();
        lease.close();
        assertEquals(LeaseState.RELEASING, lease.state());
        assertFalse(lease.isHeld());
        assertEquals(1, other.children(path).size());
        proxy.heal();
        get(lease.releaseAsync());
        assertEquals(LeaseState.RELEASED, lease.state());
        assertEquals(0, other.children(path).size());
    }

    @Test
    void aReleaseWithoutConnectionIsDoneWhenTheSessionIsOver() throws Exception {
        MusterClient client = connect(SHORT_SESSION);
        LockOptions options = LockOptions.DEFAULTS.withReleaseTimeout(Duration.ofMillis(50));
        LockLease lease = DistributedLock.on(client, path, options).acquire(LONG);
        proxy.cut();
        lease.close();
        get(lease.releaseAsync());
        assertEquals(LeaseState.RELEASED, lease.state());
        assertFalse(lease.lost().isDone());
        Children.awaitCount(other, path, 0);
    }

    @Test
    void aReleaseWhoseReplyIsLostIsConfirmedAllTheSame() throws Exception {
        MusterClient client = connect(LONG_SESSION);
        LockLease lease = DistributedLock.on(client, path).acquire(LONG);
        proxy.dropReplyTo(OpCode.DELETE);
        lease.close();
        assertFalse(proxy.isArmed());
        assertEquals(LeaseState.RELEASED, lease.state());
        assertEquals(List.of(), other.children(path));
    }

    @Test
    void aWaiterThatWasCutOffLearnsOfItsTurnWhenItIsBack() throws Exception {
        LockLease holder = DistributedLock.on(other, path).acquire(LONG);
        MusterClient client = connect(LONG_SESSION);
        LinkedBlockingQueue<ConnectionEvent> events = new LinkedBlockingQueue<>();
        client.onConnectionEvent(events::add);
        assertInstanceOf(ConnectionEvent.Connected.class, next(events));
        CompletableFuture<LockLease> waiting = DistributedLock.on(client, path).acquireAsync();
        Children.awaitCount(other, path, 2);
        proxy.cut();
        assertInstanceOf(ConnectionEvent.Suspended.class, next(events));
        holder.close();
        proxy.heal();
        try (LockLease lease = get(waiting)) {
            assertTrue(lease.isHeld());
        }
    }

    @Test
    void aWaiterWhoseSessionExpiresStandsInLineWithTheNext() throws Exception {
        LockLease holder = DistributedLock.on(other, path).acquire(LONG);
        MusterClient client = connect(SHORT_SESSION);
        CompletableFuture<LockLease> waiting = DistributedLock.on(client, path).acquireAsync();
        Children.awaitCount(other, path, 2);
        proxy.cut();
        Children.awaitCount(other, path, 1);
        proxy.heal();
        Children.awaitCount(other, path, 2);
        holder.close();
        get(waiting).close();
        Children.awaitCount(other, path, 0);
    }

    @Test
    void whatWasNotSentByItsDeadlineIsNotSentLater() throws Exception {
        makePath();
        MusterClient client = connect(LONG_SESSION);
        LinkedBlockingQueue<ConnectionEvent> events = new LinkedBlockingQueue<>();
        client.onConnectionEvent(events::add);
        assertInstanceOf(ConnectionEvent.Connected.class, next(events));
        proxy.cut();
        assertInstanceOf(ConnectionEvent.Suspended.class, next(events));
        assertEquals(Optional.empty(), DistributedLock.on(client, path).tryAcquire(Duration.ofMillis(50)));
        proxy.heal();
        assertEquals(0, client.exists(path).orElseThrow().cversion());
    }

    @Test
    void connectionsThatBreakAgainAndAgainNeverGiveTheLockToTwo() throws Exception {
        MusterClient client = connect(LONG_SESSION);
        DistributedLock shaky = DistributedLock.on(client, path);
        DistributedLock steady = DistributedLock.on(other, path);
        makePath();
        for (OpCode op :
                EnumSet.of(OpCode.CREATE2, OpCode.GET_CHILDREN2, OpCode.GET_DATA, OpCode.DELETE, OpCode.SYNC)) {
            LockLease holder = steady.acquire(LONG);
            proxy.dropReplyTo(op);
            CompletableFuture<LockLease> waiting = shaky.acquireAsync();
            Children.awaitCount(other, path, 2);
            assertFalse(waiting.isDone());
            holder.close();
            LockLease lease = get(waiting);
            assertTrue(lease.isHeld());
            assertEquals(Optional.empty(), steady.tryAcquire());
            get(lease.releaseAsync());
        }
        Children.awaitCount(other, path, 0);
    }
}
