package io.muster.testkit.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/** Everything that ZooKeeper's own client can ask for, on a server that is empty. */
final class ZooKeeperScenario {
    private final String connectString;
    private final Trace trace = new Trace();
    private final Map<String, List<String>> heard = new TreeMap<>();

    private ZooKeeperScenario(String connectString) {
        this.connectString = connectString;
    }

    static List<String> run(String connectString) throws Exception {
        ZooKeeperScenario scenario = new ZooKeeperScenario(connectString);
        scenario.reads();
        scenario.writes();
        scenario.multis();
        scenario.watches();
        scenario.persistentWatches();
        scenario.permissions();
        scenario.chroot();
        scenario.sessions();
        return scenario.trace.lines();
    }

    static ZooKeeper connect(String connectString) throws Exception {
        return connect(connectString, event -> {});
    }

    static ZooKeeper connect(String connectString, Watcher watcher) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(connectString, 20_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
            watcher.process(event);
        });
        assertTrue(connected.await(60, TimeUnit.SECONDS), "not connected to " + connectString);
        return client;
    }

    /** Returns when all events that are on their way to the client have been handed to their watchers. */
    static void drain(ZooKeeper client) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        client.sync("/", (code, path, context) -> done.countDown(), null);
        assertTrue(done.await(60, TimeUnit.SECONDS));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> sorted(List<String> names) {
        Collections.sort(names);
        return names;
    }

    private void reads() throws Exception {
        try (ZooKeeper zk = connect(connectString)) {
            trace.step("children of the root", () -> sorted(zk.getChildren("/", false)));
            trace.step("root", () -> zk.exists("/", false));
            trace.step("/zookeeper", () -> zk.exists("/zookeeper", false));
            trace.step("quota", () -> zk.exists("/zookeeper/quota", false));
            trace.step("config", () -> zk.exists("/zookeeper/config", false));
            trace.step("config's list", () -> zk.getACL("/zookeeper/config", new Stat()));
            trace.step("config's data", () -> zk.getData("/zookeeper/config", false, null));
            trace.step("all of the root", () -> zk.getAllChildrenNumber("/"));
            trace.step("a missing one", () -> zk.exists("/missing", false));
            trace.step("data of a missing one", () -> zk.getData("/missing", false, null));
            trace.step("children of a missing one", () -> zk.getChildren("/missing", false));
            trace.step("list of a missing one", () -> zk.getACL("/missing", new Stat()));
            trace.step("who am I", () -> whoAmI(zk));
        }
    }

    private void writes() throws Exception {
        try (ZooKeeper zk = connect(connectString)) {
            Stat stat = new Stat();
            trace.step("create", () -> zk.create("/a", bytes("one"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            trace.step("create again", () -> zk.create("/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            trace.step(
                    "create with a stat",
                    () -> zk.create("/a/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, stat) + Trace.text(stat));
            trace.step("no parent", () -> zk.create("/x/y", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            trace.step("null data", () -> zk.getData("/a/b", false, stat));
            trace.step("empty data", () -> zk.create("/a/e", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            trace.step("empty data", () -> zk.getData("/a/e", false, stat));
            trace.step("set", () -> zk.setData("/a", bytes("two"), 0));
            trace.step("set with an old version", () -> zk.setData("/a", bytes("three"), 0));
            trace.step("set with any version", () -> zk.setData("/a", null, -1));
            trace.step("set a missing one", () -> zk.setData("/x", null, -1));
            trace.step("get", () -> zk.getData("/a", false, stat));
            trace.step("stat", () -> stat);
            trace.step("delete with children", () -> delete(zk, "/a", -1));
            trace.step("delete with a wrong version", () -> delete(zk, "/a/b", 7));
            trace.step("delete", () -> delete(zk, "/a/b", 0));
            trace.step("delete a missing one", () -> delete(zk, "/a/b", -1));
            trace.step("delete a reserved one", () -> delete(zk, "/zookeeper", -1));
            trace.step("delete the quota", () -> delete(zk, "/zookeeper/quota", -1));
            trace.step("stat after its children", () -> zk.exists("/a", false));
            for (CreateMode mode : List.of(
                    CreateMode.PERSISTENT_SEQUENTIAL,
                    CreateMode.EPHEMERAL_SEQUENTIAL,
                    CreateMode.PERSISTENT_SEQUENTIAL)) {
                trace.step("sequential", () -> zk.create("/a/s-", null, Ids.OPEN_ACL_UNSAFE, mode));
                trace.step("sequential without a name", () -> zk.create("/a/", null, Ids.OPEN_ACL_UNSAFE, mode));
            }
            trace.step("ephemeral", () -> zk.create("/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
            trace.step("under an ephemeral", () -> zk.create("/e/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            trace.step("ephemeral's stat", () -> zk.exists("/e", false));
            trace.step("ephemerals", () -> sorted(zk.getEphemerals()));
            trace.step("ephemerals below", () -> sorted(zk.getEphemerals("/a")));
            trace.step(
                    "container",
                    () -> zk.create("/k", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat) + Trace.text(stat));
            trace.step(
                    "with a time to live",
                    () -> zk.create("/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 60_000)
                            + Trace.text(stat));
            trace.step(
                    "sequential with a time to live",
                    () -> zk.create(
                            "/t-", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL, stat, 60_000));
            trace.step("all below", () -> zk.getAllChildrenNumber("/a"));
            trace.step("children with a stat", () -> {
                List<String> names = zk.getChildren("/a", false, stat);
                return sorted(names) + Trace.text(stat);
            });
            trace.step("a snowman", () -> zk.create("/☃", bytes("é"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            trace.step("sync", () -> {
                drain(zk);
                return "ok";
            });
        }
        try (ZooKeeper zk = connect(connectString)) {
            trace.step("ephemerals of a closed session", () -> zk.exists("/e", false));
            trace.step("reconfiguration", () -> {
                try (ZooKeeperAdmin admin =
                        new ZooKeeperAdmin(connectString, 20_000, event -> {}, new ZKClientConfig())) {
                    return admin.reconfigure("server.1=127.0.0.1:1:2", null, (String) null, -1, null);
                }
            });
        }
    }

    /** In no order: ZooKeeper keeps a set. */
    private static List<String> whoAmI(ZooKeeper zk) throws Exception {
        return zk.whoAmI().stream()
                .map(each -> each.getAuthScheme() + ":" + each.getUser())
                .sorted()
                .toList();
    }

    private static String delete(ZooKeeper zk, String path, int version) throws Exception {
        zk.delete(path, version);
        return "ok";
    }

    private void multis() throws Exception {
        try (ZooKeeper zk = connect(connectString)) {
            trace.step(
                    "a multi of all kinds",
                    () -> zk.multi(List.of(
                            Op.create("/m", bytes("x"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                            Op.create("/m/s", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL),
                            Op.create("/m/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL),
                            Op.create("/m/k", null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
                            Op.create("/m/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, 60_000),
                            Op.check("/m", 0),
                            Op.setData("/m", bytes("y"), 0),
                            Op.check("/m", 1),
                            Op.delete("/m/k", -1))));
            trace.step("after it", () -> zk.exists("/m", false));
            trace.step(
                    "a multi that fails",
                    () -> zk.multi(List.of(
                            Op.setData("/m", bytes("z"), 1),
                            Op.create("/m/n", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                            Op.delete("/missing", -1),
                            Op.create("/m/o", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))));
            trace.step("after it", () -> zk.exists("/m", false));
            trace.step("a check that fails", () -> zk.multi(List.of(Op.check("/m", 9))));
            trace.step("a check of a missing one", () -> zk.multi(List.of(Op.check("/missing", -1))));
            trace.step(
                    "an invalid list in a multi",
                    () -> zk.multi(List.of(Op.create("/n", null, List.of(), CreateMode.PERSISTENT))));
            trace.step("an empty multi", () -> zk.multi(List.of()));
            trace.step(
                    "a transaction",
                    () -> zk.transaction().check("/m", 1).delete("/m/t", 0).commit());
            trace.step(
                    "reads at once",
                    () -> zk.multi(List.of(Op.getData("/m"), Op.getData("/missing"), Op.getChildren("/m"))));
        }
    }

    /** Keeps events under a name of their watcher's. */
    private Watcher named(String name) {
        return event -> {
            if (event.getType() != Watcher.Event.EventType.None) {
                synchronized (heard) {
                    heard.computeIfAbsent(name, key -> new ArrayList<>()).add(Trace.text(event));
                }
            }
        };
    }

    /**
     * Writes down what each watcher heard. In which order the client calls several watchers, and whether before or after a
     * call returns, is the client's own affair.
     */
    private void tell(ZooKeeper client) throws Exception {
        drain(client);
        synchronized (heard) {
            heard.forEach((name, events) -> trace.add("  " + name + " heard " + events));
            heard.clear();
        }
    }

    private void watches() throws Exception {
        try (ZooKeeper zk = connect(connectString);
                ZooKeeper other = connect(connectString)) {
            zk.create("/w", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            Object[][] writes = {
                {"set", (Write) client -> client.setData("/w", bytes("1"), -1)},
                {"child", (Write) client -> client.create("/w/c", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)},
                {"created", (Write) client -> client.create("/w2", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)},
                {
                    "grandchild",
                    (Write) client -> client.create("/w/c/d", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL)
                },
                {"deleted grandchild", (Write) client -> delete(client, "/w/c/d", -1)},
                {"deleted child", (Write) client -> delete(client, "/w/c", -1)},
                {"deleted", (Write) client -> delete(client, "/w", -1)},
                {
                    "created again",
                    (Write) client -> client.create("/w", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)
                },
            };
            for (Object[] write : writes) {
                for (ZooKeeper writer : List.of(other, zk)) {
                    trace.add("watches, then " + write[0] + (writer == zk ? " by itself" : " by another"));
                    try {
                        zk.getData("/w", named("data"), null);
                    } catch (org.apache.zookeeper.KeeperException.NoNodeException e) {
                        trace.add("  no node");
                    }
                    try {
                        zk.getChildren("/w", named("children"));
                    } catch (org.apache.zookeeper.KeeperException.NoNodeException e) {
                        trace.add("  no node");
                    }
                    zk.exists("/w2", named("exists"));
                    trace.step((String) write[0], () -> ((Write) write[1]).on(writer));
                    tell(zk);
                }
            }
            trace.step("remove a data watch", () -> {
                Watcher watcher = named("removed");
                zk.getData("/w", watcher, null);
                zk.removeWatches("/w", watcher, Watcher.WatcherType.Data, false);
                tell(zk);
                return "ok";
            });
            trace.step("remove all child watches, of which there are none", () -> {
                zk.removeAllWatches("/w2", Watcher.WatcherType.Children, false);
                return "ok";
            });
        }
    }

    private interface Write {
        Object on(ZooKeeper client) throws Exception;
    }

    private void persistentWatches() throws Exception {
        try (ZooKeeper zk = connect(connectString);
                ZooKeeper other = connect(connectString)) {
            Watcher persistent = named("persistent");
            Watcher recursive = named("recursive");
            zk.addWatch("/p", persistent, AddWatchMode.PERSISTENT);
            zk.addWatch("/p", recursive, AddWatchMode.PERSISTENT_RECURSIVE);
            for (int round = 0; round < 2; round++) {
                for (ZooKeeper writer : List.of(other, zk)) {
                    trace.step("create", () -> writer.create("/p", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
                    trace.step(
                            "multi",
                            () -> writer.multi(List.of(
                                    Op.create("/p/c", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                                    Op.setData("/p/c", null, -1),
                                    Op.create("/p/c/d", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                                    Op.setData("/p", null, -1),
                                    Op.delete("/p/c/d", -1),
                                    Op.delete("/p/c", -1),
                                    Op.delete("/p", -1))));
                    tell(zk);
                }
                Watcher gone = round == 0 ? persistent : recursive;
                trace.step("remove", () -> {
                    zk.removeWatches("/p", gone, Watcher.WatcherType.Any, false);
                    tell(zk);
                    return "ok";
                });
            }
        }
    }

    private void permissions() throws Exception {
        try (ZooKeeper zk = connect(connectString);
                ZooKeeper other = connect(connectString)) {
            trace.step(
                    "the creator, who is nobody",
                    () -> zk.create("/acl", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
            zk.addAuthInfo("digest", bytes("u:secret"));
            trace.step("who am I", () -> whoAmI(zk));
            trace.step("the creator", () -> zk.create("/acl", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
            trace.step("its list", () -> zk.getACL("/acl", new Stat()));
            trace.step("a stranger reads", () -> other.getData("/acl", false, null));
            trace.step("a stranger looks", () -> other.exists("/acl", false));
            trace.step("a stranger lists", () -> other.getChildren("/acl", false));
            trace.step("a stranger reads the list", () -> other.getACL("/acl", new Stat()));
            trace.step("a stranger sets", () -> other.setData("/acl", null, -1));
            trace.step(
                    "a stranger creates",
                    () -> other.create("/acl/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
            trace.step("a stranger changes the list", () -> other.setACL("/acl", Ids.OPEN_ACL_UNSAFE, -1));
            trace.step("a stranger checks", () -> other.multi(List.of(Op.check("/acl", -1))));
            trace.step("a stranger deletes, which the root allows", () -> delete(other, "/acl", -1));
            // not List.of: the client looks for null in it
            List<ACL> mixed = Arrays.asList(
                    new ACL(Perms.READ, Ids.ANYONE_ID_UNSAFE),
                    new ACL(Perms.ALL, Ids.AUTH_IDS),
                    new ACL(Perms.ADMIN, new Id("ip", "127.0.0.0/8")));
            trace.step("a mixed list", () -> zk.create("/acl", null, mixed, CreateMode.PERSISTENT));
            trace.step("as its owner sees it", () -> zk.getACL("/acl", new Stat()));
            trace.step("as its neighbour sees it", () -> other.getACL("/acl", new Stat()));
            trace.step("a neighbour's change", () -> other.setACL("/acl", Ids.READ_ACL_UNSAFE, 0));
            trace.step("an old version", () -> other.setACL("/acl", Ids.READ_ACL_UNSAFE, 0));
            trace.step("read only", () -> zk.setData("/acl", null, -1));
            trace.step("read only", () -> zk.setACL("/acl", Ids.OPEN_ACL_UNSAFE, -1));
            for (Id wrong : List.of(
                    new Id("magic", "x"),
                    new Id("world", "me"),
                    new Id("ip", "300.0.0.1"),
                    new Id("digest", "nocolon"),
                    new Id("auth", ""))) {
                trace.step(
                        "list of " + wrong.getScheme(),
                        () -> other.create(
                                "/wrong",
                                null,
                                Collections.singletonList(new ACL(Perms.ALL, wrong)),
                                CreateMode.PERSISTENT));
            }
            trace.step("an event that may not be seen", () -> {
                zk.create("/secret", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
                other.addWatch("/", named("stranger"), AddWatchMode.PERSISTENT_RECURSIVE);
                zk.setData("/secret", null, -1);
                delete(zk, "/secret", -1);
                zk.create("/open", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                tell(other);
                return "ok";
            });
        }
    }

    private void chroot() throws Exception {
        try (ZooKeeper zk = connect(connectString)) {
            zk.create("/root", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
        try (ZooKeeper zk = connect(connectString + "/root")) {
            zk.addWatch("/", named("chroot"), AddWatchMode.PERSISTENT_RECURSIVE);
            trace.step("in a chroot", () -> zk.create("/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
            trace.step("set its root", () -> zk.setData("/", bytes("r"), -1));
            trace.step("children of its root", () -> zk.getChildren("/", false));
            trace.step("delete its root", () -> delete(zk, "/", -1));
            tell(zk);
        }
        try (ZooKeeper zk = connect(connectString + "/nothing")) {
            trace.step(
                    "in a chroot that is not there",
                    () -> zk.create("/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
            trace.step("its root", () -> zk.exists("/", false));
        }
    }

    private void sessions() throws Exception {
        try (ZooKeeper zk = connect(connectString)) {
            trace.step("negotiated", zk::getSessionTimeout);
            zk.create("/session", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            CountDownLatch connected = new CountDownLatch(1);
            try (ZooKeeper again = new ZooKeeper(
                    connectString,
                    20_000,
                    event -> {
                        if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                            connected.countDown();
                        }
                    },
                    zk.getSessionId(),
                    zk.getSessionPasswd())) {
                assertTrue(connected.await(60, TimeUnit.SECONDS));
                trace.step("taken over", () -> again.getSessionId() == zk.getSessionId());
                trace.step("its ephemeral", () -> again.exists("/session", false));
            }
        }
        CountDownLatch expired = new CountDownLatch(1);
        try (ZooKeeper wrong = new ZooKeeper(
                connectString,
                20_000,
                event -> {
                    if (event.getState() == Watcher.Event.KeeperState.Expired) {
                        expired.countDown();
                    }
                },
                0x1234,
                new byte[16])) {
            trace.step("a session that never was expires", () -> expired.await(60, TimeUnit.SECONDS));
        }
    }
}
