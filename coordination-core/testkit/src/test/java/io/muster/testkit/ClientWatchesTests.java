package io.muster.testkit;

import static io.muster.client.CreateOptions.PERSISTENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.client.NoNodeException;
import io.muster.client.Op;
import io.muster.client.Watch;
import io.muster.client.WatchEvent;
import io.muster.client.WatchEvent.Type;
import io.muster.client.Watcher;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Watches of every kind against a server; each test has a chroot of its own. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientWatchesTests {
    private static final byte[] NONE = new byte[0];

    private ServerProcess server;
    private MusterClient client;
    private MusterClient other;

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
        String chroot = "/" + test.getTestMethod().orElseThrow().getName();
        try (MusterClient root = MusterClient.connect(server.connectString())) {
            root.create(chroot, NONE);
        }
        client = MusterClient.connect(server.connectString() + chroot);
        other = MusterClient.connect(server.connectString() + chroot);
    }

    @AfterEach
    void close() {
        client.close();
        other.close();
    }

    /** Nothing is asserted of a server that does not answer the question. */
    private void assertWatched(String path, boolean expected) {
        String answer = server.fourLetterWord("wchp");
        if (!answer.contains("is not there yet")) {
            assertEquals(expected, answer.contains(path), answer);
        }
    }

    /** Keeps what it is told. */
    private static final class Told implements Watcher {
        private final LinkedBlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(WatchEvent event) {
            events.add(event);
        }

        WatchEvent next() throws InterruptedException {
            WatchEvent event = events.poll(20, TimeUnit.SECONDS);
            assertNotNull(event, "nothing was told");
            return event;
        }

        void expect(Type type, String path) throws InterruptedException {
            WatchEvent event = next();
            assertEquals(type + " " + path, event.type() + " " + event.path());
        }
    }

    @Test
    void getTellsOfTheNextChangeWithItsZxid() throws Exception {
        client.create("/a", NONE);
        Told told = new Told();
        client.get("/a", told);
        Stat stat = other.set("/a", NONE);
        other.set("/a", NONE);
        assertEquals(new WatchEvent(Type.DATA_CHANGED, "/a", stat.mzxid()), told.next());
        client.sync("/");
        assertNull(told.events.poll());
        assertThrows(NoNodeException.class, () -> client.get("/none", told));
    }

    @Test
    void existsTellsOfCreationAndDeletion() throws Exception {
        Told told = new Told();
        client.exists("/a", told);
        other.create("/a", NONE);
        told.expect(Type.CREATED, "/a");
        client.exists("/a", told);
        other.delete("/a");
        told.expect(Type.DELETED, "/a");
    }

    @Test
    void childrenTellOfComingAndGoingAndOfTheParentsEnd() throws Exception {
        client.create("/a", NONE);
        Told told = new Told();
        client.children("/a", told);
        other.create("/a/x", NONE);
        told.expect(Type.CHILDREN_CHANGED, "/a");
        client.childrenWithStat("/a", told);
        other.delete("/a/x");
        told.expect(Type.CHILDREN_CHANGED, "/a");
        client.children("/a", told);
        other.delete("/a");
        told.expect(Type.DELETED, "/a");
    }

    @Test
    void theChrootItselfIsTheRootInEvents() throws Exception {
        Told told = new Told();
        client.children("/", told);
        other.create("/a", NONE);
        told.expect(Type.CHILDREN_CHANGED, "/");
    }

    @Test
    void persistentWatchesTellOfTheZnodeAndItsChildren() throws Exception {
        Told told = new Told();
        try (Watch watch = client.watch("/a", AddWatchMode.PERSISTENT, told)) {
            assertEquals("/a", watch.path());
            other.create("/a", NONE);
            other.set("/a", NONE);
            other.create("/a/b", NONE);
            other.set("/a/b", NONE);
            other.delete("/a/b");
            other.delete("/a");
            told.expect(Type.CREATED, "/a");
            told.expect(Type.DATA_CHANGED, "/a");
            told.expect(Type.CHILDREN_CHANGED, "/a");
            told.expect(Type.CHILDREN_CHANGED, "/a");
            told.expect(Type.DELETED, "/a");
        }
        client.sync("/");
        assertTrue(told.events.isEmpty());
    }

    @Test
    void recursiveWatchesTellOfEverythingBelow() throws Exception {
        Told told = new Told();
        client.watch("/", AddWatchMode.PERSISTENT_RECURSIVE, told);
        other.multi(List.of(Op.create("/a", NONE), Op.create("/a/b", NONE), Op.set("/a/b", NONE), Op.delete("/a/b")));
        told.expect(Type.CREATED, "/a");
        told.expect(Type.CREATED, "/a/b");
        told.expect(Type.DATA_CHANGED, "/a/b");
        told.expect(Type.DELETED, "/a/b");
    }

    @Test
    void aClosedWatchIsRemovedFromTheServerWithItsLastSharer() throws Exception {
        Told one = new Told();
        Told two = new Told();
        Watch first = client.watch("/a", AddWatchMode.PERSISTENT, one);
        Watch second = client.watch("/a", AddWatchMode.PERSISTENT, two);
        first.close();
        first.close();
        other.create("/a", NONE);
        two.expect(Type.CREATED, "/a");
        assertTrue(one.events.isEmpty());
        assertWatched("/aClosedWatchIsRemovedFromTheServerWithItsLastSharer/a", true);
        second.close();
        client.sync("/");
        assertWatched("/aClosedWatchIsRemovedFromTheServerWithItsLastSharer/a", false);
        other.set("/a", NONE);
        client.sync("/");
        assertTrue(two.events.isEmpty());
    }

    @Test
    void anUnwatchedWatcherIsNotToldAndTheServerForgetsIt() throws Exception {
        client.create("/a", NONE);
        Told told = new Told();
        client.get("/a", told);
        client.children("/a", told);
        client.unwatch("/a", told);
        client.sync("/");
        assertWatched("/anUnwatchedWatcherIsNotToldAndTheServerForgetsIt/a", false);
        other.set("/a", NONE);
        client.sync("/");
        assertTrue(told.events.isEmpty());
    }

    @Test
    void onTheLoopAnEventComesBeforeTheReadThatShowsIt() throws Exception {
        client.create("/a", NONE);
        for (int i = 0; i < 50; i++) {
            int version = i + 1;
            List<String> order = new ArrayList<>();
            CompletableFuture<List<String>> done = new CompletableFuture<>();
            CountDownLatch watching = new CountDownLatch(1);
            client.eventLoop().getAsync("/a", event -> order.add("event")).thenRun(watching::countDown);
            assertTrue(watching.await(20, TimeUnit.SECONDS));
            other.setAsync("/a", NONE);
            readUntil(version, order, done);
            assertEquals(List.of("event", "read"), done.get(20, TimeUnit.SECONDS));
        }
    }

    private void readUntil(int version, List<String> order, CompletableFuture<List<String>> done) {
        client.eventLoop().getAsync("/a").whenComplete((node, failure) -> {
            if (failure == null && node.stat().version() < version) {
                readUntil(version, order, done);
            } else {
                order.add("read");
                done.complete(order);
            }
        });
    }

    @Test
    void aWatcherMayBlockAndCallTheClient() throws Exception {
        client.create("/a", NONE);
        CompletableFuture<Integer> version = new CompletableFuture<>();
        client.get("/a", event -> {
            try {
                version.complete(client.get("/a").stat().version());
            } catch (InterruptedException e) {
                version.completeExceptionally(e);
            }
        });
        other.set("/a", NONE);
        assertEquals(1, version.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aWatcherThatBlocksDoesNotHoldUpOthers() throws Exception {
        client.create("/a", NONE);
        CountDownLatch release = new CountDownLatch(1);
        client.get("/a", event -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Told told = new Told();
        client.get("/a", told);
        other.set("/a", NONE);
        told.expect(Type.DATA_CHANGED, "/a");
        assertEquals(1, client.getAsync("/a").get(20, TimeUnit.SECONDS).stat().version());
        release.countDown();
    }

    @Test
    void aListenerThatIsTooSlowIsToldToReadAnew() throws Exception {
        try (MusterClient small = MusterClient.builder()
                .connectString(server.connectString())
                .chroot("/aListenerThatIsTooSlowIsToldToReadAnew")
                .maxQueuedEvents(10)
                .connect()) {
            CountDownLatch release = new CountDownLatch(1);
            LinkedBlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
            small.watch("/", AddWatchMode.PERSISTENT_RECURSIVE, event -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                events.add(event);
            });
            for (int i = 0; i < 100; i++) {
                other.create("/n" + i, NONE, PERSISTENT);
            }
            small.sync("/");
            release.countDown();
            List<WatchEvent> seen = new ArrayList<>();
            while (seen.isEmpty() || !seen.get(seen.size() - 1).path().equals("/n99")) {
                WatchEvent event = events.poll(20, TimeUnit.SECONDS);
                assertNotNull(event);
                seen.add(event);
            }
            assertTrue(seen.stream().anyMatch(event -> event.type() == Type.RESYNC), seen.toString());
            assertTrue(seen.size() < 30, seen.size() + " events");
        }
    }

    @Test
    void closingTheClientEndsItsWatches() throws Exception {
        client.create("/a", NONE);
        Told oneShot = new Told();
        Told persistent = new Told();
        client.get("/a", oneShot);
        client.watch("/a", AddWatchMode.PERSISTENT, persistent);
        client.close();
        oneShot.expect(Type.ENDED, "/a");
        persistent.expect(Type.ENDED, "/a");
    }
}
