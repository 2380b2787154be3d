package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Quotas, as both servers count and enforce them. */
@Timeout(120)
class QuotaOnBothServersTest {
    private static final String TOP = "/zookeeper/quota";

    @Test
    void theyCountAndRefuseAlikeAlsoAfterARestart() throws Exception {
        for (String enforced : List.of("true", "false")) {
            List<String> expected;
            try (ZooKeeperProcess server = ZooKeeperProcess.builder()
                    .property("zookeeper.enforceQuota", enforced)
                    .start()) {
                expected = run(server);
            }
            try (MusterProcess server = MusterProcess.builder()
                    .property("zookeeper.enforceQuota", enforced)
                    .start()) {
                assertEquals(String.join("\n", expected), String.join("\n", run(server)));
                assertEquals(
                        enforced.equals("true"),
                        server.console().contains("quota exceeded: /app [current count=4, softCountLimit=3]"),
                        server.console());
            }
            assertEquals(enforced.equals("true"), expected.stream().anyMatch(line -> line.contains("QUOTAEXCEEDED")));
        }
    }

    /** A difference that is kept: ZooKeeper compares each part of a multi with how full the subtree was before all. */
    @Test
    void thePartsOfAMultiCountTogetherOnMusterOnly() throws Exception {
        try (ZooKeeperProcess server = ZooKeeperProcess.builder()
                .property("zookeeper.enforceQuota", "true")
                .start()) {
            assertEquals(List.of("fits -> QUOTAEXCEEDED", "exceeds -> OK"), multis(server));
        }
        try (MusterProcess server = MusterProcess.builder()
                .property("zookeeper.enforceQuota", "true")
                .start()) {
            assertEquals(List.of("fits -> OK", "exceeds -> QUOTAEXCEEDED"), multis(server));
        }
    }

    private static List<String> multis(ServerProcess server) throws Exception {
        Trace unused = new Trace();
        List<String> outcomes = new ArrayList<>();
        try (ZooKeeper zk = ZooKeeperScenario.connect(server.connectString())) {
            create(zk, unused, "/app", "");
            create(zk, unused, "/app/a", "");
            create(zk, unused, TOP + "/app", "");
            create(zk, unused, TOP + "/app/zookeeper_limits", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2");
            create(zk, unused, TOP + "/app/zookeeper_stats", "count=0,bytes=0");
            outcomes.add("fits -> " + outcome(zk, List.of(Op.delete("/app/a", -1), op("/app/b"))));
            limits(zk, unused, "/app", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=3");
            outcomes.add("exceeds -> " + outcome(zk, List.of(op("/app/c"), op("/app/d"))));
        }
        return outcomes;
    }

    private static Op op(String path) {
        return Op.create(path, text(""), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static String outcome(ZooKeeper zk, List<Op> ops) throws InterruptedException {
        try {
            zk.multi(ops);
            return "OK";
        } catch (KeeperException e) {
            return e.code().toString();
        }
    }

    private static List<String> run(ServerProcess server) throws Exception {
        Trace trace = new Trace();
        try (ZooKeeper zk = ZooKeeperScenario.connect(server.connectString())) {
            create(zk, trace, "/app", "12345");
            create(zk, trace, "/app/x", "123");
            create(zk, trace, TOP + "/app", "");
            create(zk, trace, TOP + "/app/zookeeper_limits", "count=3,bytes=-1=;byteHardLimit=20;countHardLimit=5");
            create(zk, trace, "/app/before", "12");
            create(zk, trace, TOP + "/app/zookeeper_stats", "count=0,bytes=0");
            stats(zk, trace, "/app");
            create(zk, trace, "/app/4", "1");
            create(zk, trace, "/app/5", "1");
            create(zk, trace, "/app/6", "1");
            create(zk, trace, "/app/x", "1");
            stats(zk, trace, "/app");
            for (int length : new int[] {0, 3, 9, 10, 11, 12, 13, 100}) {
                trace.step("set " + length, () -> zk.setData("/app/x", new byte[length], -1));
                trace.step("set " + length + " at no version", () -> zk.setData("/app/x", new byte[length], 99));
            }
            trace.step("set null", () -> zk.setData("/app/x", null, -1));
            stats(zk, trace, "/app");
            trace.step(
                    "multi",
                    () -> zk.multi(List.of(
                            Op.setData("/app", text("123"), -1),
                            Op.delete("/app/4", -1),
                            Op.delete("/app/before", -1))));
            stats(zk, trace, "/app");
            limits(zk, trace, "/app", "count=1,bytes=1=;byteHardLimit=1;countHardLimit=1");
            trace.step("shrink", () -> zk.setData("/app", text("12"), -1));
            trace.step("keep", () -> zk.setData("/app", text("321"), -1));
            trace.step("empty", () -> zk.setData("/app", text(""), -1));
            trace.step("ephemeral", () -> zk.create("/app/e", text(""), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
            stats(zk, trace, "/app");
            limits(zk, trace, "/app", "count=3,bytes=-1");
            for (int i = 0; i < 4; i++) {
                create(zk, trace, "/app/soft" + i, "s");
            }
            stats(zk, trace, "/app");
            trace.step(
                    "by hand",
                    () -> zk.setData(
                            TOP + "/app/zookeeper_stats", text("foo=7;count=1,bytes=1=;countHardLimit=3"), -1));
            trace.step("delete", () -> {
                zk.delete("/app/soft0", -1);
                return "ok";
            });
            stats(zk, trace, "/app");
            nested(zk, trace);
            trace.step("for none", () -> zk.create(TOP + "/none", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            create(zk, trace, TOP + "/none/zookeeper_limits", "count=1,bytes=1");
            create(zk, trace, TOP + "/none/zookeeper_stats", "count=9,bytes=9");
            stats(zk, trace, "/none");
            create(zk, trace, "/none", "xyz");
            stats(zk, trace, "/none");
        }
        server.stop();
        server.restart();
        try (ZooKeeper zk = ZooKeeperScenario.connect(server.connectString())) {
            for (String path : List.of("/app", "/app/in", "/none")) {
                stats(zk, trace, path);
            }
            create(zk, trace, "/none/x", "xyz");
            stats(zk, trace, "/none");
        }
        List<String> lines = new ArrayList<>(trace.lines());
        assertTrue(lines.size() > 60, lines.size() + " lines");
        return lines;
    }

    private static void nested(ZooKeeper zk, Trace trace) throws Exception {
        create(zk, trace, "/app/in", "in");
        create(zk, trace, TOP + "/app/in", "");
        create(zk, trace, TOP + "/app/in/zookeeper_limits", "count=100,bytes=100");
        create(zk, trace, TOP + "/app/in/zookeeper_stats", "count=0,bytes=0");
        create(zk, trace, "/app/in/1", "abc");
        stats(zk, trace, "/app/in");
        stats(zk, trace, "/app");
        trace.step("delete nested limits", () -> {
            zk.delete(TOP + "/app/in/zookeeper_limits", -1);
            return "ok";
        });
        create(zk, trace, "/app/in/2", "abc");
        stats(zk, trace, "/app/in");
        stats(zk, trace, "/app");
    }

    private static void create(ZooKeeper zk, Trace trace, String path, String data) throws Exception {
        trace.step("create " + path, () -> zk.create(path, text(data), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
    }

    private static void limits(ZooKeeper zk, Trace trace, String path, String data) throws Exception {
        trace.step("limit " + path, () -> zk.setData(TOP + path + "/zookeeper_limits", text(data), -1));
    }

    private static void stats(ZooKeeper zk, Trace trace, String path) throws Exception {
        Stat stat = new Stat();
        trace.step("stats of " + path, () -> zk.getData(TOP + path + "/zookeeper_stats", false, stat));
        trace.step("their stat", () -> stat);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
