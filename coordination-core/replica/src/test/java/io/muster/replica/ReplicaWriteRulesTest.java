package io.muster.replica;

import static io.muster.protocol.ErrorCode.BAD_ARGUMENTS;
import static io.muster.protocol.ErrorCode.BAD_VERSION;
import static io.muster.protocol.ErrorCode.INVALID_ACL;
import static io.muster.protocol.ErrorCode.MARSHALLING_ERROR;
import static io.muster.protocol.ErrorCode.NODE_EXISTS;
import static io.muster.protocol.ErrorCode.NOT_EMPTY;
import static io.muster.protocol.ErrorCode.NO_AUTH;
import static io.muster.protocol.ErrorCode.NO_CHILDREN_FOR_EPHEMERALS;
import static io.muster.protocol.ErrorCode.NO_NODE;
import static io.muster.protocol.ErrorCode.OK;
import static io.muster.protocol.ErrorCode.UNIMPLEMENTED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Stat;
import io.muster.replica.state.State;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a write may not do, and which of several reasons is told: the first that ZooKeeper looks for. */
class ReplicaWriteRulesTest {
    private static final List<Acl> NOBODY = List.of(new Acl(Acl.ALL, new Id("digest", "nobody:hash")));
    private static final List<Acl> NO_LIST = List.of();
    private static final int NO_MODE = 9;

    private final ScriptedReplica script = new ScriptedReplica();
    private long client;

    /** {@code /a} at version 2 with a child {@code /a/b}, {@code /eph}, and {@code /closed} with {@code /closed/x}. */
    @BeforeEach
    void prepareTree() {
        client = script.client();
        script.create(client, "/a", "/a/b", "/closed", "/closed/x");
        script.ask(client, Ask.set("/a", "one"));
        script.ask(client, Ask.set("/a", "two"));
        script.ask(client, Ask.create("/eph", CreateMode.EPHEMERAL));
        script.ask(client, Ask.setAcl("/closed/x", NOBODY, -1));
        script.ask(client, Ask.setAcl("/closed", NOBODY, -1));
    }

    private static Arguments row(String because, ErrorCode expected, Request request) {
        return Arguments.of(because, expected, request);
    }

    static Stream<Arguments> refused() {
        return Stream.of(createRules(), ttlRules(), deleteRules(), setRules(), setAclRules())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> createRules() {
        return Stream.of(
                row("a flag without a mode, before the list", BAD_ARGUMENTS, create("/n", NO_LIST, NO_MODE)),
                row("a negative flag", BAD_ARGUMENTS, create("/n", Acl.OPEN, -1)),
                row("a container by a plain create", BAD_ARGUMENTS, create("/n", Acl.OPEN, 4)),
                row(
                        "a plain znode by createContainer",
                        BAD_ARGUMENTS,
                        Ask.create(OpCode.CREATE_CONTAINER, "/n", Acl.OPEN, 0)),
                row("no slash, before the list", BAD_ARGUMENTS, create("n", NO_LIST, 0)),
                row("a NUL, before the list", BAD_ARGUMENTS, create("/n\0", NO_LIST, 0)),
                row("an empty path", BAD_ARGUMENTS, create("", Acl.OPEN, 0)),
                row("an empty list, before the parent", INVALID_ACL, create("/missing/n", NO_LIST, 0)),
                row("a list of an unknown scheme", INVALID_ACL, create("/n", List.of(acl("magic", "x")), 0)),
                row("a list for a part of the world", INVALID_ACL, create("/n", List.of(acl("world", "me")), 0)),
                row("a list for the creator, who is nobody", INVALID_ACL, create("/n", Acl.CREATOR_ALL, 0)),
                row("a digest without a hash", INVALID_ACL, create("/n", List.of(acl("digest", "user")), 0)),
                row("a network that is none", INVALID_ACL, create("/n", List.of(acl("ip", "10.0.0.0/33")), 0)),
                row("no parent, before the path", NO_NODE, create("/missing/.", Acl.OPEN, 0)),
                row("a relative path, whose parent is none", NO_NODE, create("x/n", Acl.OPEN, 0)),
                row("not permitted, before the path", NO_AUTH, create("/closed/.", Acl.OPEN, 0)),
                row("not permitted, before it exists", NO_AUTH, create("/closed/x", Acl.OPEN, 0)),
                row("a component .", BAD_ARGUMENTS, create("/a/.", Acl.OPEN, 0)),
                row("a component ..", BAD_ARGUMENTS, create("/a/..", Acl.OPEN, 0)),
                row("an empty name", BAD_ARGUMENTS, create("/a/", Acl.OPEN, 0)),
                row("a control character", BAD_ARGUMENTS, create("/a/\u0001", Acl.OPEN, 0)),
                row("it exists", NODE_EXISTS, create("/a", Acl.OPEN, 0)),
                row("the root exists", NODE_EXISTS, create("/", Acl.OPEN, 0)),
                row("under an ephemeral", NO_CHILDREN_FOR_EPHEMERALS, create("/eph/n", Acl.OPEN, 0)),
                row(
                        "an ephemeral under an ephemeral",
                        NO_CHILDREN_FOR_EPHEMERALS,
                        create("/eph/n", Acl.OPEN, CreateMode.EPHEMERAL.flag())));
    }

    private static Stream<Arguments> ttlRules() {
        CreateMode mode = CreateMode.PERSISTENT_WITH_TTL;
        return Stream.of(
                row("a time of zero", BAD_ARGUMENTS, Ask.createTtl("/n", mode, 0)),
                row("a time below zero", BAD_ARGUMENTS, Ask.createTtl("/n", mode, -1)),
                row("a time beyond forty bits", BAD_ARGUMENTS, Ask.createTtl("/n", mode, 1L << 40)),
                row("the longest time", OK, Ask.createTtl("/n", mode, (1L << 40) - 1)),
                row("a time for a plain znode", BAD_ARGUMENTS, Ask.createTtl("/n", CreateMode.PERSISTENT, 1)),
                row("a plain create of a timed znode", BAD_ARGUMENTS, create("/n", Acl.OPEN, 5)));
    }

    private static Stream<Arguments> deleteRules() {
        return Stream.of(
                row("the root", BAD_ARGUMENTS, Ask.delete("/")),
                row("a reserved znode", BAD_ARGUMENTS, Ask.delete("/zookeeper")),
                row("a reserved znode", BAD_ARGUMENTS, Ask.delete("/zookeeper/quota")),
                row("a reserved znode", BAD_ARGUMENTS, Ask.delete("/zookeeper/config")),
                row("no slash", BAD_ARGUMENTS, Ask.delete("a")),
                row("a NUL", BAD_ARGUMENTS, Ask.delete("/a\0")),
                row("an empty path", BAD_ARGUMENTS, Ask.delete("")),
                row("no parent", NO_NODE, Ask.delete("/missing/n")),
                row("not permitted by the parent, before it is missing", NO_AUTH, Ask.delete("/closed/missing")),
                row("not permitted by the parent, before the version", NO_AUTH, Ask.delete("/closed/x", 9)),
                row("missing", NO_NODE, Ask.delete("/missing", 9)),
                row("missing, by a path that no znode can have", NO_NODE, Ask.delete("/a/")),
                row("the version, before the children", BAD_VERSION, Ask.delete("/a", 9)),
                row("children", NOT_EMPTY, Ask.delete("/a", 2)),
                row("permitted by its parent, whatever its own list says", NOT_EMPTY, Ask.delete("/closed")));
    }

    private static Stream<Arguments> setRules() {
        return Stream.of(
                row("no path", BAD_ARGUMENTS, Ask.set("", "x")),
                row("no slash", BAD_ARGUMENTS, Ask.set("a", "x")),
                row("a slash at the end", BAD_ARGUMENTS, Ask.set("/a/", "x")),
                row("missing, before the version", NO_NODE, Ask.set("/missing", "x", 9)),
                row("not permitted, before the version", NO_AUTH, Ask.set("/closed", "x", 9)),
                row("the configuration is read-only", NO_AUTH, Ask.set("/zookeeper/config", "x")),
                row("an older version", BAD_VERSION, Ask.set("/a", "x", 1)),
                row("a later version", BAD_VERSION, Ask.set("/a", "x", 3)),
                row("a version below any", BAD_VERSION, Ask.set("/a", "x", -2)),
                row("the version", OK, Ask.set("/a", "x", 2)),
                row("any version", OK, Ask.set("/a", "x", -1)));
    }

    private static Stream<Arguments> setAclRules() {
        return Stream.of(
                row("the path, before the list", BAD_ARGUMENTS, Ask.setAcl("/a/", NO_LIST, 9)),
                row("the list, before it is missing", INVALID_ACL, Ask.setAcl("/missing", NO_LIST, 9)),
                row("missing, before the version", NO_NODE, Ask.setAcl("/missing", Acl.OPEN, 9)),
                row("not permitted, before the version", NO_AUTH, Ask.setAcl("/closed", Acl.OPEN, 9)),
                row("the list's version, not the data's", BAD_VERSION, Ask.setAcl("/a", Acl.OPEN, 2)),
                row("the list's version", OK, Ask.setAcl("/a", Acl.OPEN, 0)));
    }

    static Stream<Arguments> refusedChecks() {
        return Stream.of(
                row("the path", BAD_ARGUMENTS, Ask.check("/a/", 9)),
                row("missing, before the version", NO_NODE, Ask.check("/missing", 9)),
                row("not permitted to read, before the version", NO_AUTH, Ask.check("/closed", 9)),
                row("the version", BAD_VERSION, Ask.check("/a", 1)),
                row("that it is there", OK, Ask.check("/a", -1)),
                row("that it is unchanged", OK, Ask.check("/a", 2)));
    }

    private static Request create(String path, List<Acl> acl, int flags) {
        return Ask.create(OpCode.CREATE, path, acl, flags);
    }

    private static Acl acl(String scheme, String id) {
        return new Acl(Acl.ALL, new Id(scheme, id));
    }

    @ParameterizedTest(name = "{1}: {0}: {2}")
    @MethodSource("refused")
    void theFirstReasonIsTold(String because, ErrorCode expected, Request request) {
        long before = script.lastZxid();
        long digest = digest();
        assertEquals(expected, script.error(client, request), because);
        assertEquals(before + 1, script.lastZxid(), "a failed write takes a zxid too");
        if (expected != OK) {
            assertEquals(digest, digest());
        }
    }

    private static boolean fitsIntoMulti(Request request) {
        if (request instanceof Request.Create create && create.op() != OpCode.CREATE_TTL) {
            CreateMode mode = CreateMode.of(create.flags());
            return mode != null && !mode.hasTtl() && !mode.isContainer();
        }
        return !(request instanceof Request.SetAcl);
    }

    static Stream<Arguments> refusedInMulti() {
        return Stream.concat(refused(), refusedChecks())
                .filter(row -> row.get()[1] != OK && fitsIntoMulti((Request) row.get()[2]));
    }

    @ParameterizedTest(name = "{1}: {0}: {2}")
    @MethodSource("refusedInMulti")
    void aMultiFailsForTheSameReasonAndLeavesNothing(String because, ErrorCode expected, Request request) {
        long before = script.lastZxid();
        long digest = digest();
        long other = script.client();
        script.ask(other, Ask.watchBelow("/"));
        script.hear(other);

        Request multi = Ask.multi(
                Ask.create("/new"), Ask.set("/", "x"), Ask.delete("/new"), request, Ask.create("/n2"), Ask.delete("/"));
        assertEquals(OK, script.error(client, multi), "of the header, always");
        Response.MultiResults results = assertInstanceOf(Response.MultiResults.class, script.ask(client, multi));
        String text =
                results.results().stream().map(ScriptedReplica::text).toList().toString();
        assertEquals(
                "[rolled back, rolled back, rolled back, " + expected
                        + ", RUNTIME_INCONSISTENCY, RUNTIME_INCONSISTENCY]",
                text,
                because);
        assertEquals(digest, digest());
        assertEquals(NO_NODE, script.error(client, Ask.exists("/new")));
        assertEquals(List.of(), script.hear(other), "no events");
        assertEquals(before + 3, script.lastZxid(), "a session and twice the multi");
        assertEquals(
                0,
                ((Response.StatOnly) script.ask(client, Ask.exists("/"))).stat().version());
        assertEquals("/n0000000003", created(Ask.create("/n", CreateMode.PERSISTENT_SEQUENTIAL)), "the old counter");
    }

    @ParameterizedTest(name = "{1}: {0}: {2}")
    @MethodSource("refusedChecks")
    void checksAreForMultisOnly(String because, ErrorCode expected, Request check) {
        Response.MultiResults results =
                assertInstanceOf(Response.MultiResults.class, script.ask(client, Ask.multi(check)));
        assertEquals(expected.code(), results.results().get(0).err(), because);
        assertEquals(UNIMPLEMENTED, script.error(client, check));
    }

    private long digest() {
        return script.published.get(script.published.size() - 1).digest();
    }

    private String created(Request request) {
        return ((Response.Created) script.ask(client, request)).path();
    }

    @Test
    void withoutExtendedTypesATimeToLiveIsUnimplementedBeforeAnythingElse() {
        ScriptedReplica plain = new ScriptedReplica(State.initial(1, false));
        long asker = plain.client();
        CreateMode mode = CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL;
        assertEquals(UNIMPLEMENTED, plain.error(asker, Ask.createTtl("/n", mode, -1)));
        assertEquals(UNIMPLEMENTED, plain.error(asker, create("/n", NO_LIST, mode.flag())));
        assertEquals(UNIMPLEMENTED, plain.error(asker, Ask.createTtl("n", mode, 1)));
    }

    @Test
    void aMultiSeesItsOwnChanges() {
        Request multi = Ask.multi(
                Ask.create("/p"),
                Ask.create("/p/s", CreateMode.PERSISTENT_SEQUENTIAL),
                Ask.create("/p/s", CreateMode.PERSISTENT_SEQUENTIAL),
                Ask.check("/p/s0000000001", 0),
                Ask.set("/p", "x", 0),
                Ask.set("/p", "y", 1),
                Ask.check("/p", 2),
                Ask.delete("/p/s0000000000", 0));
        Response.MultiResults results = assertInstanceOf(Response.MultiResults.class, script.ask(client, multi));
        assertEquals(
                List.of(
                        "create: created /p",
                        "create: created /p/s0000000000",
                        "create: created /p/s0000000001",
                        "check: ok",
                        "set_data: v1",
                        "set_data: v2",
                        "check: ok",
                        "delete: ok"),
                results.results().stream().map(ScriptedReplica::text).toList());
        Stat stat = ((Response.Data) script.ask(client, Ask.get("/p"))).stat();
        assertEquals(stat.czxid(), stat.mzxid());
        assertEquals(stat.czxid(), stat.pzxid());
        assertEquals(3, stat.cversion(), "two creates and a delete");
        assertEquals(1, stat.numChildren());
    }

    @Test
    void inAMultiAFlagWithATimeToLiveMakesAllUnreadableUnlessItIsCreateTtls() {
        long before = script.lastZxid();
        int flag = CreateMode.PERSISTENT_WITH_TTL.flag();
        assertEquals(MARSHALLING_ERROR, script.error(client, Ask.multi(create("/n", Acl.OPEN, flag))));
        assertEquals(
                MARSHALLING_ERROR,
                script.error(client, Ask.multi(Ask.create(OpCode.CREATE_CONTAINER, "/n", Acl.OPEN, flag))));
        assertEquals(before + 2, script.lastZxid(), "it takes a zxid all the same");
    }

    @Test
    void inAMultiEveryCreateWithAStatAnswersAsCreate2() {
        Request multi = Ask.multi(
                Ask.create(OpCode.CREATE2, "/c2", Acl.OPEN, 0),
                Ask.create(OpCode.CREATE_CONTAINER, "/cc", Acl.OPEN, CreateMode.CONTAINER.flag()),
                Ask.createTtl("/ct", CreateMode.PERSISTENT_WITH_TTL, 1_000),
                Ask.create(OpCode.CREATE, "/cc/plain", Acl.OPEN, CreateMode.CONTAINER.flag()));
        Response.MultiResults results = assertInstanceOf(Response.MultiResults.class, script.ask(client, multi));
        assertEquals(
                List.of(
                        "create2: created /c2 v0",
                        "create2: created /cc v0",
                        "create2: created /ct v0",
                        "create2: created /cc/plain v0"),
                results.results().stream().map(ScriptedReplica::text).toList());
        assertEquals(
                0,
                ((Response.StatOnly) script.ask(client, Ask.exists("/cc")))
                        .stat()
                        .ephemeralOwner());
        assertEquals(
                0,
                ((Response.StatOnly) script.ask(client, Ask.exists("/ct")))
                        .stat()
                        .ephemeralOwner());
    }

    @Test
    void aMultiWithAFlagOfNoModeIsUnreadable() {
        long before = script.lastZxid();
        Request multi = Ask.multi(Ask.create("/n"), create("/m", Acl.OPEN, NO_MODE));
        assertEquals(ErrorCode.MARSHALLING_ERROR, script.error(client, multi));
        assertEquals(before + 1, script.lastZxid());
        assertEquals(NO_NODE, script.error(client, Ask.exists("/n")));
    }

    @Test
    void anEmptyMultiSucceeds() {
        assertEquals(new Response.MultiResults(List.of()), script.ask(client, Ask.multi()));
    }

    @Test
    void aMultiReadAnswersEachOfItsReadsAlone() {
        Request read = new Request.MultiRead(
                List.of(Ask.get("/a"), Ask.get("/missing"), Ask.children("/closed"), Ask.children("/a")));
        Response.MultiResults results = assertInstanceOf(Response.MultiResults.class, script.ask(client, read));
        assertEquals(
                List.of("get_data: data two v2", "NO_NODE", "NO_AUTH", "get_children: children [b]"),
                results.results().stream().map(ScriptedReplica::text).toList());
    }

    @Test
    void sequenceNumbersCountEveryChildEverCreatedAndNoFailure() {
        script.create(client, "/q", "/q/plain");
        script.error(client, Ask.create("/q/plain"));
        assertEquals("/q/s0000000001", created(Ask.create("/q/s", CreateMode.PERSISTENT_SEQUENTIAL)));
        script.ask(client, Ask.delete("/q/s0000000001"));
        assertEquals("/q/0000000002", created(Ask.create("/q/", CreateMode.EPHEMERAL_SEQUENTIAL)));
        script.create(client, "/q/s0000000004");
        assertEquals("/q/t0000000004", created(Ask.create("/q/t", CreateMode.PERSISTENT_SEQUENTIAL)));
        script.create(client, "/q/s0000000006");
        assertEquals(NODE_EXISTS, script.error(client, Ask.create("/q/s", CreateMode.PERSISTENT_SEQUENTIAL)));
        assertEquals(NODE_EXISTS, script.error(client, Ask.create("/q/s", CreateMode.PERSISTENT_SEQUENTIAL)));
    }

    @Test
    void aSetAclChangesItsOwnVersionAndNothingElse() {
        Stat before = ((Response.Data) script.ask(client, Ask.get("/a"))).stat();
        Response.StatOnly set = (Response.StatOnly) script.ask(client, Ask.setAcl("/a", Acl.READ_ONLY, 0));
        assertEquals(1, set.stat().aversion());
        assertEquals(before.mzxid(), set.stat().mzxid());
        assertEquals(before.pzxid(), set.stat().pzxid());
        assertEquals(before.version(), set.stat().version());
        assertEquals(NO_AUTH, script.error(client, Ask.set("/a", "x")));
        assertEquals(NO_AUTH, script.error(client, Ask.create("/a/n")));
        assertEquals(NO_AUTH, script.error(client, Ask.delete("/a/b")));
        assertEquals(NO_AUTH, script.error(client, Ask.setAcl("/a", Acl.OPEN, -1)));
        assertEquals(OK, script.error(client, Ask.get("/a")));
    }

    @Test
    void whoMayReadOnlySeesNoHashes() {
        script.ask(client, Ask.login("u:secret"));
        List<Acl> list = List.of(new Acl(Acl.READ, Id.ANYONE), new Acl(Acl.ALL, Id.CREATOR));
        script.ask(client, Ask.create("/mine", list));
        Response.AclList own = (Response.AclList) script.ask(client, new Request.GetAcl("/mine"));
        assertEquals("u:", own.acl().get(1).id().id().substring(0, 2));
        assertEquals(30, own.acl().get(1).id().id().length());

        long other = script.client();
        Response.AclList shown = (Response.AclList) script.ask(other, new Request.GetAcl("/mine"));
        assertEquals(new Id("digest", "u:x"), shown.acl().get(1).id());
        assertEquals(NO_AUTH, script.error(other, new Request.GetAcl("/closed")));
        assertEquals(NO_NODE, script.error(other, new Request.GetAcl("/missing")));
    }

    @Test
    void readsNeedTheRightToRead() {
        for (Request read : List.of(
                Ask.get("/closed"),
                Ask.exists("/closed"),
                Ask.children("/closed"),
                new Request.GetChildren2("/closed", false),
                new Request.GetAllChildrenNumber("/closed"))) {
            assertEquals(NO_AUTH, script.error(client, read), read.toString());
        }
        assertEquals(BAD_ARGUMENTS, script.error(client, Ask.exists("/a\0")));
        for (String nonsense : List.of("", "a", "//", "/a/", "/a//b", "/./a")) {
            assertEquals(NO_NODE, script.error(client, Ask.get(nonsense)), nonsense);
        }
    }
}
