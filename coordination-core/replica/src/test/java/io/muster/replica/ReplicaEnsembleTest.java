package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.CreateMode;
import io.muster.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Three servers are one service: what a client sees does not depend on the one that it is connected to. */
class ReplicaEnsembleTest {
    private static final int TIMEOUT_MS = 2_000;

    private final ScriptedEnsemble ensemble = new ScriptedEnsemble();
    private final ScriptedMember leader = ensemble.awaitLeader();
    private final ScriptedMember follower = ensemble.followers().get(0);
    private final ScriptedMember other = ensemble.followers().get(1);

    private static Request get(String path) {
        return new Request.GetData(path, false);
    }

    private static Request watch(String path) {
        return new Request.GetData(path, true);
    }

    private void assertAllAreEqual() {
        ensemble.settle();
        for (ScriptedMember member : ensemble.members) {
            if (member.isUp) {
                assertEquals(leaderNow().state().digest(), member.state().digest(), "server " + member.id);
                assertEquals(leaderNow().state().sessionCount(), member.state().sessionCount(), "server " + member.id);
            }
        }
    }

    private ScriptedMember leaderNow() {
        ScriptedMember now = ensemble.leader();
        assertNotNull(now);
        return now;
    }

    @Test
    void whatOneClientWritesAnotherReadsOnAnotherServer() {
        long writer = follower.connect(TIMEOUT_MS);
        assertEquals("created /a", follower.ask(writer, Ask.create("/a")));
        assertEquals("v1", follower.ask(writer, Ask.set("/a", "one")));
        for (ScriptedMember member : ensemble.members) {
            long reader = member.connect(TIMEOUT_MS);
            assertEquals("one v1", member.ask(reader, get("/a")));
        }
        assertAllAreEqual();
    }

    @Test
    void aFollowerAnswersInTheOrderOfTheRequestsAndReadsSeeTheWritesBeforeThemOnly() {
        long client = follower.connect(TIMEOUT_MS);
        follower.heard(client);
        follower.send(client, Ask.create("/a"));
        follower.send(client, get("/a"));
        follower.send(client, Ask.set("/a", "one"));
        follower.send(client, Ask.set("/a", "two", 0));
        follower.send(client, get("/a"));
        follower.send(client, Ask.delete("/missing"));
        follower.send(client, get("/missing"));
        ensemble.settle();
        assertEquals(
                List.of("created /a", "new v0", "v1", "BAD_VERSION", "one v1", "NO_NODE", "NO_NODE"),
                follower.heard(client));
        assertAllAreEqual();
    }

    @Test
    void aMultiIsToldPartByPartOnAFollowerToo() {
        long client = follower.connect(TIMEOUT_MS);
        assertEquals(
                "multi [created /m, v1, v2]",
                follower.ask(client, Ask.multi(Ask.create("/m"), Ask.set("/m", "1"), Ask.set("/m", "2"))));
        assertEquals(
                "multi [0, -110, -2]",
                follower.ask(client, Ask.multi(Ask.set("/m", "3"), Ask.create("/m"), Ask.delete("/m")))
                        .replace("empty", "0"));
        assertAllAreEqual();
    }

    @Test
    void aWatchOnAFollowerFiresForAWriteOnTheLeader() {
        long writer = leader.connect(TIMEOUT_MS);
        leader.ask(writer, Ask.create("/w"));
        long watcher = follower.connect(TIMEOUT_MS);
        assertEquals("new v0", follower.ask(watcher, watch("/w")));
        leader.ask(writer, Ask.set("/w", "one"));
        assertEquals(List.of("event NODE_DATA_CHANGED /w"), follower.heard(watcher));
    }

    @Test
    void theEndOfASessionOnAFollowerTakesItsEphemeralsEverywhere() {
        long client = follower.connect(TIMEOUT_MS);
        follower.ask(client, Ask.create("/e", CreateMode.EPHEMERAL));
        assertNotNull(other.state().find("/e"));
        follower.send(client, new Request.CloseSession());
        ensemble.settle();
        List<String> heard = follower.heard(client);
        assertEquals("empty", heard.get(0));
        assertTrue(heard.get(1).startsWith("closed: the session was closed"), heard.toString());
        assertNull(other.state().find("/e"));
        assertAllAreEqual();
    }

    @Test
    void aSessionOnAFollowerLivesAsLongAsItsClientIsHeardOfAndNoLonger() {
        long client = follower.connect(TIMEOUT_MS);
        follower.ask(client, Ask.create("/e", CreateMode.EPHEMERAL));
        for (int i = 0; i < 10; i++) {
            ensemble.pass(TIMEOUT_MS / 2);
            assertEquals("new v0", follower.ask(client, get("/e")));
        }
        ensemble.pass(2 * TIMEOUT_MS);
        assertNull(leader.state().find("/e"));
        List<String> heard = follower.heard(client);
        assertEquals(List.of("closed: the session expired"), heard);
        assertAllAreEqual();
    }

    @Test
    void aSessionMovesAndWhatComesOverItsOldServerLateIsNotDone() {
        long old = follower.connect(TIMEOUT_MS);
        follower.ask(old, Ask.create("/s"));
        long moved = other.connect(follower.session(old));
        assertEquals(follower.session(old).sessionId(), other.session(moved).sessionId());
        assertEquals("v1", other.ask(moved, Ask.set("/s", "moved")));
        assertEquals("closed: its session moved to another server", follower.ask(old, Ask.set("/s", "late")));
        assertEquals("moved v1", other.ask(moved, get("/s")));
        assertAllAreEqual();
    }

    @Test
    void aSessionIsNotTakenOverWithAnothersPasswordNorAfterItsEnd() {
        long client = follower.connect(TIMEOUT_MS);
        ensemble.pass(3 * TIMEOUT_MS);
        long late = other.connect(follower.session(client));
        assertEquals(List.of("rejected"), other.heard(late));
    }

    @Test
    void aSyncIsAnsweredBehindWhatWasWrittenBefore() {
        long writer = leader.connect(TIMEOUT_MS);
        leader.ask(writer, Ask.create("/a"));
        long reader = follower.connect(TIMEOUT_MS);
        follower.heard(reader);
        leader.send(writer, Ask.set("/a", "one"));
        follower.send(reader, new Request.Sync("/a"));
        follower.send(reader, get("/a"));
        ensemble.settle();
        assertEquals(List.of("synced", "one v1"), follower.heard(reader));
    }

    @Test
    void clientsOfFollowersStayConnectedWhenTheLeaderDiesAndGoOn() {
        long one = follower.connect(TIMEOUT_MS);
        long two = other.connect(TIMEOUT_MS);
        follower.ask(one, Ask.create("/e", CreateMode.EPHEMERAL));
        other.heard(two);
        ensemble.kill(leader);
        assertEquals(1, follower.suspensions);
        follower.send(one, Ask.set("/e", "after"));
        other.send(two, get("/e"));
        ScriptedMember next = ensemble.awaitLeader();
        assertTrue(next == follower || next == other);
        ensemble.pass(100);
        assertEquals(List.of("v1"), follower.heard(one));
        List<String> read = other.heard(two);
        assertTrue(read.equals(List.of("new v0")) || read.equals(List.of("after v1")), read.toString());
        assertTrue(follower.isPublished && other.isPublished);
        ensemble.pass(TIMEOUT_MS / 2);
        assertEquals("after v1", other.ask(two, get("/e")));
        assertAllAreEqual();
    }

    @Test
    void whoseWriteNeverReachedTheLeaderThatDiesIsDisconnected() {
        long client = follower.connect(TIMEOUT_MS);
        follower.ask(client, Ask.create("/a"));
        follower.send(client, Ask.set("/a", "lost"));
        ensemble.kill(leader);
        ensemble.awaitLeader();
        ensemble.pass(100);
        assertEquals(List.of("closed: the leader was lost before it did what was asked"), follower.heard(client));
        assertAllAreEqual();
    }

    /** Both of those who can lead next, so that each way to the answer is gone. */
    @Test
    void whoseWriteTheFollowersHaveIsAnsweredFromTheNextLeadersHistoryAndGoesOn() {
        List<ScriptedMember> both = List.of(follower, other);
        List<Long> clients = new ArrayList<>();
        for (ScriptedMember server : both) {
            long client = server.connect(TIMEOUT_MS);
            server.ask(client, Ask.create("/on" + server.id));
            clients.add(client);
        }
        long before = follower.log.size();
        for (int i = 0; i < 2; i++) {
            both.get(i).send(clients.get(i), Ask.set("/on" + both.get(i).id, "kept"));
        }
        ensemble.settleUntil(() -> follower.log.size() == before + 2 && other.log.size() == before + 2);
        for (int i = 0; i < 2; i++) {
            both.get(i).send(clients.get(i), get("/on" + both.get(i).id));
            assertEquals(List.of(), both.get(i).heard(clients.get(i)), "answered before a quorum had it");
        }
        ensemble.kill(leader);
        ensemble.awaitLeader();
        ensemble.pass(100);
        for (int i = 0; i < 2; i++) {
            assertEquals(List.of("v1", "kept v1"), both.get(i).heard(clients.get(i)));
            assertEquals("v2", both.get(i).ask(clients.get(i), Ask.set("/on" + both.get(i).id, "after")));
        }
        assertAllAreEqual();
    }

    @Test
    void aFollowerWhoseTreeDiffersFromItsLeadersSaysSoAndGoesOn() {
        long client = follower.connect(TIMEOUT_MS);
        follower.ask(client, Ask.create("/a"));
        assertEquals(0, follower.digestMismatches());
        assertEquals(List.of(), follower.warnings);
        ensemble.wrongDigests = true;
        assertEquals("v1", follower.ask(client, Ask.set("/a", "1")));
        assertEquals("v2", follower.ask(client, Ask.set("/a", "2")));
        assertEquals(2, follower.digestMismatches());
        assertTrue(follower.warnings.get(0).startsWith("THE STATE DIFFERS FROM THE LEADER'S at 0x1"));
        assertEquals(0, leader.digestMismatches());
    }

    @Test
    void aServerWithoutAQuorumKeepsItsClientsForABoundedTimeOnly() {
        long client = follower.connect(60_000);
        follower.heard(client);
        ensemble.kill(leader);
        ensemble.kill(other);
        ensemble.pass(ScriptedEnsemble.HOLD_MS + 1_500);
        List<String> heard = follower.heard(client);
        assertEquals(1, heard.size(), heard.toString());
        assertTrue(heard.get(0).startsWith("closed: this server has had no leader"), heard.get(0));
        assertFalse(follower.isPublished);
    }
}
