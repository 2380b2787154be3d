package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.SnapshotCodec;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.TimesToLive;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaQuotaTest {
    private static final String TOP = "/zookeeper/quota";

    private final ScriptedReplica script =
            new ScriptedReplica(State.initial(1, true), setup -> setup.enforceQuota = true);
    private final long client = script.client();

    private ErrorCode create(String path, String data) {
        return script.error(client, new Request.Create(OpCode.CREATE, path, Ask.bytes(data), Acl.OPEN, 0, 0));
    }

    private void quota(String path, String limits) {
        StringBuilder at = new StringBuilder(TOP);
        for (String name : path.substring(1).split("/")) {
            at.append('/').append(name);
            create(at.toString(), "");
        }
        assertEquals(ErrorCode.OK, create(at + "/zookeeper_limits", limits));
        assertEquals(ErrorCode.OK, create(at + "/zookeeper_stats", "count=0,bytes=0"));
    }

    private String stats(String path) {
        NodeView node = script.replica.state().find(TOP + path + "/zookeeper_stats");
        assertNotNull(node);
        byte[] data = node.data();
        assertNotNull(data);
        return new String(data, StandardCharsets.UTF_8);
    }

    @Test
    void statsCountTheSubtreeWhenTheyAreMadeAndFollowItThen() {
        create("/a", "12345");
        create("/a/b", "123");
        create("/other", "1");
        quota("/a", "count=100,bytes=100");
        assertEquals("count=2,bytes=8", stats("/a"));
        create("/a/b/c", "12");
        assertEquals("count=3,bytes=10", stats("/a"));
        script.ask(client, Ask.set("/a/b", "1"));
        assertEquals("count=3,bytes=8", stats("/a"));
        script.ask(client, new Request.SetData("/a", null, -1));
        assertEquals("count=3,bytes=3", stats("/a"));
        script.ask(client, Ask.delete("/a/b/c"));
        assertEquals("count=2,bytes=1", stats("/a"));
        create("/other/x", "12345");
        create("/ab", "12345");
        assertEquals("count=2,bytes=1", stats("/a"));
    }

    @Test
    void ephemeralsCountUntilTheirSessionEnds() {
        create("/a", "");
        quota("/a", "count=100,bytes=100");
        long other = script.client();
        script.ask(other, Ask.create("/a/e", CreateMode.EPHEMERAL));
        assertEquals("count=2,bytes=3", stats("/a"));
        script.send(other, new Request.CloseSession());
        script.flush();
        assertEquals("count=1,bytes=0", stats("/a"));
    }

    @Test
    void nothingButTheDataOfTheStatsChangesAndNobodyIsTold() {
        create("/a", "");
        quota("/a", "count=100,bytes=100");
        String path = TOP + "/a/zookeeper_stats";
        Stat before = script.replica.state().find(path).stat();
        script.ask(client, Ask.watchData(path));
        script.send(client, Ask.create("/a/b"));
        script.flush();
        assertEquals("count=2,bytes=3", stats("/a"));
        assertEquals(1, script.hear(client).size(), "the reply, and no event");
        assertEquals(before, script.replica.state().find(path).stat());
    }

    @Test
    void aHardLimitRefusesASoftOneWarns() {
        create("/a", "");
        quota("/a", "count=2,bytes=-1=;byteHardLimit=5;countHardLimit=-1");
        assertEquals(ErrorCode.OK, create("/a/b", "12345"));
        assertEquals(List.of(), script.warnings);
        assertEquals(ErrorCode.OK, create("/a/c", ""));
        assertEquals(List.of("quota exceeded: /a [current count=3, softCountLimit=2]"), script.warnings);
        assertEquals(ErrorCode.QUOTA_EXCEEDED, script.error(client, Ask.set("/a/c", "x")));
        assertEquals("quota exceeded: /a [current bytes=6, hardByteLimit=5]", script.warnings.get(1));
        assertEquals(ErrorCode.OK, script.error(client, Ask.set("/a/b", "54321")));
        assertEquals("count=3,bytes=5", stats("/a"));
    }

    @Test
    void theHardLimitGoesBeforeTheSoftOne() {
        create("/a", "");
        quota("/a", "count=1,bytes=1=;byteHardLimit=100;countHardLimit=3");
        assertEquals(ErrorCode.OK, create("/a/b", "12345"));
        assertEquals(ErrorCode.OK, create("/a/c", "12345"));
        assertEquals(ErrorCode.QUOTA_EXCEEDED, create("/a/d", ""));
    }

    @Test
    void whatIsOverItsLimitMayShrinkByDeletionOnly() {
        create("/a", "1234567890");
        create("/a/b", "");
        quota("/a", "count=-1,bytes=-1=;byteHardLimit=2;countHardLimit=1");
        assertEquals(ErrorCode.QUOTA_EXCEEDED, script.error(client, Ask.set("/a", "123")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.set("/a", "0987654321")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.set("/a", "")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.delete("/a/b")));
    }

    @Test
    void aQuotaIsLookedAtAfterWhatElseIsWrongWithACreateButBeforeTheVersionOfASet() {
        create("/a", "");
        create("/a/b", "");
        quota("/a", "count=-1,bytes=-1=;byteHardLimit=2;countHardLimit=1");
        assertEquals(ErrorCode.NODE_EXISTS, create("/a/b", ""));
        assertEquals(ErrorCode.QUOTA_EXCEEDED, script.error(client, Ask.set("/a", "123", 77)));
        assertEquals(ErrorCode.BAD_VERSION, script.error(client, Ask.set("/a", "12", 77)));
    }

    /** ZooKeeper looks at how full it was before the multi, so its parts may exceed together what none may alone. */
    @Test
    void thePartsOfAMultiCountTogether() {
        create("/a", "");
        quota("/a", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2");
        Request both = Ask.multi(Ask.create("/a/b"), Ask.create("/a/c"));
        Response.MultiResults results = (Response.MultiResults) script.ask(client, both);
        assertEquals(ErrorCode.QUOTA_EXCEEDED.code(), results.results().get(1).err());
        assertEquals("count=1,bytes=0", stats("/a"));
        script.ask(client, Ask.multi(Ask.create("/a/b"), Ask.delete("/a/b"), Ask.create("/a/c")));
        assertEquals("count=2,bytes=3", stats("/a"));
    }

    @Test
    void ofNestedQuotasTheDeepestCounts() {
        create("/a", "1");
        create("/a/b", "1");
        quota("/a", "count=100,bytes=100");
        quota("/a/b", "count=100,bytes=-1=;countHardLimit=2");
        create("/a/b/c", "1");
        assertEquals("count=2,bytes=2", stats("/a"));
        assertEquals("count=2,bytes=2", stats("/a/b"));
        assertEquals(ErrorCode.QUOTA_EXCEEDED, create("/a/b/d", ""));
        script.ask(client, Ask.delete(TOP + "/a/b/zookeeper_limits"));
        assertEquals(ErrorCode.OK, create("/a/b/d", "1"));
        assertEquals("count=3,bytes=3", stats("/a"));
        assertEquals("count=2,bytes=2", stats("/a/b"));
        script.ask(client, Ask.delete(TOP + "/a/zookeeper_limits"));
        create("/a/b/e", "1");
        assertEquals("count=3,bytes=3", stats("/a"));
    }

    @Test
    void withoutStatsNothingIsChecked() {
        create("/a", "");
        create(TOP + "/a", "");
        create(TOP + "/a/zookeeper_limits", "count=1,bytes=1=;countHardLimit=1");
        assertEquals(ErrorCode.OK, create("/a/b", ""));
    }

    @Test
    void theRootHasNoQuota() {
        create(TOP + "/zookeeper_limits", "count=1,bytes=1=;countHardLimit=1");
        create(TOP + "/zookeeper_stats", "count=0,bytes=0");
        assertEquals(ErrorCode.OK, create("/a", "x"));
        assertEquals(
                "count=0,bytes=0",
                new String(script.replica.state().find(TOP + "/zookeeper_stats").data(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "=", ",;,", "count", "count=x,bytes=y", "count=99999999999999999999", "===;;;", "\u0000"})
    void nonsenseIsNoLimitAndNoHarm(String text) {
        create("/a", "");
        quota("/a", text);
        assertEquals(ErrorCode.OK, create("/a/b", "xyz"));
        script.ask(client, Ask.set(TOP + "/a/zookeeper_stats", text));
        assertEquals(ErrorCode.OK, create("/a/c", "xyz"));
        assertTrue(stats("/a").startsWith("count=0,bytes=2"), stats("/a"));
    }

    @Test
    void otherNumbersInTheStatsAreKept() {
        create("/a", "");
        quota("/a", "count=100,bytes=100");
        script.ask(client, Ask.set(TOP + "/a/zookeeper_stats", "foo=7;count=1,bytes=1;countHardLimit=3"));
        create("/a/b", "x");
        assertEquals("count=2,bytes=2=;countHardLimit=3;foo=7", stats("/a"));
    }

    @Test
    void whoDoesNotEnforceStillCounts() {
        ScriptedReplica lax = new ScriptedReplica(State.initial(1, true));
        long other = lax.client();
        lax.create(other, "/a", TOP + "/a");
        String limits = "count=1,bytes=1=;countHardLimit=1";
        lax.ask(
                other,
                new Request.Create(OpCode.CREATE, TOP + "/a/zookeeper_limits", Ask.bytes(limits), Acl.OPEN, 0, 0));
        lax.create(other, TOP + "/a/zookeeper_stats", "/a/b");
        byte[] stats = lax.replica.state().find(TOP + "/a/zookeeper_stats").data();
        assertArrayEquals(Ask.bytes("count=2,bytes=6"), stats);
        assertEquals(List.of(), lax.warnings);
    }

    @Test
    void aReplayEndsInTheSameStatsAndASnapshotIsCountedAnew() {
        create("/a", "12");
        create("/a/b", "12");
        quota("/a", "count=100,bytes=100");
        create("/a/b/c", "12");
        script.ask(client, Ask.delete("/a/b/c"));
        String whole = stats("/a");
        StateEditor replayed = State.initial(9, true).edit();
        script.log.forEach(replayed::replay);
        String path = TOP + "/a/zookeeper_stats";
        assertArrayEquals(Ask.bytes(whole), replayed.find(path).data());

        script.ask(client, Ask.set(path, "count=77,bytes=77=;foo=1"));
        State restored = throughSnapshot(script.replica.state().freeze());
        assertArrayEquals(Ask.bytes(whole), restored.find(path).data());
        assertEquals(
                script.replica.state().find(path).stat().version(),
                restored.find(path).stat().version());

        ScriptedReplica again = new ScriptedReplica(restored, setup -> setup.enforceQuota = true);
        again.create(again.client(), "/a/d");
        assertArrayEquals(
                Ask.bytes("count=3,bytes=7"), again.replica.state().find(path).data());
    }

    private static State throughSnapshot(State state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SnapshotCodec.write(state, bytes::write);
        ByteBuffer in = ByteBuffer.wrap(bytes.toByteArray());
        return SnapshotCodec.read(
                        (into, offset, length) -> in.get(into, offset, length), 5, TimesToLive.ON, state.zxid())
                .state();
    }

    @Test
    void aPathThatIsFarDeeperThanAnyQuotaCostsNoMoreThanItIsLong() {
        create("/a", "");
        quota("/a", "count=-1,bytes=-1=;countHardLimit=2");
        String deep = "/a/b" + "/c".repeat(100_000);
        assertEquals(ErrorCode.NO_NODE, create(deep, ""));
        String below = TOP + "/q".repeat(400);
        StringBuilder at = new StringBuilder(TOP);
        for (int i = 0; i < 400; i++) {
            create(at.append("/q").toString(), "");
        }
        assertEquals(ErrorCode.OK, create(below + "/zookeeper_limits", "count=1,bytes=1"));
        script.ask(client, Ask.delete(below + "/zookeeper_limits"));
        assertEquals(ErrorCode.OK, create("/a/b", ""));
        assertEquals(ErrorCode.QUOTA_EXCEEDED, create("/a/c", ""));
    }
}
