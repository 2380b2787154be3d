package io.muster.recipes.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.recipes.lease.LeaseLostException;
import io.muster.recipes.support.Children;
import io.muster.recipes.support.ServerKind;
import io.muster.recipes.support.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
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

/** The lock with the JDK's face. */
@ParameterizedClass
@EnumSource(ServerKind.class)
@Timeout(60)
class ReentrantViewTest {
    private static TestServer server;

    @Parameter
    ServerKind kind;

    private String path;
    private MusterClient client;
    private Lock lock;
    private final ExecutorService otherThread = Executors.newSingleThreadExecutor();

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
        lock = DistributedLock.on(client, path).asLock();
    }

    @AfterEach
    void disconnect() {
        otherThread.shutdownNow();
        server.closeClients();
    }

    private <T> T elsewhere(Callable<T> task) throws Exception {
        return otherThread.submit(task).get(30, TimeUnit.SECONDS);
    }

    @Test
    void aThreadTakesItSeveralTimesAndGivesItBackAsOften() throws Exception {
        lock.lock();
        assertTrue(lock.tryLock());
        assertTrue(lock.tryLock(1, TimeUnit.SECONDS));
        assertFalse(elsewhere(() -> lock.tryLock()));
        assertFalse(elsewhere(() -> lock.tryLock(10, TimeUnit.MILLISECONDS)));
        lock.unlock();
        lock.unlock();
        assertTrue(DistributedLock.on(client, path).tryAcquire().isEmpty());
        lock.unlock();
        DistributedLock.on(client, path).tryAcquire().orElseThrow().close();
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        Children.awaitCount(client, path, 0);
    }

    @Test
    void onlyTheOwningThreadGivesItBack() throws Exception {
        lock.lock();
        assertThrows(IllegalMonitorStateException.class, () -> {
            try {
                elsewhere(() -> {
                    lock.unlock();
                    return null;
                });
            } catch (ExecutionException e) {
                throw e.getCause();
            }
        });
        lock.unlock();
        assertTrue(elsewhere(() -> {
            lock.lock();
            lock.unlock();
            return true;
        }));
        assertThrows(UnsupportedOperationException.class, lock::newCondition);
    }

    @Test
    void itWaitsForHoldersElsewhereAndKeepsAnInterrupt() throws Exception {
        LockLease holder = DistributedLock.on(server.connect(), path).acquire(Duration.ofSeconds(30));
        assertFalse(lock.tryLock());
        assertFalse(lock.tryLock(10, TimeUnit.MILLISECONDS));
        Children.awaitCount(client, path, 1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            lock.lock();
            interrupted.complete(Thread.interrupted());
            lock.unlock();
        });
        waiter.start();
        List<String> before = Children.awaitCount(client, path, 2);
        waiter.interrupt();
        // It stands in line again, with another znode.
        Children.await(client, path, names -> names.size() == 2 && !before.containsAll(names));
        holder.close();
        assertEquals(true, interrupted.get(30, TimeUnit.SECONDS));
        waiter.join();
        Children.awaitCount(client, path, 0);
    }

    @Test
    void takingItAgainAfterItWasLostIsRefused() throws Exception {
        lock.lock();
        client.delete(path + "/" + client.children(path).get(0));
        // The next holder proves that the loss has reached everybody; the event reaches this client before its own
        // answers.
        DistributedLock.on(client, path).acquire(Duration.ofSeconds(30)).close();
        assertThrows(LeaseLostException.class, lock::lock);
        assertThrows(LeaseLostException.class, lock::tryLock);
        lock.unlock();
        lock.lock();
        lock.unlock();
    }
}
