package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.protocol.Xids;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves when: after the log, in the order of the requests, and together with the state that it speaks of. */
class ReplicaPipelineTest {
    private final ScriptedReplica script = new ScriptedReplica();

    @Test
    void nothingIsRepliedBeforeItsTransactionIsPersisted() {
        long client = script.client();
        script.send(client, Ask.create("/a"));
        script.endBatch();
        assertEquals(List.of(), script.hear(client));

        script.persist();
        assertEquals(List.of("1 created /a"), script.hear(client));
    }

    @Test
    void aSessionIsNotAcceptedBeforeItIsPersisted() {
        long connection = script.open();
        script.connect(connection, 1_000, 0, new byte[16], 0);
        script.endBatch();
        assertEquals(List.of(), script.hear(connection));

        script.persist();
        assertEquals(List.of("accepted for 1000 ms"), script.hear(connection));
    }

    @Test
    void aReadThatWaitsForNothingIsAnsweredAtOnce() {
        long client = script.client();
        script.send(client, Ask.get("/"));
        assertEquals(1, script.hear(client).size());
    }

    @Test
    void aFailedWriteIsAnsweredFromTheLogToo() {
        long client = script.client();
        long before = script.lastZxid();
        script.send(client, Ask.delete("/missing"));
        script.endBatch();
        assertEquals(List.of(), script.hear(client));

        script.persist();
        assertEquals(List.of("1 NO_NODE"), script.hear(client));
        assertEquals(before + 1, script.lastZxid());
    }

    @Test
    void readsInABatchSeeTheWritesBeforeThemAndNoneAfter() {
        long writer = script.client();
        long reader = script.client();
        script.create(writer, "/a");
        script.hear(writer);

        script.send(reader, Ask.get("/a"));
        script.send(writer, Ask.set("/a", "one"));
        script.send(reader, Ask.get("/a"));
        script.send(reader, Ask.children("/"));
        script.send(writer, Ask.set("/a", "two"));
        script.send(writer, Ask.create("/b"));
        script.send(reader, Ask.get("/a"));
        script.send(reader, Ask.children("/"));
        script.send(writer, Ask.delete("/a"));
        script.endBatch();
        assertEquals(List.of("1 data new v0"), script.hear(reader), "what waits for nothing");
        script.persist();

        assertEquals(
                List.of("2 data one v1", "3 children [a, zookeeper]", "4 data two v2", "5 children [a, b, zookeeper]"),
                script.hear(reader));
        assertEquals(List.of("2 v1", "3 v2", "4 created /b", "5 ok"), script.hear(writer));
    }

    @Test
    void aReadBehindAWriteOfAnybodyWaitsForIt() {
        long writer = script.client();
        long reader = script.client();
        script.send(writer, Ask.create("/a"));
        script.send(reader, Ask.exists("/a"));
        script.endBatch();
        assertEquals(List.of(), script.hear(reader));
        script.persist();
        assertEquals(List.of("1 v0"), script.hear(reader));
    }

    @Test
    void aBatchIsCommittedAsAWhole() {
        long client = script.client();
        script.send(client, Ask.create("/a"));
        long first = script.lastZxid();
        script.send(client, Ask.create("/b"));
        script.endBatch();
        int published = script.published.size();

        script.step(new Input.Persisted(first));
        assertEquals(List.of(), script.hear(client), "its next read would be answered from the state before");
        assertEquals(published, script.published.size());

        script.persist();
        assertEquals(List.of("1 created /a", "2 created /b"), script.hear(client));
        assertEquals(script.lastZxid(), script.published.get(published).zxid());
    }

    @Test
    void whatIsPersistedBeforeTheBatchEndsIsCommittedAtItsEnd() {
        long client = script.client();
        int published = script.published.size();
        script.send(client, Ask.create("/a"));
        script.persist();
        assertEquals(List.of(), script.hear(client));

        script.endBatch();
        assertEquals(List.of("1 created /a"), script.hear(client));
        assertEquals(published + 1, script.published.size());
    }

    @Test
    void aPublishedStateNeverChanges() {
        long client = script.client();
        script.create(client, "/a");
        var state = script.published.get(script.published.size() - 1);
        long digest = state.digest();
        script.ask(client, Ask.set("/a", "other"));
        script.create(client, "/a/b");

        assertEquals(digest, state.digest());
        assertEquals(0, state.find("/a").stat().version());
        assertEquals(0, state.find("/a").childCount());
    }

    @Test
    void theLogCannotBeAheadOfWhatWasPrepared() {
        assertThrows(IllegalStateException.class, () -> script.step(new Input.Persisted(1)));
    }

    @Test
    void repliesCarryTheZxidOfTheirPlace() {
        long client = script.client();
        long start = script.lastZxid();
        script.ask(client, Ask.create("/a"));
        assertEquals(start + 1, script.zxid(client));
        script.ask(client, Ask.get("/a"));
        assertEquals(start + 1, script.zxid(client));
        script.error(client, Ask.delete("/missing"));
        assertEquals(start + 2, script.zxid(client));
        script.ask(client, new Request.Ping());
        assertEquals(start + 2, script.zxid(client));
        script.ask(client, Ask.login("u:p"));
        assertEquals(0, script.zxid(client), "of an auth reply");
    }

    @Test
    void aRefusedRequestIsAnsweredInItsTurn() {
        long client = script.client();
        script.send(client, Ask.create("/a"));
        script.step(new Input.Refused(client, new RequestHeader(7, 1), ErrorCode.MARSHALLING_ERROR, false));
        script.step(new Input.Refused(client, new RequestHeader(8, 99), ErrorCode.UNIMPLEMENTED, true));
        script.send(client, Ask.get("/a"));
        script.endBatch();
        assertEquals(List.of(), script.hear(client));
        script.persist();
        List<String> heard = script.hear(client);
        assertEquals(List.of("1 created /a", "7 MARSHALLING_ERROR", "8 UNIMPLEMENTED"), heard.subList(0, 3));
        assertEquals(4, heard.size());
        assertTrue(heard.get(3).startsWith("closed"), heard.get(3));
        assertEquals(-1, script.zxid(client), "an unknown request is answered with the zxid that it never got");
    }

    @Test
    void aFailedLoginIsAnsweredAndCloses() {
        long client = script.client();
        script.send(client, new Request.Auth(0, "unknown", Ask.bytes("x")));
        script.send(client, Ask.get("/"));
        assertEquals(List.of("1 AUTH_FAILED", "closed: authentication failed"), script.hear(client));
    }

    @Test
    void anUndecodableMultiTakesAZxid() {
        long client = script.client();
        long before = script.lastZxid();
        script.step(new Input.Refused(
                client, new RequestHeader(7, OpCode.MULTI.code()), ErrorCode.MARSHALLING_ERROR, false));
        script.flush();
        assertEquals(List.of("7 MARSHALLING_ERROR"), script.hear(client));
        assertEquals(before + 1, script.lastZxid());
        assertEquals(before + 1, script.zxid(client));
    }

    @Test
    void anUndecodableCredentialClosesWithoutAReply() {
        long client = script.client();
        script.step(new Input.Refused(
                client, new RequestHeader(-4, OpCode.AUTH.code()), ErrorCode.MARSHALLING_ERROR, false));
        assertEquals(List.of("closed: an undecodable credential"), script.hear(client));
    }

    @Test
    void aDigestWithoutACredentialProvesNothing() {
        long client = script.client();
        script.send(client, new Request.Auth(0, "digest", null));
        assertEquals(List.of("1 AUTH_FAILED", "closed: authentication failed"), script.hear(client));
    }

    @Test
    void aSaslTokenIsAnsweredWithNoneAndNoTokenCloses() {
        long client = script.client();
        assertEquals(new Response.SaslToken(null), script.ask(client, new Request.Sasl(new byte[1])));
        assertEquals(0, script.zxid(client));
        script.send(client, new Request.Sasl(null));
        script.flush();
        assertTrue(script.hear(client).toString().contains("closed: a SASL request without a token"));
    }

    @Test
    void reconfigIsRefusedAsZooKeeperRefusesItByDefault() {
        long client = script.client();
        assertEquals(
                ErrorCode.RECONFIG_DISABLED, script.error(client, new Request.Reconfig(null, null, "server.1=x", -1)));
    }

    @Test
    void aClientCannotReapContainers() {
        long client = script.client();
        script.create(client, "/a");
        assertEquals(ErrorCode.UNIMPLEMENTED, script.error(client, new Request.DeleteContainer("/a")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.exists("/a")));
    }

    @Test
    void ephemeralsAreThoseOfTheSessionUnderThePrefix() {
        long client = script.client();
        long other = script.client();
        script.create(client, "/a");
        for (String path : List.of("/a/e1", "/e2")) {
            script.ask(client, Ask.create(path, CreateMode.EPHEMERAL));
        }
        script.ask(other, Ask.create("/e3", CreateMode.EPHEMERAL));

        for (String all : List.of("", "/", " ", "\u0001", "\u0000 ", " /\u001F")) {
            assertEquals(
                    "Ephemerals[ephemerals=[/a/e1, /e2]]",
                    script.ask(client, new Request.GetEphemerals(all)).toString());
        }
        assertEquals(
                "Ephemerals[ephemerals=[/a/e1]]",
                script.ask(client, new Request.GetEphemerals("/a")).toString());
        for (String none : List.of("\u2003", "\u3000", "\u2028")) {
            assertEquals(
                    "Ephemerals[ephemerals=[]]",
                    script.ask(client, new Request.GetEphemerals(none)).toString());
        }
    }

    @Test
    void manyEphemeralsAreThoseOfTheRequestsPlaceToo() {
        long client = script.client();
        for (int i = 100; i < 300; i++) {
            script.send(client, Ask.create("/e" + i, CreateMode.EPHEMERAL));
        }
        script.send(client, new Request.GetEphemerals("/e1"));
        script.send(client, Ask.delete("/e100"));
        script.flush();
        List<String> heard = script.hear(client);
        String ephemerals = heard.get(heard.size() - 2);
        assertTrue(ephemerals.contains("/e100, /e101") && ephemerals.contains("/e199]"), ephemerals);
    }

    @Test
    void allDescendantsAreCountedTheReservedOnesToo() {
        long client = script.client();
        script.create(client, "/a", "/a/b", "/a/b/c");
        assertEquals(
                "AllChildrenNumber[totalNumber=2]",
                script.ask(client, new Request.GetAllChildrenNumber("/a")).toString());
        assertEquals(
                "AllChildrenNumber[totalNumber=6]",
                script.ask(client, new Request.GetAllChildrenNumber("/")).toString());
        assertEquals(ErrorCode.NO_NODE, script.error(client, new Request.GetAllChildrenNumber("/x")));
    }

    @Test
    void everyOperationThatARequestCanHaveIsAnswered() {
        long client = script.client();
        List<Request> all = List.of(
                Ask.create("/a"),
                Ask.get("/a"),
                Ask.exists("/a"),
                Ask.children("/a"),
                new Request.GetChildren2("/a", false),
                new Request.GetAcl("/a"),
                new Request.Sync("/a"),
                new Request.Ping(),
                new Request.Check("/a", 0),
                Ask.multi(),
                new Request.MultiRead(List.of(Ask.get("/a"), Ask.children("/x"))),
                new Request.Reconfig(null, null, null, 0),
                new Request.CheckWatches("/a", 3),
                new Request.RemoveWatches("/a", 3),
                new Request.DeleteContainer("/a"),
                Ask.login("u:p"),
                new Request.SetWatches(OpCode.SET_WATCHES2, 0, List.of(), List.of(), List.of(), List.of(), List.of()),
                new Request.Sasl(new byte[0]),
                new Request.GetEphemerals("/"),
                new Request.GetAllChildrenNumber("/"),
                new Request.AddWatch("/a", 0),
                new Request.WhoAmI(),
                Ask.setAcl("/a", Acl.OPEN, -1),
                Ask.set("/a", "x"),
                Ask.delete("/a"),
                new Request.CloseSession());
        all.forEach(request -> script.send(client, request));
        script.flush();
        List<String> replies = script.hear(client).stream()
                .filter(line -> Character.isDigit(line.charAt(0)) || line.charAt(0) == '-')
                .toList();
        assertEquals(all.size(), replies.size(), () -> String.join("\n", replies));
        for (int i = 0; i < all.size(); i++) {
            int xid = all.get(i) instanceof Request.Ping ? Xids.PING : i + 1;
            assertTrue(replies.get(i).startsWith(xid + " "), replies.get(i));
        }
    }
}
