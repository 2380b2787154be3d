package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Extensions;
import io.muster.protocol.Request;
import io.muster.replica.zab.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An answer to a ping or to a sync is a quorum's word: a server that leads no more cannot give it, though it may not know yet. */
class ConfirmedPingsTest {
    private static final int TIMEOUT_MS = 2_000;

    private final ScriptedEnsemble ensemble = new ScriptedEnsemble();
    private final ScriptedMember leader = ensemble.awaitLeader();
    private final ScriptedMember follower = ensemble.followers().get(0);
    private final ScriptedMember other = ensemble.followers().get(1);

    private static int features(ScriptedMember server, long client) {
        return Extensions.decode(server.session(client).protocolVersion());
    }

    @Test
    void aPingIsAnsweredOnEveryServer() {
        for (ScriptedMember server : ensemble.members) {
            long client = server.connectAsMuster(TIMEOUT_MS);
            assertEquals(Extensions.CONFIRMED_PINGS, features(server, client));
            server.heard(client);
            server.ping(client);
            assertEquals(List.of(), server.heard(client), "answered before anybody could confirm it");
            ensemble.settle();
            assertEquals(List.of("empty"), server.heard(client));
        }
    }

    @Test
    void aSyncIsAnsweredOnEveryServerAndInItsPlace() {
        for (ScriptedMember server : ensemble.members) {
            long client = server.connect(TIMEOUT_MS);
            server.heard(client);
            String path = "/on" + server.id;
            server.send(client, Ask.create(path));
            server.send(client, new Request.Sync(path));
            server.send(client, new Request.GetData(path, false));
            server.send(client, Ask.set(path, "after"));
            server.send(client, new Request.GetData(path, false));
            ensemble.settle();
            assertEquals(List.of("created " + path, "synced", "new v0", "v1", "after v1"), server.heard(client));
        }
    }

    @Test
    void aLeaderThatIsCutOffAnswersNeitherPingNorSyncThoughItStillAnswersReads() {
        long client = leader.connectAsMuster(TIMEOUT_MS);
        long syncing = leader.connect(TIMEOUT_MS);
        leader.heard(client);
        leader.heard(syncing);
        ensemble.cutOff(leader);
        leader.ping(client);
        leader.send(syncing, new Request.Sync("/"));
        ensemble.settle();
        assertTrue(leader.role instanceof Role.Leading);
        assertEquals(List.of(), leader.heard(client));
        assertEquals(List.of(), leader.heard(syncing));
        assertEquals("children", leader.ask(client, new Request.GetChildren("/", false)));
    }

    @Test
    void aFollowerOfALeaderThatIsCutOffGetsNoConfirmationEither() {
        long client = follower.connectAsMuster(TIMEOUT_MS);
        follower.heard(client);
        // the follower still reaches the leader, but both have lost the third: that is a quorum
        ensemble.cutOff(other);
        follower.ping(client);
        ensemble.settle();
        assertEquals(List.of("empty"), follower.heard(client));
        // now the leader has nobody but hears of the ping before it knows
        follower.ping(client);
        ensemble.cutOff(leader);
        ensemble.settle();
        assertEquals(List.of(), follower.heard(client));
    }

    @Test
    void aPingThatALostLeaderDidNotAnswerIsAnsweredByTheNext() {
        long client = follower.connectAsMuster(TIMEOUT_MS);
        follower.heard(client);
        ensemble.cutOff(leader);
        follower.ping(client);
        ensemble.settle();
        assertEquals(List.of(), follower.heard(client));
        ensemble.kill(leader);
        ScriptedMember next = ensemble.awaitLeader();
        assertNotEquals(leader, next);
        ensemble.settle();
        assertEquals(List.of("empty"), follower.heard(client));
    }

    @Test
    void aPingThatWaitedOnADeposedLeaderIsAnsweredWhenItFollowsTheNext() {
        long client = leader.connectAsMuster(60_000);
        leader.heard(client);
        ensemble.cutOff(follower);
        ensemble.cutOff(other);
        leader.ping(client);
        ensemble.settle();
        assertEquals(List.of(), leader.heard(client));
        assertNotNull(leader.role);
        ensemble.reconnectAll();
        ensemble.settle();
        ensemble.pass(500);
        assertEquals(List.of("empty"), leader.heard(client));
    }

    @Test
    void whereFollowersAcknowledgeTransactionsOnlyOneThatChangesNothingConfirms() {
        ScriptedEnsemble plain = new ScriptedEnsemble(0);
        ScriptedMember plainLeader = plain.awaitLeader();
        long client = plainLeader.connectAsMuster(TIMEOUT_MS);
        plain.settle();
        plainLeader.heard(client);
        long before = plainLeader.state().zxid();
        plainLeader.ping(client);
        plain.settle();
        assertEquals(List.of("empty"), plainLeader.heard(client));
        assertEquals(before + 1, plainLeader.state().zxid());
        assertEquals("synced", plainLeader.ask(client, new Request.Sync("/")));
        long other = plain.followers().get(0).connectAsMuster(TIMEOUT_MS);
        assertEquals(
                0, features(plain.followers().get(0), other), "a follower cannot know that its leader asks a quorum");
    }

    @Test
    void aSessionWhoseLastPingWasConfirmedIsNotEndedByTheNextLeaderBeforeItsTimeout() {
        long client = follower.connectAsMuster(TIMEOUT_MS);
        follower.heard(client);
        follower.ping(client);
        ensemble.settle();
        assertEquals(List.of("empty"), follower.heard(client));
        long confirmedAtMs = ensemble.nowMs();
        ensemble.kill(leader);
        ScriptedMember next = ensemble.awaitLeader();
        while (next.state().sessionCount() > 0) {
            ensemble.pass(10);
        }
        assertTrue(ensemble.nowMs() - confirmedAtMs >= TIMEOUT_MS, "ended after " + (ensemble.nowMs() - confirmedAtMs));
    }
}
