package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.AddWatchMode;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.WatchKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is told of what: ZooKeeper's rules for watches, one by one. */
class ReplicaWatchTest {
    private static final String CREATED = "NODE_CREATED ";
    private static final String DELETED = "NODE_DELETED ";
    private static final String CHANGED = "NODE_DATA_CHANGED ";
    private static final String CHILDREN = "NODE_CHILDREN_CHANGED ";

    private final ScriptedReplica script = new ScriptedReplica();
    private long writer;
    private long watcher;

    @BeforeEach
    void connect() {
        writer = script.client();
        watcher = script.client();
    }

    /** The writer's request in a batch of its own: the watcher's events, of which each must carry the write's zxid. */
    private List<String> events(Request write) {
        script.send(writer, write);
        script.flush();
        script.hear(writer);
        return eventsAt(script.zxid(writer));
    }

    private List<String> eventsAt(long zxid) {
        String at = "event@" + zxid + " ";
        List<String> events = new ArrayList<>();
        for (String line : script.hear(watcher)) {
            assertTrue(line.startsWith(at), line + " is not " + at);
            events.add(line.substring(at.length()));
        }
        return events;
    }

    private void watch(Request request) {
        script.ask(watcher, request);
    }

    // the table of watch-semantics §3

    @Test
    void aDataWatchFiresOnceForAChangeOfTheData() {
        script.create(writer, "/x");
        watch(Ask.watchData("/x"));
        assertEquals(List.of(), events(Ask.create("/x/c")));
        assertEquals(List.of(), events(Ask.setAcl("/x", Acl.OPEN, -1)));
        assertEquals(List.of(), events(Ask.set("/x", "a", 9)), "of a write that fails");
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "a")));
        assertEquals(List.of(), events(Ask.set("/x", "b")));
        assertEquals(0, script.replica.watchCount());
    }

    @Test
    void aDataWatchFiresForTheDeletion() {
        script.create(writer, "/x");
        watch(Ask.watchData("/x"));
        assertEquals(List.of(DELETED + "/x"), events(Ask.delete("/x")));
        assertEquals(List.of(), events(Ask.create("/x")));
    }

    @Test
    void anExistsWatchWaitsForTheCreation() {
        watch(Ask.watchExists("/x"));
        assertEquals(List.of(), events(Ask.create("/xy")));
        assertEquals(List.of(CREATED + "/x"), events(Ask.create("/x")));
        assertEquals(List.of(), events(Ask.set("/x", "a")));
    }

    @Test
    void anExistsWatchOnAZnodeIsADataWatch() {
        script.create(writer, "/x");
        watch(Ask.watchExists("/x"));
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "a")));
    }

    @Test
    void aReadThatFailsLeavesNoWatchButExistsOnAMissingZnode() {
        script.ask(writer, Ask.create("/hidden", List.of(new Acl(Acl.ALL, new Id("digest", "u:h")))));
        watch(Ask.watchData("/missing"));
        watch(Ask.watchChildren("/missing"));
        watch(Ask.watchData("/hidden"));
        watch(Ask.watchExists("/hidden"));
        watch(Ask.watchChildren("/hidden"));
        assertEquals(0, script.replica.watchCount());
        watch(Ask.watchExists("/missing"));
        assertEquals(1, script.replica.watchCount());
    }

    @Test
    void aChildWatchFiresForChildrenAndForTheEndOfTheirParent() {
        script.create(writer, "/x");
        watch(Ask.watchChildren("/x"));
        assertEquals(List.of(), events(Ask.set("/x", "a")));
        assertEquals(List.of(CHILDREN + "/x"), events(Ask.create("/x/c")));
        watch(Ask.watchChildren("/x"));
        assertEquals(List.of(), events(Ask.create("/x/c/d")));
        assertEquals(List.of(), events(Ask.set("/x/c", "a")));
        assertEquals(List.of(), events(Ask.delete("/x/c/d")));
        assertEquals(List.of(CHILDREN + "/x"), events(Ask.delete("/x/c")));
        watch(new Request.GetChildren2("/x", true));
        assertEquals(List.of(DELETED + "/x"), events(Ask.delete("/x")));
    }

    @Test
    void theRootsChildrenAreWatchedToo() {
        watch(Ask.watchChildren("/"));
        assertEquals(List.of(CHILDREN + "/"), events(Ask.create("/x")));
    }

    @Test
    void aPersistentWatchHearsEverythingOfItsZnode() {
        watch(Ask.watchAll("/x"));
        assertEquals(List.of(CREATED + "/x"), events(Ask.create("/x")));
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "a")));
        assertEquals(List.of(CHILDREN + "/x"), events(Ask.create("/x/c")));
        assertEquals(List.of(), events(Ask.set("/x/c", "a")));
        assertEquals(List.of(), events(Ask.create("/x/c/d")));
        assertEquals(List.of(), events(Ask.delete("/x/c/d")));
        assertEquals(List.of(CHILDREN + "/x"), events(Ask.delete("/x/c")));
        assertEquals(List.of(DELETED + "/x"), events(Ask.delete("/x")), "once, though it is in both registries");
        assertEquals(List.of(CREATED + "/x"), events(Ask.create("/x")));
    }

    @Test
    void aRecursiveWatchHearsOfEveryDescendantAndNeverOfLists() {
        watch(Ask.watchBelow("/x"));
        assertEquals(List.of(CREATED + "/x"), events(Ask.create("/x")));
        assertEquals(List.of(CREATED + "/x/c"), events(Ask.create("/x/c")));
        assertEquals(List.of(CREATED + "/x/c/d"), events(Ask.create("/x/c/d")));
        assertEquals(List.of(CHANGED + "/x/c/d"), events(Ask.set("/x/c/d", "a")));
        assertEquals(List.of(DELETED + "/x/c/d"), events(Ask.delete("/x/c/d")));
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "a")));
        assertEquals(List.of(), events(Ask.create("/xy")), "a name that only begins alike");
        assertEquals(List.of(DELETED + "/x/c"), events(Ask.delete("/x/c")));
        assertEquals(List.of(DELETED + "/x"), events(Ask.delete("/x")));
        assertEquals(List.of(CREATED + "/x"), events(Ask.create("/x")));
    }

    @Test
    void aRecursiveWatchOnTheRootHearsOfEverything() {
        watch(Ask.watchBelow("/"));
        assertEquals(List.of(CREATED + "/x"), events(Ask.create("/x")));
        assertEquals(List.of(CREATED + "/zookeeper/quota/q"), events(Ask.create("/zookeeper/quota/q")));
        assertEquals(List.of(CHANGED + "/"), events(Ask.set("/", "a")));
    }

    // several watches of one connection

    @Test
    void dataAndChildWatchTogetherHearOneDeletion() {
        script.create(writer, "/x");
        watch(Ask.watchData("/x"));
        watch(Ask.watchChildren("/x"));
        assertEquals(List.of(DELETED + "/x"), events(Ask.delete("/x")));
        assertEquals(0, script.replica.watchCount(), "both are used up");
    }

    @Test
    void aRecursiveWatchAboveSuppressesTheChildWatchsDeletion() {
        script.create(writer, "/p", "/p/x");
        watch(Ask.watchBelow("/p"));
        watch(Ask.watchChildren("/p/x"));
        assertEquals(List.of(DELETED + "/p/x"), events(Ask.delete("/p/x")));
        assertEquals(List.of(CREATED + "/p/x"), events(Ask.create("/p/x")));
        assertEquals(1, script.replica.watchCount(), "the child watch is used up");
    }

    @Test
    void oneConnectionsDeletionDoesNotSuppressAnothers() {
        script.create(writer, "/x");
        watch(Ask.watchChildren("/x"));
        script.ask(writer, Ask.watchData("/x"));
        assertEquals(List.of(DELETED + "/x"), events(Ask.delete("/x")));
    }

    @Test
    void persistentAndRecursiveOnOnePathHearEachOnceAndListsToo() {
        script.create(writer, "/p");
        watch(Ask.watchAll("/p"));
        watch(Ask.watchBelow("/p"));
        watch(Ask.watchBelow("/"));
        assertEquals(List.of(CHANGED + "/p"), events(Ask.set("/p", "a")));
        assertEquals(List.of(CREATED + "/p/n", CHILDREN + "/p"), events(Ask.create("/p/n")));
        assertEquals(List.of(CHANGED + "/p/n"), events(Ask.set("/p/n", "a")));
        assertEquals(List.of(DELETED + "/p/n", CHILDREN + "/p"), events(Ask.delete("/p/n")));
        assertEquals(List.of(DELETED + "/p"), events(Ask.delete("/p")));
    }

    @Test
    void aOneShotWatchBesideAPersistentOneIsUsedUpAlone() {
        script.create(writer, "/x");
        watch(Ask.watchAll("/x"));
        watch(Ask.watchData("/x"));
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "a")));
        assertEquals(ErrorCode.NO_WATCHER, script.error(watcher, Ask.checkWatches("/x", WatchKind.DATA)));
        script.hear(watcher);
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "b")));
    }

    @Test
    void theSameWatchTwiceIsOneWatch() {
        script.create(writer, "/x");
        for (int i = 0; i < 2; i++) {
            watch(Ask.watchData("/x"));
            watch(Ask.watchExists("/x"));
        }
        assertEquals(1, script.replica.watchCount());
        assertEquals(List.of(CHANGED + "/x"), events(Ask.set("/x", "a")));
    }

    // order

    @Test
    void theEventOfAnOwnWriteComesBeforeItsReply() {
        script.create(writer, "/x");
        script.ask(writer, Ask.watchData("/x"));
        script.hear(writer);
        script.send(writer, Ask.set("/x", "a"));
        script.endBatch();
        assertEquals(List.of(), script.hear(writer), "nor does the event come before the log has the write");
        script.persist();
        assertEquals(List.of("event@" + script.lastZxid() + " NODE_DATA_CHANGED /x", "3 v1"), script.hear(writer));
    }

    @Test
    void theEventComesBeforeAnyReadThatShowsTheChange() {
        script.create(writer, "/x");
        watch(Ask.watchData("/x"));
        script.hear(watcher);
        script.send(watcher, Ask.get("/x"));
        script.send(writer, Ask.set("/x", "a"));
        script.send(watcher, Ask.get("/x"));
        script.send(watcher, Ask.children("/"));
        script.flush();
        long set = script.lastZxid();
        assertEquals(
                List.of(
                        "2 data new v0",
                        "event@" + set + " NODE_DATA_CHANGED /x",
                        "3 data a v1",
                        "4 children [x, zookeeper]"),
                script.hear(watcher));
    }

    @Test
    void aWatchCoversEveryChangeAfterItsReadAndNoneBefore() {
        script.create(writer, "/x");
        script.send(writer, Ask.set("/x", "before"));
        script.send(watcher, Ask.watchData("/x"));
        script.send(watcher, Ask.watchChildren("/x"));
        script.send(writer, Ask.set("/x", "after"));
        script.send(writer, Ask.create("/x/c"));
        script.flush();
        long create = script.lastZxid();
        assertEquals(
                List.of(
                        "1 data before v1",
                        "2 children []",
                        "event@" + (create - 1) + " NODE_DATA_CHANGED /x",
                        "event@" + create + " NODE_CHILDREN_CHANGED /x"),
                script.hear(watcher));
    }

    @Test
    void aWatchOnAMissingZnodeCannotMissItsCreationInTheSameBatch() {
        script.send(watcher, Ask.watchExists("/x"));
        script.send(writer, Ask.create("/x"));
        script.flush();
        assertEquals(List.of("1 NO_NODE", "event@" + script.lastZxid() + " NODE_CREATED /x"), script.hear(watcher));
    }

    @Test
    void watchesAreAskedForAndRemovedInTheirTurn() {
        script.create(writer, "/x");
        script.send(watcher, Ask.checkWatches("/x", WatchKind.PERSISTENT));
        script.send(watcher, Ask.watchAll("/x"));
        script.send(writer, Ask.set("/x", "a"));
        script.send(watcher, Ask.removeWatches("/x", WatchKind.PERSISTENT));
        script.send(writer, Ask.set("/x", "b"));
        script.send(watcher, Ask.checkWatches("/x", WatchKind.PERSISTENT));
        script.flush();
        long first = script.lastZxid() - 1;
        assertEquals(
                List.of(
                        "1 NO_WATCHER",
                        "2 ErrorBody[err=0]",
                        "event@" + first + " NODE_DATA_CHANGED /x",
                        "3 ok",
                        "4 NO_WATCHER"),
                script.hear(watcher));
    }

    // multi

    @Test
    void aMultiTellsOfEachStepToThoseWhoStay() {
        watch(Ask.watchAll("/x"));
        watch(Ask.watchBelow("/"));
        assertEquals(
                List.of(
                        CREATED + "/x",
                        CHANGED + "/x",
                        CREATED + "/x/a",
                        CHILDREN + "/x",
                        CREATED + "/x/b",
                        CHILDREN + "/x",
                        DELETED + "/x/a",
                        CHILDREN + "/x"),
                events(Ask.multi(
                        Ask.create("/x"),
                        Ask.set("/x", "1"),
                        Ask.create("/x/a"),
                        Ask.create("/x/b"),
                        Ask.check("/x", 1),
                        Ask.delete("/x/a"))));
    }

    @Test
    void aCreationAndADeletionInOneMultiAreACreationToAnExistsWatch() {
        watch(Ask.watchExists("/x"));
        assertEquals(List.of(CREATED + "/x"), events(Ask.multi(Ask.create("/x"), Ask.delete("/x"))));
    }

    @Test
    void aFailedMultiTellsNobodyAndUsesNothingUp() {
        watch(Ask.watchExists("/x"));
        watch(Ask.watchChildren("/"));
        assertEquals(List.of(), events(Ask.multi(Ask.create("/x"), Ask.delete("/missing"))));
        assertEquals(2, script.replica.watchCount());
    }

    // ends of sessions and connections

    @Test
    void aRecursiveWatchOnTheRootHearsOfEveryEphemeralOfASessionThatExpires() {
        watch(Ask.watchBelow("/"));
        watch(Ask.watchChildren("/"));
        script.hear(watcher);
        List<String> expected = new ArrayList<>();
        for (int i = 10; i < 60; i++) {
            script.send(writer, Ask.create("/e" + i, CreateMode.EPHEMERAL));
            expected.add(DELETED + "/e" + i);
            if (i == 10) {
                expected.add(CHILDREN + "/");
            }
        }
        script.flush();
        script.after(900);
        watch(Ask.watchChildren("/"));
        script.hear(watcher);
        script.after(200);
        script.flush();
        assertEquals(expected, eventsAt(script.lastZxid()));
    }

    @Test
    void aClosedConnectionsWatchesAreForgotten() {
        script.create(writer, "/x");
        watch(Ask.watchData("/x"));
        watch(Ask.watchChildren("/x"));
        watch(Ask.watchAll("/x"));
        watch(Ask.watchBelow("/"));
        assertEquals(3, script.replica.watchCount(), "per path and registry: data and child of /x, data of /");
        script.step(new Input.ConnectionClosed(watcher));
        assertEquals(0, script.replica.watchCount());
    }

    @Test
    void aWatchOfAConnectionThatWentMeanwhileIsNotSet() {
        script.create(writer, "/x");
        script.send(writer, Ask.set("/x", "a"));
        script.send(watcher, Ask.watchData("/x"));
        script.send(watcher, Ask.watchAll("/x"));
        script.step(new Input.ConnectionClosed(watcher));
        script.flush();
        assertEquals(0, script.replica.watchCount());
    }

    // the filter

    @Test
    void anEventThatMayNotBeReadIsKeptBackAndUsesTheWatchUp() {
        List<Acl> mine = Acl.CREATOR_ALL;
        script.ask(writer, Ask.login("u:p"));
        script.create(writer, "/p", "/p/x");
        watch(Ask.watchData("/p/x"));
        watch(Ask.watchChildren("/p"));
        watch(Ask.watchBelow("/"));
        script.ask(writer, Ask.setAcl("/p/x", mine, -1));
        script.hear(watcher);
        assertEquals(List.of(), events(Ask.set("/p/x", "a")), "the znode's list");
        assertEquals(ErrorCode.NO_WATCHER, script.error(watcher, Ask.checkWatches("/p/x", WatchKind.DATA)));
        script.hear(watcher);
        assertEquals(List.of(CHILDREN + "/p"), events(Ask.delete("/p/x")), "that list is the parent's own");

        watch(Ask.watchChildren("/p"));
        script.ask(writer, Ask.setAcl("/p", mine, -1));
        script.hear(watcher);
        assertEquals(List.of(CREATED + "/p/y"), events(Ask.create("/p/y")), "the parent's list is closed");
        assertEquals(ErrorCode.NO_WATCHER, script.error(watcher, Ask.checkWatches("/p", WatchKind.CHILDREN)));
        script.hear(watcher);
        assertEquals(List.of(), events(Ask.create("/p/z", mine)));

        script.ask(watcher, Ask.login("u:p"));
        script.hear(watcher);
        assertEquals(List.of(CHANGED + "/p/z"), events(Ask.set("/p/z", "a")), "now it is somebody who may");
    }

    // after a reconnect

    private static Request setWatches(long since, String data, String exist, String child) {
        return new Request.SetWatches(
                OpCode.SET_WATCHES, since, list(data), list(exist), list(child), List.of(), List.of());
    }

    private static List<String> list(String path) {
        return path == null ? List.of() : List.of(path);
    }

    @Test
    void whatHappenedMeanwhileIsMadeUpForBeforeTheReply() {
        script.create(writer, "/d", "/c");
        long base = script.lastZxid();
        script.ask(writer, Ask.set("/d", "a"));
        long set = script.lastZxid();
        script.create(writer, "/c/x");
        long child = script.lastZxid();
        script.hear(watcher);

        Object[][] table = {
            {set - 1, "/d", null, null, CHANGED + "/d"},
            {set, "/d", null, null, null},
            {-1L, "/d", null, null, CHANGED + "/d"},
            {-1L, "/missing", null, null, DELETED + "/missing"},
            {child, "/missing", null, null, DELETED + "/missing"},
            {base, null, "/d", null, CREATED + "/d"},
            {child, null, "/d", null, CREATED + "/d"},
            {-1L, null, "/missing", null, null},
            {child - 1, null, null, "/c", CHILDREN + "/c"},
            {child, null, null, "/c", null},
            {child, null, null, "/missing", DELETED + "/missing"},
            {set, null, null, "/d", null},
        };
        for (Object[] row : table) {
            long connection = script.client();
            script.send(connection, setWatches((long) row[0], (String) row[1], (String) row[2], (String) row[3]));
            List<String> expected = new ArrayList<>();
            if (row[4] != null) {
                expected.add("event@-1 " + row[4]);
            }
            expected.add("1 ok");
            String what = List.of(row[0], String.valueOf(row[1]), String.valueOf(row[2]), String.valueOf(row[3]))
                    .toString();
            assertEquals(expected, script.hear(connection), what);
            assertEquals(row[4] == null ? 1 : 0, script.replica.watchCount(), what);
            script.step(new Input.ConnectionClosed(connection));
        }
    }

    @Test
    void aRestoredWatchFiresLikeANewOne() {
        script.create(writer, "/d");
        watch(setWatches(script.lastZxid(), "/d", "/e", "/d"));
        script.hear(watcher);
        assertEquals(List.of(CREATED + "/e"), events(Ask.create("/e")));
        assertEquals(List.of(CHILDREN + "/d"), events(Ask.create("/d/c")));
        assertEquals(List.of(CHANGED + "/d"), events(Ask.set("/d", "x")));
        assertEquals(0, script.replica.watchCount());
    }

    @Test
    void persistentWatchesAreRestoredInSilence() {
        script.create(writer, "/d");
        watch(new Request.SetWatches(
                OpCode.SET_WATCHES2, -1, List.of(), List.of(), List.of(), List.of("/d"), List.of("/d", "/")));
        assertEquals(List.of(CHANGED + "/d"), events(Ask.set("/d", "x")));
        assertEquals(List.of(CREATED + "/d/c", CHILDREN + "/d"), events(Ask.create("/d/c")));
    }

    @Test
    void catchingUpIsOneStepWithTheStateThatItLooksAt() {
        script.create(writer, "/d");
        long since = script.lastZxid();
        script.send(watcher, setWatches(since, "/d", null, null));
        script.send(writer, Ask.set("/d", "a"));
        script.flush();
        assertEquals(
                List.of("1 ok", "event@" + script.lastZxid() + " NODE_DATA_CHANGED /d"),
                script.hear(watcher),
                "registered before the write");

        script.send(writer, Ask.set("/d", "b"));
        script.send(watcher, setWatches(since, "/d", null, null));
        script.send(writer, Ask.set("/d", "c"));
        script.flush();
        assertEquals(
                List.of("event@-1 NODE_DATA_CHANGED /d", "2 ok"),
                script.hear(watcher),
                "told of the write before, and used up by that");
    }

    // removeWatches and checkWatches

    static Stream<Arguments> kinds() {
        // what is found by each kind: data, child, persistent, recursive
        return Stream.of(
                Arguments.of(WatchKind.DATA, List.of(true, false, false, false)),
                Arguments.of(WatchKind.CHILDREN, List.of(false, true, false, false)),
                Arguments.of(WatchKind.PERSISTENT, List.of(false, false, true, false)),
                Arguments.of(WatchKind.PERSISTENT_RECURSIVE, List.of(false, false, false, true)),
                Arguments.of(WatchKind.ANY, List.of(true, true, true, true)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aKindOfWatchIsFoundAndRemovedOnceAndOnlyOnItsPath(WatchKind kind, List<Boolean> found) {
        script.create(writer, "/x");
        List<Request> sets =
                List.of(Ask.watchData("/x"), Ask.watchChildren("/x"), Ask.watchAll("/x"), Ask.watchBelow("/x"));
        for (int i = 0; i < sets.size(); i++) {
            long connection = script.client();
            script.ask(connection, sets.get(i));
            int count = script.replica.watchCount();
            ErrorCode expected = found.get(i) ? ErrorCode.OK : ErrorCode.NO_WATCHER;
            assertEquals(ErrorCode.NO_WATCHER, script.error(connection, Ask.checkWatches("/", kind)));
            assertEquals(ErrorCode.NO_WATCHER, script.error(watcher, Ask.checkWatches("/x", kind)), "another's");
            assertEquals(
                    expected,
                    script.error(connection, Ask.checkWatches("/x", kind)),
                    sets.get(i).toString());
            assertEquals(count, script.replica.watchCount());
            assertEquals(
                    expected,
                    script.error(connection, Ask.removeWatches("/x", kind)),
                    sets.get(i).toString());
            assertEquals(found.get(i) ? 0 : count, script.replica.watchCount());
            assertEquals(ErrorCode.NO_WATCHER, script.error(connection, Ask.removeWatches("/x", kind)));
            script.step(new Input.ConnectionClosed(connection));
        }
    }

    @ParameterizedTest
    @EnumSource(WatchKind.class)
    void removingOneKindLeavesTheOthers(WatchKind kind) {
        script.create(writer, "/x");
        for (Request set :
                List.of(Ask.watchData("/x"), Ask.watchChildren("/x"), Ask.watchAll("/x"), Ask.watchBelow("/x"))) {
            watch(set);
        }
        assertEquals(ErrorCode.OK, script.error(watcher, Ask.removeWatches("/x", kind)));
        for (WatchKind other : WatchKind.values()) {
            ErrorCode expected = kind == WatchKind.ANY || kind == other ? ErrorCode.NO_WATCHER : ErrorCode.OK;
            assertEquals(expected, script.error(watcher, Ask.checkWatches("/x", other)), other.toString());
        }
        script.hear(watcher);
        List<String> heard = new ArrayList<>(events(Ask.multi(Ask.set("/x", "a"), Ask.create("/x/c"))));
        List<String> expected = switch (kind) {
            case ANY -> List.of();
            case PERSISTENT_RECURSIVE -> List.of(CHANGED + "/x", CHILDREN + "/x");
            case DATA, CHILDREN, PERSISTENT -> List.of(CHANGED + "/x", CREATED + "/x/c", CHILDREN + "/x");
        };
        assertEquals(expected, heard);
    }

    @Test
    void aKindOrModeThatTheProtocolDoesNotKnowIsAnError() {
        for (int type : new int[] {0, 6, -1}) {
            assertEquals(ErrorCode.MARSHALLING_ERROR, script.error(watcher, new Request.RemoveWatches("/", type)));
            assertEquals(ErrorCode.MARSHALLING_ERROR, script.error(watcher, new Request.CheckWatches("/", type)));
        }
        for (int mode : new int[] {-1, AddWatchMode.values().length}) {
            assertEquals(ErrorCode.MARSHALLING_ERROR, script.error(watcher, new Request.AddWatch("/", mode)));
        }
        assertEquals(0, script.replica.watchCount());
    }
}
