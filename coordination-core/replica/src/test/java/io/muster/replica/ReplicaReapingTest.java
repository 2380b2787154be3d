package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaReapingTest {
    private static final int CHECK_MS = 1_000;
    private static final int LONG_TIMEOUT_MS = 5_000;

    private final ScriptedReplica script = scripted(new Reaping(CHECK_MS, 60_000, 0));

    private static ScriptedReplica scripted(Reaping reaping) {
        return new ScriptedReplica(State.initial(1, true), setup -> setup.reaping = reaping);
    }

    private static Request container(String path) {
        return Ask.create(OpCode.CREATE_CONTAINER, path, Acl.OPEN, CreateMode.CONTAINER.flag());
    }

    private static Request ttl(String path, long ttlMs) {
        return Ask.createTtl(path, CreateMode.PERSISTENT_WITH_TTL, ttlMs);
    }

    private static long longClient(ScriptedReplica script) {
        long connection = script.open();
        script.connect(connection, LONG_TIMEOUT_MS, 0, new byte[16], 0);
        script.flush();
        script.hear(connection);
        return connection;
    }

    private static void pass(ScriptedReplica script, long ms) {
        script.after(ms);
        script.flush();
    }

    private static boolean exists(ScriptedReplica script, String path) {
        return script.replica.state().find(path) != null;
    }

    @Test
    void aContainerGoesAtTheNextCheckAfterItsLastChildWent() {
        long client = longClient(script);
        script.ask(client, container("/c"));
        script.create(client, "/c/x", "/c/y");
        script.ask(client, Ask.delete("/c/x"));
        pass(script, CHECK_MS);
        assertTrue(exists(script, "/c"));
        script.ask(client, Ask.delete("/c/y"));
        pass(script, CHECK_MS - 1);
        assertTrue(exists(script, "/c"));
        pass(script, 1);
        assertFalse(exists(script, "/c"));
    }

    @Test
    void theDeletionIsTheServersOwnTransaction() {
        long client = longClient(script);
        script.ask(client, container("/c"));
        script.create(client, "/c/x");
        script.ask(client, Ask.delete("/c/x"));
        pass(script, CHECK_MS);
        Transaction last = script.log.get(script.log.size() - 1);
        assertEquals(new Txn.Delete(OpCode.DELETE_CONTAINER.code(), "/c"), last.txn());
        assertEquals(0, last.header().sessionId());
        assertEquals(0, last.header().cxid());
        assertEquals(OpCode.DELETE_CONTAINER.code(), last.header().type());
        assertEquals(script.replica.state().digest(), last.digest());
    }

    @Test
    void whoWatchesIsTold() {
        long client = longClient(script);
        script.ask(client, container("/c"));
        script.create(client, "/c/x");
        script.ask(client, Ask.delete("/c/x"));
        script.ask(client, Ask.watchData("/c"));
        pass(script, CHECK_MS);
        assertEquals(List.of("event@" + script.lastZxid() + " NODE_DELETED /c"), script.hear(client));
    }

    @Test
    void aContainerThatNeverHadAChildStays() {
        long client = longClient(script);
        script.ask(client, container("/c"));
        pass(script, 4 * CHECK_MS);
        assertTrue(exists(script, "/c"));
    }

    @Test
    void aContainerThatNeverHadAChildGoesWhenItIsOldEnoughIfThatIsSet() {
        ScriptedReplica impatient = scripted(new Reaping(CHECK_MS, 60_000, 1_500));
        long client = longClient(impatient);
        impatient.ask(client, container("/c"));
        pass(impatient, CHECK_MS);
        assertTrue(exists(impatient, "/c"));
        pass(impatient, CHECK_MS);
        assertFalse(exists(impatient, "/c"));
    }

    @Test
    void aZnodeGoesWhenItsTimeToLiveSinceItsLastChangeIsOver() {
        long client = longClient(script);
        script.ask(client, ttl("/t", 1_500));
        pass(script, CHECK_MS);
        script.ask(client, Ask.set("/t", "later"));
        pass(script, CHECK_MS);
        assertTrue(exists(script, "/t"));
        pass(script, CHECK_MS);
        assertFalse(exists(script, "/t"));
    }

    @Test
    void aZnodeOutlivesItsTimeWhileItHasChildren() {
        long client = longClient(script);
        script.ask(client, ttl("/t", 100));
        script.create(client, "/t/x");
        pass(script, CHECK_MS);
        assertTrue(exists(script, "/t"));
        script.ask(client, Ask.delete("/t/x"));
        pass(script, CHECK_MS);
        assertFalse(exists(script, "/t"));
    }

    @Test
    void otherZnodesStay() {
        long client = longClient(script);
        script.create(client, "/p", "/p/x");
        script.ask(client, Ask.create("/e", CreateMode.EPHEMERAL));
        script.ask(client, Ask.delete("/p/x"));
        pass(script, 4 * CHECK_MS);
        assertTrue(exists(script, "/p"));
        assertTrue(exists(script, "/e"));
    }

    @Test
    void deletionsAreSpreadOverTheMinute() {
        ScriptedReplica slow = scripted(new Reaping(CHECK_MS, 60, 0));
        long client = longClient(slow);
        for (int i = 0; i < 5; i++) {
            slow.ask(client, ttl("/t" + i, 1));
        }
        for (int second = 1; second <= 4; second++) {
            pass(slow, CHECK_MS);
            assertEquals(1 + 5 - second, slow.replica.state().find("/").childCount());
            slow.step(new Input.Touched(client));
        }
    }

    @Test
    void whatTheRateAllowedWhileThereWasNothingToDoIsForfeit() {
        ScriptedReplica slow = scripted(new Reaping(CHECK_MS, 60, 0));
        long client = longClient(slow);
        for (int i = 0; i < 4; i++) {
            pass(slow, CHECK_MS);
        }
        for (int i = 0; i < 3; i++) {
            slow.ask(client, ttl("/t" + i, 1));
        }
        pass(slow, CHECK_MS);
        assertEquals(1 + 3 - 1, slow.replica.state().find("/").childCount());
    }

    @Test
    void aCheckOfManyIsSpreadOverManyBatches() {
        long client = longClient(script);
        for (int i = 0; i < 10_250; i++) {
            script.send(client, ttl("/t" + i, 1));
        }
        script.flush();
        ScriptedReplica fast = new ScriptedReplica(
                script.replica.state().freeze(), setup -> setup.reaping = new Reaping(CHECK_MS, 600_000_000, 0));
        pass(fast, CHECK_MS);
        assertEquals(1 + 250, fast.replica.state().find("/").childCount());
        pass(fast, 1);
        assertEquals(1 + 150, fast.replica.state().find("/").childCount());
        pass(fast, 2);
        assertEquals(1, fast.replica.state().find("/").childCount());
    }

    @Test
    void aZnodeThatIsNamedByACheckAndChangesBeforeItsTurnIsJudgedAnew() {
        ScriptedReplica slow = scripted(new Reaping(CHECK_MS, 60, 0));
        long client = longClient(slow);
        slow.ask(client, ttl("/a", 1));
        slow.ask(client, ttl("/b", 1));
        pass(slow, CHECK_MS);
        String left = exists(slow, "/a") ? "/a" : "/b";
        slow.create(client, left + "/x");
        pass(slow, CHECK_MS);
        pass(slow, CHECK_MS);
        assertTrue(exists(slow, left));
        assertEquals(1, slow.replica.state().find(left).childCount());
    }

    @Test
    void aClientCannotAskForItWhateverIsReapable() {
        long client = longClient(script);
        script.ask(client, container("/c"));
        assertEquals(ErrorCode.UNIMPLEMENTED, script.error(client, new Request.DeleteContainer("/c")));
        assertTrue(exists(script, "/c"));
    }

    @Test
    void withoutTimesToLiveTheirOwnersAreSessions() {
        ScriptedReplica plain =
                new ScriptedReplica(State.initial(1, false), setup -> setup.reaping = new Reaping(CHECK_MS, 60_000, 0));
        long client = longClient(plain);
        assertEquals(ErrorCode.UNIMPLEMENTED, plain.error(client, ttl("/t", 1)));
        assertNull(plain.replica.state().find("/t"));
    }
}
