package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in and who may do what, as both servers see it when they are configured the same. */
@Timeout(120)
class AccessOnBothServersTest {
    private static final String DIGEST = "zookeeper.DigestAuthenticationProvider.";
    private static final List<Acl> OTHERS = List.of(new Acl(Acl.ALL, new Id("digest", "other:hash")));

    private interface Scenario {
        void run(RawClient client, List<String> seen) throws IOException;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA1", "SHA-256", "SHA-512", "SHA3-256"})
    void theSuperUserIsKnownByADigestOfEveryAlgorithm(String algorithm) throws Exception {
        String superDigest = "super:"
                + Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance(algorithm).digest(ascii("super:secret")));
        Map<String, String> properties = Map.of(DIGEST + "superDigest", superDigest, DIGEST + "digestAlg", algorithm);
        List<String> seen = assertSame(Map.of(), properties, (client, lines) -> {
            tell(client, create("/guarded", OTHERS), lines);
            tell(client, login("u:p"), lines);
            tell(client, create("/mine", List.of(new Acl(Acl.ALL, new Id("auth", "")))), lines);
            tell(client, login("super:wrong"), lines);
            tell(client, new Request.GetData("/guarded", false), lines);
            tell(client, login("super:secret"), lines);
            tell(client, new Request.GetData("/guarded", false), lines);
            tell(client, new Request.SetData("/zookeeper/config", ascii("x"), -1), lines);
            tell(client, new Request.Delete("/zookeeper/config", -1), lines);
        });
        assertTrue(seen.contains("GET_DATA NO_AUTH") && seen.contains("GET_DATA OK"), seen.toString());
    }

    @Test
    void schemesThatAreEnforcedComeFirst() throws Exception {
        Map<String, String> properties =
                Map.of("zookeeper.enforce.auth.enabled", "true", "zookeeper.enforce.auth.schemes", "digest");
        List<Request> firsts = List.of(
                new Request.Ping(),
                new Request.GetData("/", false),
                new Request.GetData("/none", true),
                create("/a", Acl.OPEN),
                new Request.WhoAmI(),
                new Request.CloseSession(),
                new Request.Auth(0, "magic", new byte[1]),
                login("u:p"));
        assertSame(Map.of(), properties, each(firsts));
    }

    @Test
    void withoutTheDigestSchemeNobodyLogsIn() throws Exception {
        assertSame(Map.of(), Map.of(DIGEST + "enabled", "false"), (client, lines) -> {
            tell(client, create("/d", OTHERS), lines);
            tell(client, login("u:p"), lines);
            tell(client, new Request.GetData("/", false), lines);
        });
    }

    @Test
    void withoutChecksListsMustBeWellFormedStill() throws Exception {
        assertSame(Map.of(), Map.of("zookeeper.skipACL", "yes"), (client, lines) -> {
            tell(client, create("/empty", List.of()), lines);
            for (Id id : List.of(
                    new Id("magic", "x"),
                    new Id("auth", ""),
                    new Id("super", ""),
                    new Id("world", "somebody"),
                    new Id("digest", "u"),
                    new Id("digest", "u:x:"),
                    new Id("digest", "a:b:c"))) {
                tell(client, create("/list", List.of(new Acl(Acl.ALL, id))), lines);
            }
            tell(client, create("/guarded", OTHERS), lines);
            tell(client, new Request.GetData("/guarded", false), lines);
            tell(client, new Request.SetData("/zookeeper/config", ascii("x"), -1), lines);
        });
    }

    @Test
    void proofsOfEveryKind() throws Exception {
        List<Request> proofs = List.of(
                new Request.Auth(0, "magic", new byte[1]),
                new Request.Auth(0, "ip", new byte[1]),
                new Request.Auth(0, "world", ascii("anyone")),
                new Request.Auth(0, "auth", new byte[0]),
                new Request.Auth(0, "super", new byte[0]),
                new Request.Auth(0, "digest", new byte[0]),
                new Request.Auth(0, "digest", null),
                login("withoutAColon"),
                new Request.Sasl(new byte[3]));
        assertSame(Map.of(), Map.of(), each(proofs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void aServerThatIsAloneChangesNoMembers(String enabled) throws Exception {
        Map<String, String> properties = Map.of(DIGEST + "superDigest", "super:lK75jTNcA+U9vtVEw5vB51mj/w4=");
        assertSame(Map.of("reconfigEnabled", enabled), properties, (client, lines) -> {
            for (int i = 0; i < 2; i++) {
                tell(client, new Request.Reconfig("server.2=a:1:2", null, null, -1), lines);
                tell(client, new Request.Reconfig(null, "1", null, 7), lines);
                tell(client, new Request.Reconfig(null, null, null, -1), lines);
                tell(client, new Request.GetData("/zookeeper/config", false), lines);
                tell(client, new Request.SetData("/zookeeper/config", ascii("x"), -1), lines);
                tell(client, new Request.SetAcl("/zookeeper/config", Acl.OPEN, -1), lines);
                tell(client, login("super:secret"), lines);
            }
        });
    }

    /** Each of them on a connection of its own, with another request behind it. */
    private static List<Scenario> each(List<Request> requests) {
        List<Scenario> scenarios = new ArrayList<>();
        for (Request request : requests) {
            scenarios.add((client, lines) -> {
                tell(client, request, lines);
                tell(client, new Request.GetData("/", false), lines);
            });
        }
        return scenarios;
    }

    private static Request create(String path, List<Acl> acl) {
        return new Request.Create(OpCode.CREATE, path, new byte[0], acl, 0, 0);
    }

    private static Request login(String credential) {
        return new Request.Auth(0, "digest", ascii(credential));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void tell(RawClient client, Request request, List<String> lines) throws IOException {
        String answer;
        try {
            ReplyHeader header = client.ask(request);
            answer = ErrorCode.of(header.err()) + (header.zxid() == 0 ? " without a zxid" : "");
        } catch (EOFException | SocketException e) {
            answer = "closed";
        }
        lines.add(request.op() + " " + answer);
    }

    private static List<String> assertSame(
            Map<String, String> config, Map<String, String> properties, Scenario scenario) throws Exception {
        return assertSame(config, properties, List.of(scenario));
    }

    private static List<String> assertSame(
            Map<String, String> config, Map<String, String> properties, List<Scenario> scenarios) throws Exception {
        List<String> expected;
        ServerProcess.Builder<ZooKeeperProcess> theirs = ZooKeeperProcess.builder();
        config.forEach(theirs::config);
        properties.forEach(theirs::property);
        try (ZooKeeperProcess server = theirs.start()) {
            expected = run(server, scenarios);
        }
        ServerProcess.Builder<MusterProcess> ours = MusterProcess.builder();
        config.forEach(ours::config);
        properties.forEach(ours::property);
        try (MusterProcess server = ours.start()) {
            assertEquals(String.join("\n", expected), String.join("\n", run(server, scenarios)));
        }
        return expected;
    }

    private static List<String> run(ServerProcess server, List<Scenario> scenarios) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            try (RawClient client = RawClient.connect(server.port())) {
                client.handshake(10_000, 0, new byte[16]);
                scenario.run(client, lines);
            }
        }
        return lines;
    }
}
