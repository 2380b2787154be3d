package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ClientInfo;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.RequestHeader;
import io.muster.protocol.Response;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.SecretZnode;
import io.muster.replica.state.State;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaAccessTest {
    private static final AccessSettings STANDARD = AccessSettings.DEFAULT;
    private static final String SUPER = "super:secret";
    private static final List<Acl> OTHERS = List.of(new Acl(Acl.ALL, new Id("digest", "other:hash")));

    private static String digest(String algorithm, String userAndPassword) {
        try {
            byte[] hash = MessageDigest.getInstance(algorithm).digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
            String user = userAndPassword.substring(0, userAndPassword.indexOf(':'));
            return user + ":" + Base64.getEncoder().encodeToString(hash);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static AccessSettings withSuper(@Nullable String superDigest) {
        return new AccessSettings(false, true, "SHA1", superDigest, List.of(), 100, 65536, 3);
    }

    private static AccessSettings enforcing(String... schemes) {
        return new AccessSettings(false, true, "SHA1", null, List.of(schemes), 100, 65536, 3);
    }

    private static ScriptedReplica scripted(AccessSettings access) {
        return new ScriptedReplica(State.initial(1, true), setup -> setup.access = access);
    }

    private static List<ClientInfo> whoAmI(ScriptedReplica script, long client) {
        return ((Response.Identities) script.ask(client, new Request.WhoAmI())).identities();
    }

    // the super user

    @ParameterizedTest
    @ValueSource(strings = {"SHA1", "SHA-256", "SHA-512", "SHA3-256"})
    void theSuperUserMayDoEverything(String algorithm) {
        AccessSettings access =
                new AccessSettings(false, true, algorithm, digest(algorithm, SUPER), List.of(), 100, 65536, 3);
        ScriptedReplica script = scripted(access);
        long client = script.client();
        script.ask(client, Ask.create("/guarded", OTHERS));
        assertEquals(ErrorCode.NO_AUTH, script.error(client, Ask.get("/guarded")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.login(SUPER)));
        assertEquals(ErrorCode.OK, script.error(client, Ask.get("/guarded")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.set("/zookeeper/config", "x")));
        assertTrue(whoAmI(script, client).contains(new ClientInfo("super", "")));
        assertTrue(whoAmI(script, client).contains(new ClientInfo("digest", "super")));
    }

    @Test
    void whoGuessesWrongIsToldNothing() {
        ScriptedReplica script = scripted(withSuper(digest("SHA1", SUPER)));
        long client = script.client();
        assertEquals(ErrorCode.OK, script.error(client, Ask.login("super:wrong")));
        assertFalse(whoAmI(script, client).contains(new ClientInfo("super", "")));
        assertEquals(ErrorCode.NO_AUTH, script.error(client, Ask.set("/zookeeper/config", "x")));
    }

    @Test
    void withoutADigestNobodyIsTheSuperUser() {
        for (String credential : List.of(SUPER, "super:", "super", ":", "")) {
            ScriptedReplica script = scripted(STANDARD);
            long client = script.client();
            script.ask(client, Ask.login(credential));
            assertEquals(ErrorCode.NO_AUTH, script.error(client, Ask.set("/zookeeper/config", "x")), credential);
        }
    }

    @Test
    void whoGuessesTooOftenIsNotHeardForAMinuteNotEvenWithTheRightPassword() {
        ScriptedReplica script = scripted(withSuper(digest("SHA1", SUPER)));
        for (int i = 0; i < 3; i++) {
            assertEquals(ErrorCode.OK, script.error(at(script, "10.9.9.9"), Ask.login("super:" + i)));
        }
        assertEquals(List.of(), script.warnings);
        assertEquals(ErrorCode.AUTH_FAILED, script.error(at(script, "10.9.9.9"), Ask.login("super:3")));
        assertEquals(1, script.warnings.size());
        long right = at(script, "10.9.9.9");
        assertEquals(ErrorCode.AUTH_FAILED, script.error(right, Ask.login(SUPER)));
        assertEquals(1, script.warnings.size());

        // neither others there nor the super user elsewhere are troubled
        assertEquals(ErrorCode.OK, script.error(at(script, "10.9.9.9"), Ask.login("somebody:else")));
        assertEquals(ErrorCode.OK, script.error(at(script, "10.9.9.8"), Ask.login(SUPER)));
        script.after(60_000);
        assertEquals(ErrorCode.OK, script.error(at(script, "10.9.9.9"), Ask.login(SUPER)));
    }

    private static long at(ScriptedReplica script, String address) {
        long connection = 1_000 + script.log.size();
        script.step(new Input.ConnectionOpened(connection, address));
        script.connect(connection, ScriptedReplica.TIMEOUT_MS, 0, new byte[16], 0);
        script.flush();
        return connection;
    }

    @Test
    void whoFailsIsClosed() {
        ScriptedReplica script = scripted(STANDARD);
        long client = script.client();
        script.send(client, new Request.Auth(0, "magic", new byte[1]));
        script.send(client, Ask.get("/"));
        script.flush();
        assertEquals(List.of("1 AUTH_FAILED", "closed: authentication failed"), script.hear(client));
    }

    @Test
    void noCredentialIsNotAnEmptyOne() {
        ScriptedReplica script = scripted(STANDARD);
        assertEquals(ErrorCode.OK, script.error(script.client(), new Request.Auth(0, "digest", new byte[0])));
        assertEquals(ErrorCode.AUTH_FAILED, script.error(script.client(), new Request.Auth(0, "digest", null)));
        assertEquals(ErrorCode.OK, script.error(script.client(), new Request.Auth(0, "ip", null)));
    }

    @Test
    void aConnectionHasOnlySoManyIdentities() {
        ScriptedReplica script = scripted(new AccessSettings(false, true, "SHA1", null, List.of(), 5, 65536, 3));
        long client = script.client();
        for (int i = 1; i < 5; i++) {
            assertEquals(ErrorCode.OK, script.error(client, Ask.login("u:" + i)));
            assertEquals(ErrorCode.OK, script.error(client, Ask.login("u:1")));
        }
        assertEquals(ErrorCode.AUTH_FAILED, script.error(client, Ask.login("u:5")));
    }

    @Test
    void identitiesOfAConnectionHaveOnlySoManyBytes() {
        ScriptedReplica script = scripted(new AccessSettings(false, true, "SHA1", null, List.of(), 100, 2048, 3));
        long client = script.client();
        long other = script.client();
        String name = "u".repeat(900);
        assertEquals(ErrorCode.OK, script.error(client, Ask.login("1" + name + ":p")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.login("2" + name + ":p")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.login("1" + name + ":p")));
        assertEquals(ErrorCode.AUTH_FAILED, script.error(client, Ask.login("3" + name + ":p")));
        assertTrue(
                script.warnings.stream().anyMatch(line -> line.contains("muster.maxIdentityBytesPerConnection")),
                script.warnings.toString());
        assertEquals(ErrorCode.OK, script.error(other, Ask.get("/")));
    }

    @Test
    void credentialThatIsLongerThanAnyIdentityMayBeIsRefusedUnread() {
        ScriptedReplica script = scripted(new AccessSettings(false, true, "SHA1", null, List.of(), 100, 2048, 3));
        String longest = "u:" + "p".repeat(2046);
        assertEquals(ErrorCode.OK, script.error(script.client(), Ask.login(longest)));
        long client = script.client();
        script.send(client, Ask.login(longest + "p"));
        assertEquals(List.of("1 AUTH_FAILED", "closed: authentication failed"), script.hear(client));
    }

    @Test
    void withoutDigestNobodyLogsInAndNoListMayNameIt() {
        ScriptedReplica script =
                scripted(new AccessSettings(false, false, "SHA1", digest("SHA1", SUPER), List.of(), 100, 65536, 3));
        long client = script.client();
        assertEquals(ErrorCode.INVALID_ACL, script.error(client, Ask.create("/d", OTHERS)));
        assertEquals(ErrorCode.AUTH_FAILED, script.error(client, Ask.login(SUPER)));
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new AccessSettings(false, true, "ROT13", null, List.of(), 100, 65536, 3));
        assertThrows(IllegalArgumentException.class, () -> enforcing("x509"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AccessSettings(false, false, "SHA1", null, List.of("digest"), 100, 65536, 3));
        assertFalse(withSuper("super:hash").toString().contains("hash"));
    }

    // enforced schemes

    static Stream<Request> anything() {
        return Stream.of(
                new Request.Ping(),
                Ask.get("/"),
                Ask.watchExists("/none"),
                Ask.children("/"),
                Ask.create("/a"),
                Ask.multi(Ask.create("/a")),
                new Request.WhoAmI(),
                new Request.CloseSession(),
                new Request.Sync("/"),
                Ask.watchAll("/"));
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whoHasNotProvenWhatIsEnforcedIsToldSoAndClosed(Request request) {
        ScriptedReplica script = scripted(enforcing("digest"));
        long client = script.client();
        int logged = script.log.size();
        script.send(client, request);
        script.send(client, Ask.get("/"));
        script.flush();
        assertEquals(
                List.of("1 SESSION_CLOSED_REQUIRE_SASL_AUTH", "closed: it has proven nothing of what is enforced"),
                script.hear(client));
        assertEquals(logged, script.log.size());
    }

    @Test
    void soIsWhoSendsNonsenseUnlessItIsAProof() {
        ScriptedReplica script = scripted(enforcing("digest"));
        long client = script.client();
        script.step(new Input.Refused(client, new RequestHeader(7, 77), ErrorCode.UNIMPLEMENTED, true));
        assertEquals(
                List.of("7 SESSION_CLOSED_REQUIRE_SASL_AUTH", "closed: it has proven nothing of what is enforced"),
                script.hear(client));
        long other = script.client();
        RequestHeader auth = new RequestHeader(7, OpCode.AUTH.code());
        script.step(new Input.Refused(other, auth, ErrorCode.MARSHALLING_ERROR, false));
        assertEquals(List.of("closed: an undecodable credential"), script.hear(other));
    }

    @Test
    void whoHasProvenOneOfTheEnforcedSchemesIsLetIn() {
        ScriptedReplica script = scripted(enforcing("digest"));
        long client = script.client();
        assertEquals(ErrorCode.OK, script.error(client, Ask.login("u:p")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.get("/")));
        ScriptedReplica byAddress = scripted(enforcing("digest", "ip"));
        assertEquals(ErrorCode.OK, byAddress.error(byAddress.client(), Ask.get("/")));
    }

    // lists

    static Stream<Request> whatAStrangerMayNotDo() {
        List<Request> writes = new ArrayList<>(List.of(
                Ask.set("/guarded", "x"),
                Ask.setAcl("/guarded", Acl.OPEN, -1),
                Ask.delete("/guarded/child"),
                Ask.create(OpCode.CREATE_CONTAINER, "/guarded/c", Acl.OPEN, CreateMode.CONTAINER.flag()),
                Ask.create(OpCode.CREATE2, "/guarded/c", Acl.OPEN, 0),
                Ask.createTtl("/guarded/c", CreateMode.PERSISTENT_WITH_TTL, 1_000)));
        for (CreateMode mode : CreateMode.values()) {
            if (!mode.hasTtl() && !mode.isContainer()) {
                writes.add(Ask.create("/guarded/c", mode));
            }
        }
        List<Request> reads = List.of(
                Ask.get("/guarded"),
                Ask.watchData("/guarded"),
                Ask.exists("/guarded"),
                Ask.children("/guarded"),
                Ask.watchChildren("/guarded"),
                new Request.GetChildren2("/guarded", true),
                new Request.GetAcl("/guarded"),
                new Request.GetAllChildrenNumber("/guarded"));
        return Stream.concat(writes.stream(), reads.stream());
    }

    private static ScriptedReplica guarded() {
        ScriptedReplica script = scripted(STANDARD);
        long owner = script.client();
        script.create(owner, "/guarded", "/guarded/child");
        script.ask(owner, Ask.setAcl("/guarded", OTHERS, -1));
        return script;
    }

    @ParameterizedTest
    @MethodSource("whatAStrangerMayNotDo")
    void aStrangerIsRefusedAndLeavesNothingBehind(Request request) {
        ScriptedReplica script = guarded();
        long stranger = script.client();
        long digest = script.replica.state().digest();
        assertEquals(ErrorCode.NO_AUTH, script.error(stranger, request));
        assertEquals(digest, script.replica.state().digest());
        assertEquals(0, script.replica.watchCount());
    }

    @ParameterizedTest
    @MethodSource("whatAStrangerMayNotDo")
    void aStrangerIsRefusedInsideAMultiToo(Request request) {
        ScriptedReplica script = guarded();
        long stranger = script.client();
        boolean read = Reads.isRead(request);
        if (read && !(request instanceof Request.GetData) && !(request instanceof Request.GetChildren)
                || request instanceof Request.SetAcl) {
            return; // no multi takes it
        }
        long digest = script.replica.state().digest();
        Request several = read ? new Request.MultiRead(List.of(request)) : Ask.multi(Ask.create("/free"), request);
        Response.MultiResults results = (Response.MultiResults) script.ask(stranger, several);
        Response.OpResult last = results.results().get(results.results().size() - 1);
        assertEquals(ErrorCode.NO_AUTH.code(), last.err());
        assertEquals(digest, script.replica.state().digest());
    }

    @Test
    void aCheckNeedsThePermissionToRead() {
        ScriptedReplica script = guarded();
        Response.MultiResults results =
                (Response.MultiResults) script.ask(script.client(), Ask.multi(Ask.check("/guarded", -1)));
        assertEquals(ErrorCode.NO_AUTH.code(), results.results().get(0).err());
    }

    @Test
    void withoutChecksEverythingIsOpenButTheSecret() {
        SessionSecret secret = new SessionSecret(new byte[SecretZnode.BYTES]);
        ScriptedReplica script = new ScriptedReplica(State.initial(1, true), setup -> {
            setup.access = STANDARD.withSkipAcl(true);
            setup.newSecret = secret;
        });
        long client = script.client();
        script.ask(client, Ask.create("/guarded", OTHERS));
        assertEquals(ErrorCode.OK, script.error(client, Ask.get("/guarded")));
        assertEquals(ErrorCode.OK, script.error(client, Ask.set("/zookeeper/config", "x")));
        assertEquals(ErrorCode.INVALID_ACL, script.error(client, Ask.create("/bad", List.of())));
        assertEquals(ErrorCode.NO_AUTH, script.error(client, Ask.get(SecretZnode.PATH)));
        assertEquals(ErrorCode.NO_AUTH, script.error(client, Ask.set(SecretZnode.PATH, "x")));
        assertEquals(ErrorCode.NO_AUTH, script.error(client, Ask.children("/zookeeper/muster")));
    }

    @Test
    void aListMayNameADigestAsZooKeeperSplitsIt() {
        ScriptedReplica script = scripted(STANDARD);
        long client = script.client();
        List<String> valid = List.of("u:x", ":x", "u:x:", "u:x::");
        List<String> invalid = List.of("", ":", "u", "u:", "a:b:c", "::x");
        for (int i = 0; i < valid.size(); i++) {
            Acl acl = new Acl(Acl.ALL, new Id("digest", valid.get(i)));
            assertEquals(ErrorCode.OK, script.error(client, Ask.create("/v" + i, List.of(acl))), valid.get(i));
        }
        for (String id : invalid) {
            Acl acl = new Acl(Acl.ALL, new Id("digest", id));
            assertEquals(ErrorCode.INVALID_ACL, script.error(client, Ask.create("/i", List.of(acl))), id);
        }
    }

    // what belongs to an ensemble

    @Test
    void aServerThatIsAloneHasNoMembersToChange() {
        Request change = new Request.Reconfig("server.2=a:1:2", null, null, -1);
        ScriptedReplica off = scripted(withSuper(digest("SHA1", SUPER)));
        long client = off.client();
        assertEquals(ErrorCode.RECONFIG_DISABLED, off.error(client, change));
        off.ask(client, Ask.login(SUPER));
        assertEquals(ErrorCode.RECONFIG_DISABLED, off.error(client, change));
        ScriptedReplica on = new ScriptedReplica(State.initial(1, true), setup -> setup.reconfigEnabled = true);
        assertEquals(ErrorCode.UNIMPLEMENTED, on.error(on.client(), change));
    }

    @Test
    void thereIsNobodyToTalkSaslTo() {
        ScriptedReplica script = scripted(STANDARD);
        long client = script.client();
        assertEquals(new Response.SaslToken(null), script.ask(client, new Request.Sasl(new byte[1])));
        assertEquals(0, script.zxid(client));
        assertEquals(ErrorCode.OK, script.error(client, Ask.get("/")));
    }
}
