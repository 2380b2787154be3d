package io.muster.recipes.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.recipes.support.Children;
import io.muster.recipes.support.ServerKind;
import io.muster.recipes.support.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
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

/** Curator's {@code InterProcessMutex} and our lock contend on one path. */
@ParameterizedClass
@EnumSource(ServerKind.class)
@Timeout(60)
class CuratorInteropTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static TestServer server;

    @Parameter
    ServerKind kind;

    private String path;
    private MusterClient client;
    private CuratorFramework curator;

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
        curator = CuratorFrameworkFactory.newClient(server.connectString(), new RetryOneTime(100));
        curator.start();
        assertTrue(curator.blockUntilConnected(20, TimeUnit.SECONDS));
    }

    @AfterEach
    void disconnect() {
        curator.close();
        server.closeClients();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Test
    void curatorWaitsForUsAndWeForCurator() throws Exception {
        DistributedLock ours = DistributedLock.on(client, path);
        InterProcessMutex theirs = new InterProcessMutex(curator, path);
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        LockLease lease = ours.acquire(LONG);
        assertFalse(theirs.acquire(50, TimeUnit.MILLISECONDS));
        Children.awaitCount(client, path, 1);

        CompletableFuture<Void> mayRelease = new CompletableFuture<>();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> curatorsTurn = thread.submit(() -> {
                theirs.acquire();
                told.add("theirs");
                get(mayRelease);
                theirs.release();
                return null;
            });
            Children.awaitCount(client, path, 2);
            CompletableFuture<LockLease> ourSecond = ours.acquireAsync();
            Children.awaitCount(client, path, 3);
            assertEquals(3, theirs.getParticipantNodes().size());
            assertTrue(theirs.getParticipantNodes().contains(lease.path()));

            lease.close();
            assertEquals("theirs", told.poll(30, TimeUnit.SECONDS));
            assertFalse(ourSecond.isDone());
            assertTrue(ours.tryAcquire().isEmpty());
            mayRelease.complete(null);
            try (LockLease second = get(ourSecond)) {
                assertTrue(second.token().compareTo(lease.token()) > 0);
                assertFalse(theirs.acquire(50, TimeUnit.MILLISECONDS));
            }
            get(curatorsTurn);
        } finally {
            thread.shutdownNow();
        }
        Children.awaitCount(client, path, 0);
    }

    @Test
    void contendersOfBothKindsExcludeEachOther() throws Exception {
        int rounds = 50;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger holds = new AtomicInteger();
        List<Callable<Void>> contenders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            DistributedLock ours = DistributedLock.on(server.connect(), path);
            contenders.add(() -> {
                for (int round = 0; round < rounds; round++) {
                    try (LockLease lease = ours.acquire(LONG)) {
                        assertEquals(1, inside.incrementAndGet());
                        assertTrue(client.exists(lease.path()).isPresent());
                        holds.incrementAndGet();
                        assertEquals(0, inside.decrementAndGet());
                    }
                }
                return null;
            });
            InterProcessMutex theirs = new InterProcessMutex(curator, path);
            contenders.add(() -> {
                for (int round = 0; round < rounds; round++) {
                    theirs.acquire();
                    try {
                        assertEquals(1, inside.incrementAndGet());
                        assertTrue(client.exists(path).isPresent());
                        holds.incrementAndGet();
                        assertEquals(0, inside.decrementAndGet());
                    } finally {
                        theirs.release();
                    }
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(contenders.size());
        try {
            for (Future<Void> each : threads.invokeAll(contenders)) {
                get(each);
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(4 * rounds, holds.get());
        Children.awaitCount(client, path, 0);
    }
}
