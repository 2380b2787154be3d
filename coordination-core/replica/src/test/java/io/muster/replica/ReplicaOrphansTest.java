package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.OpCode;
import io.muster.replica.state.AclList;
import io.muster.replica.state.NodeView;
import io.muster.replica.state.State;
import io.muster.replica.state.StateDump;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.TimesToLive;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is found at the start and fits no rule: ephemerals of nobody, and ephemerals with children. */
class ReplicaOrphansTest {
    private static final long NOBODY = 0x1234;
    private static final long SOMEBODY = 0x5678;

    private final StateEditor found = State.initial(1, TimesToLive.OFF).edit();

    private void apply(long sessionId, Txn txn) {
        TxnHeader header = new TxnHeader(sessionId, 0, found.zxid() + 1, 1, txn.type());
        found.apply(new Transaction(header, txn, null), new ArrayList<>());
    }

    private void add(String path, long ephemeralOwner) {
        apply(
                ephemeralOwner,
                new Txn.Create(OpCode.CREATE.code(), path, new byte[0], AclList.OPEN, ephemeralOwner != 0, -1));
    }

    private static boolean exists(ScriptedReplica script, String path) {
        return script.replica.state().find(path) != null;
    }

    @Test
    void ephemeralsOfNoSessionGoBeforeAnybodyIsServed() {
        add("/locks", 0);
        add("/locks/a", NOBODY);
        add("/locks/b", NOBODY);
        add("/c", NOBODY + 1);
        apply(SOMEBODY, new Txn.CreateSession(5_000));
        add("/locks/kept", SOMEBODY);
        long before = found.zxid();

        ScriptedReplica script = new ScriptedReplica(found.freeze());
        long client = script.open();
        script.connect(client, 1_000, 0, new byte[16], 0);
        script.flush();

        State first = script.published.get(0);
        assertEquals(List.of(), first.orphanOwners());
        assertEquals(List.of("/locks/kept"), first.ephemerals(SOMEBODY));
        assertEquals(1, first.ephemeralCount());
        assertNull(first.find("/locks/a"));
        assertEquals(
                List.of("ephemeral znodes deleted, their owners are no sessions: znodes=3 owners=2 (0x1234 0x1235)"),
                script.warnings);

        NodeView parent = first.find("/locks");
        assertNotNull(parent);
        assertEquals(before + 1, parent.stat().pzxid());
        assertEquals(5, parent.stat().cversion(), "three creations and two deletions");

        StateEditor again = found.freeze().edit();
        script.log.forEach(again::replay);
        assertEquals(StateDump.text(first), StateDump.text(again), "the log says what happened");
    }

    @Test
    void whatCouldBeATimeToLiveIsSaidToBe() {
        add("/ttl", 0xFF00_0000_0000_2710L);
        add("/ttl/child", 0);
        ScriptedReplica script = new ScriptedReplica(found.freeze());
        script.flush();
        assertTrue(!exists(script, "/ttl") && !exists(script, "/ttl/child"));
        assertTrue(script.warnings.get(0).contains("extendedTypesEnabled"), script.warnings.toString());
    }

    @Test
    void aStateWithoutOrphansIsLeftAlone() {
        apply(SOMEBODY, new Txn.CreateSession(5_000));
        add("/kept", SOMEBODY);
        ScriptedReplica script = new ScriptedReplica(found.freeze());
        script.flush();
        assertEquals(List.of(), script.log);
        assertEquals(List.of(), script.warnings);
    }

    @Test
    void allMembersOfAnEnsembleLoseTheSameOrphans() {
        add("/a", NOBODY);
        ScriptedEnsemble ensemble = new ScriptedEnsemble(found.freeze());
        ScriptedMember leader = ensemble.awaitLeader();
        ensemble.settle();
        for (ScriptedMember member : ensemble.members) {
            assertNull(member.state().find("/a"));
            assertEquals(StateDump.text(leader.state()), StateDump.text(member.state()));
        }
    }

    @Test
    void anEphemeralWithChildrenEndsWithItsSessionAndTheyWithIt() {
        apply(SOMEBODY, new Txn.CreateSession(1_000));
        add("/e", SOMEBODY);
        add("/e/k", 0);
        add("/e/k/mine", SOMEBODY);
        add("/e/other", NOBODY);
        apply(NOBODY, new Txn.CreateSession(5_000));

        ScriptedReplica script = new ScriptedReplica(found.freeze());
        long client = script.open();
        script.connect(client, 5_000, 0, new byte[16], 0);
        script.flush();
        script.ask(client, Ask.watchData("/e/k"));
        script.hear(client);
        script.after(2_000);
        script.flush();

        assertTrue(!exists(script, "/e") && !exists(script, "/e/k") && !exists(script, "/e/k/mine"));
        assertEquals(0, script.replica.state().ephemeralCount());
        assertEquals(List.of("event@" + script.lastZxid() + " NODE_DELETED /e/k"), script.hear(client));

        StateEditor again = found.freeze().edit();
        script.log.forEach(again::replay);
        assertEquals(StateDump.text(script.replica.state()), StateDump.text(again));
    }
}
