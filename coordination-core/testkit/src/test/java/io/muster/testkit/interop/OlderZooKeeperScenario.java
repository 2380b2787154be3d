package io.muster.testkit.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Version;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * What a client of the 3.5 line can ask for, on a server that is empty; the main of a process that has that line's jars, of
 * whose classes this one uses no others. What it writes, {@link ScenarioProcess} reads.
 */
final class OlderZooKeeperScenario {
    private static final int WAIT_SECONDS = 60;

    private final String connectString;

    private OlderZooKeeperScenario(String connectString) {
        this.connectString = connectString;
    }

    public static void main(String[] args) throws Exception {
        OlderZooKeeperScenario scenario = new OlderZooKeeperScenario(args[0]);
        saw("client " + Version.getVersion());
        scenario.readsAndWrites();
        scenario.multis();
        scenario.watches();
        scenario.permissions();
        scenario.restart();
    }

    private static void saw(String line) {
        System.out.println("= " + line);
    }

    private interface Action extends Callable<Object> {}

    private static void step(String name, Action action) throws Exception {
        String outcome;
        try {
            outcome = Trace.text(action.call());
        } catch (KeeperException e) {
            outcome = "failed: " + e.code() + (e.getPath() == null ? "" : " " + e.getPath());
            if (e.getResults() != null) {
                outcome += " " + Trace.text(e.getResults());
            }
        }
        saw(name + " -> " + outcome);
    }

    private ZooKeeper connect(Watcher watcher) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(connectString, 20_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
            watcher.process(event);
        });
        if (!connected.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("not connected to " + connectString);
        }
        return client;
    }

    private ZooKeeper connect() throws Exception {
        return connect(event -> {});
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> sorted(List<String> names) {
        List<String> copy = new ArrayList<>(names);
        Collections.sort(copy);
        return copy;
    }

    private static String delete(ZooKeeper zk, String path, int version) throws Exception {
        zk.delete(path, version);
        return "ok";
    }

    private void readsAndWrites() throws Exception {
        try (ZooKeeper zk = connect();
                ZooKeeper other = connect()) {
            Stat stat = new Stat();
            step("children of the root", () -> sorted(zk.getChildren("/", false)));
            step("negotiated", zk::getSessionTimeout);
            step("create", () -> zk.create("/a", bytes("one"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            step("create again", () -> zk.create("/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            step(
                    "create with a stat",
                    () -> zk.create("/a/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, stat) + Trace.text(stat));
            step("no parent", () -> zk.create("/x/y", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            step("null data", () -> zk.getData("/a/b", false, stat));
            step("set", () -> zk.setData("/a", bytes("two"), 0));
            step("set with an old version", () -> zk.setData("/a", bytes("three"), 0));
            step("get", () -> zk.getData("/a", false, stat));
            step("exists", () -> zk.exists("/a", false));
            step("missing", () -> zk.exists("/missing", false));
            step("get a missing one", () -> zk.getData("/missing", false, null));
            for (CreateMode mode : List.of(
                    CreateMode.PERSISTENT_SEQUENTIAL,
                    CreateMode.EPHEMERAL_SEQUENTIAL,
                    CreateMode.PERSISTENT_SEQUENTIAL)) {
                step("sequential", () -> zk.create("/a/s-", null, Ids.OPEN_ACL_UNSAFE, mode));
            }
            step("ephemeral", () -> zk.create("/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
            step("under an ephemeral", () -> zk.create("/e/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            step("its stat", () -> other.exists("/e", false));
            step("container", () -> zk.create("/k", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat));
            step(
                    "with a time to live",
                    () -> zk.create("/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 600_000));
            step("children", () -> sorted(zk.getChildren("/a", false)));
            step("children with a stat", () -> sorted(zk.getChildren("/a", false, stat)) + Trace.text(stat));
            step("delete with children", () -> delete(zk, "/a", -1));
            step("delete with a wrong version", () -> delete(zk, "/a/b", 9));
            step("delete", () -> delete(zk, "/a/b", 0));
            step("delete a missing one", () -> delete(zk, "/a/b", -1));
            step("configuration", () -> zk.getConfig(false, stat));
            zk.close();
            step("ephemerals of a closed session", () -> other.exists("/e", false));
        }
    }

    private void multis() throws Exception {
        try (ZooKeeper zk = connect()) {
            step(
                    "multi",
                    () -> zk.multi(List.of(
                            Op.create("/m", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                            Op.create("/m/s-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL),
                            Op.create("/m/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL),
                            Op.create("/m/k", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
                            Op.check("/m", 0),
                            Op.setData("/m", bytes("2"), 0),
                            Op.delete("/m/e", -1))));
            step("after it", () -> zk.exists("/m", false));
            step(
                    "multi that fails",
                    () -> zk.multi(List.of(
                            Op.setData("/m", bytes("3"), 1),
                            Op.check("/m", 7),
                            Op.create("/m/n", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))));
            step("after it", () -> zk.exists("/m", false));
            step(
                    "transaction",
                    () -> zk.transaction()
                            .create("/m/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)
                            .setData("/m/t", bytes("t"), 0)
                            .commit());
        }
    }

    private void watches() throws Exception {
        try (ZooKeeper zk = connect();
                ZooKeeper other = connect()) {
            LinkedBlockingQueue<WatchedEvent> events = new LinkedBlockingQueue<>();
            Watcher watcher = event -> {
                if (event.getType() != Watcher.Event.EventType.None) {
                    events.add(event);
                }
            };
            zk.exists("/w", watcher);
            other.create("/w", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            step("created", () -> events.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            zk.getData("/w", watcher, null);
            other.setData("/w", bytes("1"), -1);
            step("changed", () -> events.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            zk.getChildren("/w", watcher);
            other.create("/w/c", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            step("a child more", () -> events.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            zk.getData("/w/c", watcher, null);
            zk.getChildren("/w/c", watcher);
            other.delete("/w/c", -1);
            step("deleted", () -> events.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            zk.getData("/w", watcher, null);
            step("removed", () -> {
                zk.removeWatches("/w", watcher, Watcher.WatcherType.Data, false);
                return events.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            });
            step("nothing to remove", () -> {
                zk.removeAllWatches("/w", Watcher.WatcherType.Children, false);
                return "ok";
            });
        }
    }

    private void permissions() throws Exception {
        try (ZooKeeper zk = connect();
                ZooKeeper other = connect()) {
            step("nobody's", () -> zk.create("/acl", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
            zk.addAuthInfo("digest", bytes("me:secret"));
            step("mine", () -> zk.create("/acl", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
            step("its list", () -> zk.getACL("/acl", new Stat()));
            step("a stranger reads", () -> other.getData("/acl", false, null));
            step("a stranger's multi", () -> other.multi(List.of(Op.setData("/acl", null, -1))));
            step("opened", () -> zk.setACL("/acl", Ids.OPEN_ACL_UNSAFE, 0));
            step("a stranger reads", () -> other.getData("/acl", false, null));
        }
    }

    private void restart() throws Exception {
        LinkedBlockingQueue<Watcher.Event.KeeperState> states = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<WatchedEvent> events = new LinkedBlockingQueue<>();
        try (ZooKeeper zk = connect(event -> states.add(event.getState()))) {
            step("first connected", () -> states.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            long session = zk.getSessionId();
            zk.create("/kept", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            zk.create("/kept/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            zk.getData(
                    "/kept",
                    event -> {
                        if (event.getType() != Watcher.Event.EventType.None) {
                            events.add(event);
                        }
                    },
                    null);
            System.out.println("! restart");
            if (System.in.read() != 'y') {
                return;
            }
            step("disconnected", () -> states.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            step("connected", () -> states.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            step("the same session", () -> zk.getSessionId() == session);
            step("its ephemeral", () -> zk.exists("/kept/e", false));
            try (ZooKeeper other = connect()) {
                other.setData("/kept", bytes("2"), -1);
            }
            step("its watch", () -> events.poll(WAIT_SECONDS, TimeUnit.SECONDS));
        }
    }
}
