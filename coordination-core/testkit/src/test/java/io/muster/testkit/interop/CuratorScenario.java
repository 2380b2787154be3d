package io.muster.testkit.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;

/** What applications do with Curator, on a server that is empty. */
final class CuratorScenario {
    private final String connectString;
    private final Trace trace = new Trace();

    private CuratorScenario(String connectString) {
        this.connectString = connectString;
    }

    static List<String> run(String connectString) throws Exception {
        CuratorScenario scenario = new CuratorScenario(connectString);
        scenario.createReadUpdateDelete();
        scenario.transactions();
        scenario.namespace();
        scenario.watches();
        scenario.cache();
        scenario.mutex();
        return scenario.trace.lines();
    }

    private CuratorFramework connect() throws InterruptedException {
        CuratorFramework client =
                CuratorFrameworkFactory.newClient(connectString, 20_000, 60_000, new RetryOneTime(100));
        client.start();
        assertTrue(client.blockUntilConnected(60, TimeUnit.SECONDS));
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> sorted(List<String> names) {
        List<String> copy = new ArrayList<>(names);
        Collections.sort(copy);
        return copy;
    }

    private void createReadUpdateDelete() throws Exception {
        try (CuratorFramework client = connect()) {
            trace.step(
                    "create with parents",
                    () -> client.create().creatingParentsIfNeeded().forPath("/crud/a/b", bytes("one")));
            trace.step(
                    "create with containers",
                    () -> client.create().creatingParentContainersIfNeeded().forPath("/crud/k/b", bytes("one")));
            trace.step("create or set", () -> client.create().orSetData().forPath("/crud/a/b", bytes("two")));
            trace.step("read", () -> client.getData().forPath("/crud/a/b"));
            trace.step("set", () -> client.setData().withVersion(1).forPath("/crud/a/b", bytes("three")));
            trace.step(
                    "set an old version", () -> client.setData().withVersion(1).forPath("/crud/a/b", bytes("x")));
            trace.step("exists", () -> client.checkExists().forPath("/crud/a/b"));
            trace.step("missing", () -> client.checkExists().forPath("/missing"));
            trace.step("read a missing one", () -> client.getData().forPath("/missing"));
            trace.step(
                    "protected",
                    () -> client.create()
                            .withProtection()
                            .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                            .forPath("/crud/p-")
                            .replaceAll("_c_[-0-9a-f]+", "protected"));
            trace.step("children", () -> sorted(client.getChildren().forPath("/crud/a")));
            trace.step("compressed", () -> client.create().compressed().forPath("/crud/z", bytes("compressed")));
            trace.step("decompressed", () -> client.getData().decompressed().forPath("/crud/z"));
            trace.step("in the background", () -> {
                CountDownLatch done = new CountDownLatch(1);
                client.getData().inBackground((c, event) -> done.countDown()).forPath("/crud/a/b");
                return done.await(60, TimeUnit.SECONDS);
            });
            trace.step(
                    "delete all",
                    () -> client.delete().deletingChildrenIfNeeded().forPath("/crud"));
            trace.step("children after", () -> sorted(client.getChildren().forPath("/")));
        }
    }

    private void transactions() throws Exception {
        try (CuratorFramework client = connect()) {
            trace.step(
                    "transaction",
                    () -> results(client.transaction()
                            .forOperations(
                                    client.transactionOp().create().forPath("/tx", bytes("1")),
                                    client.transactionOp()
                                            .check()
                                            .withVersion(0)
                                            .forPath("/tx"),
                                    client.transactionOp().setData().forPath("/tx", bytes("2")),
                                    client.transactionOp().create().forPath("/tx/c"),
                                    client.transactionOp().delete().forPath("/tx/c"))));
            trace.step(
                    "transaction that fails",
                    () -> results(client.transaction()
                            .forOperations(
                                    client.transactionOp().setData().forPath("/tx", bytes("3")),
                                    client.transactionOp()
                                            .check()
                                            .withVersion(9)
                                            .forPath("/tx"))));
            trace.step("after it", () -> client.getData().forPath("/tx"));
            trace.step("end", () -> client.delete().forPath("/tx"));
        }
    }

    private static List<String> results(List<CuratorTransactionResult> results) {
        return results.stream()
                .map(each -> each.getType() + " " + each.getForPath() + " " + each.getResultPath() + " "
                        + Trace.text(each.getResultStat()))
                .toList();
    }

    private void namespace() throws Exception {
        try (CuratorFramework client = connect()) {
            CuratorFramework inside = client.usingNamespace("ns");
            trace.step(
                    "in a namespace",
                    () -> inside.create().creatingParentsIfNeeded().forPath("/a/b", bytes("n")));
            trace.step("from outside", () -> client.getData().forPath("/ns/a/b"));
            trace.step("inside", () -> sorted(inside.getChildren().forPath("/")));
            trace.step("end", () -> client.delete().deletingChildrenIfNeeded().forPath("/ns"));
        }
    }

    private void watches() throws Exception {
        try (CuratorFramework client = connect()) {
            LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
            client.create().forPath("/watched", bytes("1"));
            client.getData()
                    .usingWatcher(
                            (org.apache.curator.framework.api.CuratorWatcher) event -> events.add("data " + event))
                    .forPath("/watched");
            client.watchers()
                    .add()
                    .withMode(AddWatchMode.PERSISTENT_RECURSIVE)
                    .usingWatcher((org.apache.zookeeper.Watcher)
                            event -> events.add("all " + event.getType() + " " + event.getPath()))
                    .forPath("/watched");
            client.setData().forPath("/watched", bytes("2"));
            client.create().forPath("/watched/c");
            client.delete().forPath("/watched/c");
            client.delete().forPath("/watched");
            TreeSet<String> heard = new TreeSet<>();
            for (int i = 0; i < 5; i++) {
                heard.add(String.valueOf(events.poll(60, TimeUnit.SECONDS)).replaceAll(" zxid: -?\\d+", ""));
            }
            trace.add("watches heard " + heard);
        }
    }

    private void cache() throws Exception {
        try (CuratorFramework client = connect();
                CuratorFramework other = connect()) {
            other.create().creatingParentsIfNeeded().forPath("/cache/a", bytes("1"));
            LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
            CountDownLatch initialized = new CountDownLatch(1);
            try (CuratorCache cache = CuratorCache.build(client, "/cache")) {
                cache.listenable().addListener(new org.apache.curator.framework.recipes.cache.CuratorCacheListener() {
                    @Override
                    public void event(Type type, ChildData before, ChildData now) {
                        events.add(type + " " + (now == null ? before.getPath() : now.getPath()));
                    }

                    @Override
                    public void initialized() {
                        initialized.countDown();
                    }
                });
                cache.start();
                assertTrue(initialized.await(60, TimeUnit.SECONDS));
                await(events, "cache starts with", 2);
                other.create().forPath("/cache/b", bytes("2"));
                await(events, "then", 1);
                other.setData().forPath("/cache/a", bytes("3"));
                await(events, "then", 1);
                other.delete().forPath("/cache/b");
                await(events, "then", 1);
                other.create().creatingParentsIfNeeded().forPath("/cache/x/y/z", bytes("4"));
                await(events, "then", 3);
                trace.step(
                        "the cache holds",
                        () -> sorted(cache.stream()
                                .map(each -> each.getPath() + Trace.text(each.getData()))
                                .filter(each -> !each.startsWith("/cache\""))
                                .toList()));
            }
            other.delete().deletingChildrenIfNeeded().forPath("/cache");
        }
    }

    /** In an order of their own: several of them may be on their way at once. */
    private void await(LinkedBlockingQueue<String> events, String name, int count) throws InterruptedException {
        TreeSet<String> heard = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            heard.add(String.valueOf(events.poll(60, TimeUnit.SECONDS)));
        }
        trace.add(name + " " + heard);
    }

    private void mutex() throws Exception {
        int threads = 3;
        int rounds = 10;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        int[] count = {0};
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    try (CuratorFramework client = connect()) {
                        InterProcessMutex mutex = new InterProcessMutex(client, "/mutex");
                        for (int round = 0; round < rounds; round++) {
                            assertTrue(mutex.acquire(120, TimeUnit.SECONDS));
                            try {
                                if (inside.incrementAndGet() > 1) {
                                    together.incrementAndGet();
                                }
                                count[0]++;
                                inside.decrementAndGet();
                            } finally {
                                mutex.release();
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(180, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        trace.add("mutex: " + count[0] + " times, together " + together.get() + " times");
        try (CuratorFramework client = connect()) {
            trace.step("nobody waits", () -> client.getChildren().forPath("/mutex"));
        }
    }
}
