package io.muster.client.session;

import static io.muster.client.session.ScriptedSession.ADDED;
import static io.muster.client.session.ScriptedSession.CHILDREN;
import static io.muster.client.session.ScriptedSession.DATA;
import static io.muster.client.session.ScriptedSession.STAT_ONLY;
import static io.muster.client.session.ScriptedSession.ZOOKEEPER;
import static io.muster.client.session.ScriptedSession.addWatch;
import static io.muster.client.session.ScriptedSession.childrenWatching;
import static io.muster.client.session.ScriptedSession.existsWatching;
import static io.muster.client.session.ScriptedSession.getWatching;
import static io.muster.client.session.ScriptedSession.sink;
import static io.muster.client.session.ScriptedSession.sinkOf;
import static io.muster.protocol.AddWatchMode.PERSISTENT;
import static io.muster.protocol.AddWatchMode.PERSISTENT_RECURSIVE;
import static io.muster.protocol.EventType.NODE_CHILDREN_CHANGED;
import static io.muster.protocol.EventType.NODE_CREATED;
import static io.muster.protocol.EventType.NODE_DATA_CHANGED;
import static io.muster.protocol.EventType.NODE_DELETED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told what, and what the server is told about it. */
class SessionWatchTest {
    private final ScriptedSession script = ScriptedSession.connected(ZOOKEEPER);
    private int xid;

    private void watchData(String path, WatchSink sink) {
        script.submit(getWatching(path), sink);
        script.reply(++xid, 10, ErrorCode.OK, DATA);
    }

    private void watchChildren(String path, WatchSink sink) {
        script.submit(childrenWatching(path), sink);
        script.reply(++xid, 10, ErrorCode.OK, CHILDREN);
    }

    private void watchAbsent(String path, WatchSink sink) {
        script.submit(existsWatching(path), sink);
        script.reply(++xid, 10, ErrorCode.NO_NODE, Response.EMPTY);
    }

    private void watchPresent(String path, WatchSink sink) {
        script.submit(existsWatching(path), sink);
        script.reply(++xid, 10, ErrorCode.OK, STAT_ONLY);
    }

    private void watchAlways(String path, io.muster.protocol.AddWatchMode mode, WatchSink sink) {
        script.submit(addWatch(path, mode), sink);
        script.reply(++xid, 10, ErrorCode.OK, ADDED);
    }

    private List<String> reconnect() {
        script.lost("reset");
        script.after(0);
        script.opened();
        return script.accept(ZOOKEEPER, 0x77, 10_000);
    }

    @Test
    void aDataWatchIsToldOnce() {
        watchData("/a", sink("w"));
        assertEquals(List.of("tell w NODE_DATA_CHANGED /a 11"), script.event(NODE_DATA_CHANGED, "/a", 11));
        assertEquals(List.of(), script.event(NODE_DATA_CHANGED, "/a", 12));
    }

    @Test
    void aReadThatFailedSetsNoWatch() {
        script.submit(getWatching("/a"), sink("w"));
        script.reply(1, 10, ErrorCode.NO_NODE, Response.EMPTY);
        script.submit(childrenWatching("/a"), sink("x"));
        script.reply(2, 10, ErrorCode.NO_AUTH, Response.EMPTY);
        assertEquals(List.of(), script.event(NODE_CREATED, "/a", 11));
    }

    @Test
    void anExistsWatchOnAMissingZnodeIsToldOfItsCreation() {
        watchAbsent("/a", sink("w"));
        assertEquals(List.of("tell w NODE_CREATED /a 11"), script.event(NODE_CREATED, "/a", 11));
    }

    @Test
    void aDeletionUsesUpEveryKindOfOneShotWatchOnThePath() {
        watchData("/a", sink("d"));
        watchChildren("/a", sink("c"));
        assertEquals(
                List.of("tell d NODE_DELETED /a 11", "tell c NODE_DELETED /a 11"),
                script.event(NODE_DELETED, "/a", 11));
        assertEquals(List.of(), script.event(NODE_CREATED, "/a", 12));
        assertEquals(List.of(), script.event(NODE_CHILDREN_CHANGED, "/a", 13));
    }

    @Test
    void aChangeOfTheChildrenDoesNotReachDataWatches() {
        watchData("/a", sink("d"));
        watchChildren("/a", sink("c"));
        assertEquals(List.of("tell c NODE_CHILDREN_CHANGED /a 11"), script.event(NODE_CHILDREN_CHANGED, "/a", 11));
        assertEquals(List.of("tell d NODE_DATA_CHANGED /a 12"), script.event(NODE_DATA_CHANGED, "/a", 12));
    }

    @Test
    void severalRegistrationsOnOnePathAreAllTold() {
        watchData("/a", sink("one"));
        watchPresent("/a", sink("two"));
        assertEquals(
                List.of("tell one NODE_DATA_CHANGED /a 11", "tell two NODE_DATA_CHANGED /a 11"),
                script.event(NODE_DATA_CHANGED, "/a", 11));
    }

    @Test
    void persistentWatchesAreToldOfEverythingAndRecursiveOnesNotOfChildrenChanged() {
        watchAlways("/a", PERSISTENT, sink("p"));
        watchAlways("/", PERSISTENT_RECURSIVE, sink("r"));
        watchAlways("/a", PERSISTENT_RECURSIVE, sink("ra"));
        assertEquals(
                List.of("tell ra NODE_CREATED /a/b 11", "tell r NODE_CREATED /a/b 11"),
                script.event(NODE_CREATED, "/a/b", 11));
        assertEquals(List.of("tell p NODE_CHILDREN_CHANGED /a 11"), script.event(NODE_CHILDREN_CHANGED, "/a", 11));
        assertEquals(
                List.of(
                        "tell p NODE_DATA_CHANGED /a 12",
                        "tell ra NODE_DATA_CHANGED /a 12",
                        "tell r NODE_DATA_CHANGED /a 12"),
                script.event(NODE_DATA_CHANGED, "/a", 12));
        assertEquals(List.of("tell r NODE_DELETED /ab 13"), script.event(NODE_DELETED, "/ab", 13));
    }

    @Test
    void anEventWithoutATypeThatWeKnowIsIgnored() {
        io.muster.protocol.JuteWriter out = new io.muster.protocol.JuteWriter();
        new io.muster.protocol.ReplyHeader(-1, 5, 0).write(out);
        new io.muster.protocol.WatcherEvent(99, 3, "/a").write(out);
        assertEquals(List.of(), script.frame(out.toByteArray()));
    }

    @Test
    void watchesAreSetAgainRelativeToTheLastZxidBeforeAndPersistentOnesAreTold() {
        watchData("/d", sink("d"));
        watchAbsent("/e", sink("e"));
        watchChildren("/c", sink("c"));
        assertEquals(
                List.of(
                        "attached 0x77 for 10000 ms",
                        "send -8 SET_WATCHES 10 data[/d] exist[/e] child[/c] persistent[] recursive[]"),
                reconnect());
        assertEquals(List.of(), script.reply(-8, 20));
        watchAlways("/p", PERSISTENT, sink("p"));
        watchAlways("/r", PERSISTENT_RECURSIVE, sink("r"));
        assertEquals(
                List.of(
                        "attached 0x77 for 10000 ms",
                        "send -8 SET_WATCHES2 20 data[/d] exist[/e] child[/c] persistent[/p] recursive[/r]",
                        "resync p",
                        "resync r"),
                reconnect());
        assertEquals(List.of("tell d NODE_DELETED /d -1"), script.event(NODE_DELETED, "/d", -1));
    }

    @Test
    void manyWatchesAreSetAgainInSeveralRequestsOfALimitedSize() {
        String base = "/" + "x".repeat(1_000);
        for (int i = 0; i < 300; i++) {
            watchData(base + i, sink("w"));
        }
        reconnect();
        List<Request.SetWatches> sent = new ArrayList<>();
        for (Output output : script.lastOutputs()) {
            if (output instanceof Output.Send send && send.what() instanceof Request.SetWatches set) {
                sent.add(set);
                int chars = set.data().stream().mapToInt(String::length).sum();
                assertTrue(chars <= WatchRegistry.MAX_RESTORE_CHARS, chars + " characters");
                assertEquals(10, set.relativeZxid());
            }
        }
        assertEquals(3, sent.size());
        assertEquals(300, sent.stream().mapToInt(set -> set.data().size()).sum());
    }

    @Test
    void watchesThatWereNotConfirmedAreSetAgainRelativeToTheSameZxid() {
        String base = "/" + "x".repeat(100_000);
        watchData(base + 1, sink("one"));
        watchData(base + 2, sink("two"));
        reconnect();
        script.reply(
                -8, 99); // the first of two; then the connection breaks, and 99 must not hide a change of the other
        assertEquals(
                List.of(10L, 10L),
                reconnect().stream()
                        .filter(line -> line.contains("SET_WATCHES"))
                        .map(SessionWatchTest::zxidIn)
                        .toList());
        script.reply(-8, 99);
        script.reply(-8, 99);
        assertEquals(
                List.of(99L, 99L),
                reconnect().stream()
                        .filter(line -> line.contains("SET_WATCHES"))
                        .map(SessionWatchTest::zxidIn)
                        .toList());
    }

    private static long zxidIn(String line) {
        return Long.parseLong(line.split(" ")[3]);
    }

    @Test
    void expiryEndsOneShotWatchesAndBringsPersistentOnesIntoTheNewSession() {
        watchData("/d", sink("d"));
        watchAlways("/p", PERSISTENT, sink("p"));
        script.lost("reset");
        script.after(0);
        script.opened();
        assertEquals(
                List.of("expired 0x77", "end of d", "disconnect: the server does not know the session"),
                script.refuse());
        script.after(334);
        script.opened();
        assertEquals(
                List.of(
                        "opened 0x78 for 10000 ms",
                        "send -8 SET_WATCHES2 0 data[] exist[] child[] persistent[/p] recursive[]",
                        "resync p"),
                script.accept(ZOOKEEPER, 0x78, 10_000));
    }

    @Test
    void closingEndsAllWatches() {
        watchData("/d", sink("d"));
        watchAlways("/p", PERSISTENT, sink("p"));
        script.close(script.nowMs + 1_000);
        assertEquals(List.of("disconnect: closed", "end of d", "end of p", "ended by CLOSED"), script.reply(++xid, 20));
    }

    @Test
    void theServersWatchGoesWithItsLastPersistentRegistration() {
        WatchSink one = sink("one");
        WatchSink two = sink("two");
        watchAlways("/p", PERSISTENT, one);
        watchAlways("/p", PERSISTENT, two);
        assertEquals(List.of(), script.closeWatch("/p", PERSISTENT, one));
        assertEquals(List.of("tell two NODE_CREATED /p 11"), script.event(NODE_CREATED, "/p", 11));
        assertEquals(List.of("send 3 REMOVE_WATCHES /p 4"), script.closeWatch("/p", PERSISTENT, two));
        assertEquals(List.of(), script.closeWatch("/p", PERSISTENT, two));
        assertEquals(List.of(), script.reply(3, 12));
    }

    @Test
    void aWatchThatSomebodyIsAboutToShareIsNotRemovedFromTheServer() {
        WatchSink one = sink("one");
        watchAlways("/p", PERSISTENT_RECURSIVE, one);
        script.submit(addWatch("/p", PERSISTENT_RECURSIVE), sink("two"));
        assertEquals(List.of(), script.closeWatch("/p", PERSISTENT_RECURSIVE, one));
        script.reply(2, 10, ErrorCode.OK, ADDED);
        assertEquals(List.of("tell two NODE_CREATED /p/x 11"), script.event(NODE_CREATED, "/p/x", 11));
    }

    @Test
    void aPersistentWatchThatCameTooLateIsRemovedAgain() {
        script.submit(addWatch("/p", PERSISTENT_RECURSIVE), sink("w"), 500);
        script.run(500);
        assertEquals(List.of("send 2 REMOVE_WATCHES /p 5"), script.reply(1, 10, ErrorCode.OK, ADDED));
    }

    @Test
    void aReadOutOfTimeLeavesNoWatch() {
        script.submit(getWatching("/a"), sink("w"), 500);
        script.run(500);
        script.reply(1, 10, ErrorCode.OK, DATA);
        assertEquals(List.of(), script.event(NODE_DATA_CHANGED, "/a", 11));
    }

    @Test
    void unwatchingForgetsAnOwnersRegistrationsAndTheServersWatchIfNobodyNeedsIt() {
        Object me = new Object();
        watchData("/a", sinkOf("mine", me));
        watchAbsent("/b", sinkOf("mine", me));
        watchChildren("/a", sinkOf("mine", me));
        watchChildren("/a", sink("other"));
        assertEquals(List.of("send 5 REMOVE_WATCHES /a 2"), script.unwatch("/a", me));
        assertEquals(List.of("tell other NODE_CHILDREN_CHANGED /a 11"), script.event(NODE_CHILDREN_CHANGED, "/a", 11));
        assertEquals(List.of("send 6 REMOVE_WATCHES /b 2"), script.unwatch("/b", me));
        assertEquals(List.of(), script.reply(5, 11));
        assertEquals(List.of(), script.reply(6, 11, ErrorCode.NO_WATCHER, Response.EMPTY));
    }

    @Test
    void unwatchingReachesReadsWhoseAnswerIsOutstanding() {
        Object me = new Object();
        script.submit(existsWatching("/a"), sinkOf("mine", me));
        assertEquals(List.of(), script.unwatch("/a", me));
        assertEquals(List.of("answered EXISTS /a OK"), script.reply(1, 10, ErrorCode.OK, STAT_ONLY));
        assertEquals(List.of(), script.event(NODE_DELETED, "/a", 11));
    }

    @Test
    void closingAWatchWithoutAConnectionKeepsItFromBeingSetAgain() {
        WatchSink sink = sink("w");
        watchAlways("/p", PERSISTENT, sink);
        script.lost("reset");
        assertEquals(List.of(), script.closeWatch("/p", PERSISTENT, sink));
        script.after(0);
        script.opened();
        assertEquals(List.of("attached 0x77 for 10000 ms"), script.accept(ZOOKEEPER, 0x77, 10_000));
    }
}
