package io.muster.testkit.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.client.MusterClient;
import io.muster.protocol.Acl;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.OpCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.replica.session.SessionPasswords;
import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import java.io.EOFException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody else's session, and somebody else's name. The names carry the rows of our table of faults. */
@Timeout(240)
class HostileSessionTest {
    private static final int XID = 7;

    @Test
    void f91_aSessionIsNotTakenOverWithoutItsPassword() throws Exception {
        try (HostileServer server = HostileServer.start();
                RawClient victim = server.connect()) {
            ConnectResponse session = victim.handshake(20_000, 0, new byte[16]);
            long id = session.sessionId();
            assertEquals(0, victim.create("/mine", 1).err());
            byte[] almost = session.password().clone();
            almost[15] ^= 1;
            for (byte[] wrong : List.of(
                    new byte[16],
                    almost,
                    SessionPasswords.zooKeepers(id),
                    new byte[0],
                    Arrays.copyOf(session.password(), 15),
                    Arrays.copyOf(session.password(), 17))) {
                try (RawClient thief = server.connect()) {
                    thief.sendHandshake(20_000, id, wrong);
                    ConnectResponse answer;
                    try {
                        answer = ConnectResponse.read(new io.muster.protocol.JuteReader(thief.receiveFrame()));
                    } catch (EOFException e) {
                        continue; // not even answered
                    }
                    assertFalse(answer.isAccepted(), Arrays.toString(wrong));
                    assertEquals(0, answer.sessionId());
                    assertTrue(thief.isClosedByServer());
                }
            }
            // the session is where it was
            assertEquals(0, victim.ask(new Request.Exists("/mine", false)).err());
            try (RawClient owner = server.connect()) {
                assertTrue(owner.handshake(20_000, id, session.password()).isAccepted());
            }
        }
    }

    @Test
    void f91_passwordsOfTwoSessionsHaveNothingInCommon() throws Exception {
        try (HostileServer server = HostileServer.start();
                RawClient one = server.connect();
                RawClient two = server.connect()) {
            ConnectResponse first = one.handshake(20_000, 0, new byte[16]);
            ConnectResponse second = two.handshake(20_000, 0, new byte[16]);
            assertFalse(Arrays.equals(first.password(), second.password()));
            try (RawClient thief = server.connect()) {
                assertFalse(thief.handshake(20_000, first.sessionId(), second.password())
                        .isAccepted());
            }
        }
    }

    @Test
    void f92_whatIsBehindAFailedAuthenticationIsNotDone() throws Exception {
        try (HostileServer server = HostileServer.start()) {
            for (Request.Auth auth : List.of(
                    new Request.Auth(0, "magic", "x".getBytes(UTF_8)),
                    new Request.Auth(0, "", new byte[0]),
                    new Request.Auth(0, "world", "anyone".getBytes(UTF_8)))) {
                try (RawClient raw = server.connectWithSession()) {
                    raw.send(-4, auth);
                    raw.send(XID, new Request.Create(OpCode.CREATE, "/after", new byte[0], Acl.OPEN, 0, 0));
                    ReplyHeader refused = raw.awaitReply(-4);
                    assertNotNull(refused, auth + "");
                    assertEquals(ErrorCode.AUTH_FAILED, ErrorCode.of(refused.err()), auth + "");
                    assertNull(raw.awaitReply(XID), auth + "");
                }
            }
            try (MusterClient client = server.connectClient()) {
                assertTrue(client.exists("/after").isEmpty());
            }
        }
    }

    @Test
    void f92_aWrongPasswordIsAnsweredAsARightOneIs() throws Exception {
        try (HostileServer server = HostileServer.start();
                MusterClient owner = server.connectClient();
                RawClient raw = server.connectWithSession()) {
            owner.addAuth("digest", "owner:secret".getBytes(UTF_8));
            owner.create("/owned", new byte[0], io.muster.client.CreateOptions.PERSISTENT.withAcl(Acl.CREATOR_ALL));
            for (String guess : List.of("owner:wrong", "nobody:x", "owner:", ":")) {
                raw.send(-4, new Request.Auth(0, "digest", guess.getBytes(UTF_8)));
                ReplyHeader answer = raw.awaitReply(-4);
                assertNotNull(answer);
                assertEquals(ErrorCode.OK, ErrorCode.of(answer.err()), guess);
                assertEquals(
                        ErrorCode.NO_AUTH,
                        ErrorCode.of(
                                raw.ask(new Request.GetData("/owned", false)).err()),
                        guess);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "", " ", "super:", ":", "super", "super: "})
    void f99_nobodyIsTheSuperUserUnlessADigestIsSet(String digest) throws Exception {
        ServerProcess.Builder<MusterProcess> settings = MusterProcess.builder();
        if (!digest.equals("none")) {
            settings.property("zookeeper.DigestAuthenticationProvider.superDigest", digest);
        }
        try (HostileServer server = HostileServer.start(settings);
                MusterClient owner = server.connectClient()) {
            owner.addAuth("digest", "owner:secret".getBytes(UTF_8));
            owner.create("/owned", new byte[0], io.muster.client.CreateOptions.PERSISTENT.withAcl(Acl.CREATOR_ALL));
            for (String guess : List.of("super:", "super", ":", "", "super:super", "super:admin", " ", "super: ")) {
                try (RawClient raw = server.connectWithSession()) {
                    raw.send(-4, new Request.Auth(0, "digest", guess.getBytes(UTF_8)));
                    if (raw.awaitReply(-4) == null) {
                        continue;
                    }
                    raw.send(XID, new Request.GetData("/owned", false));
                    ReplyHeader answer = raw.awaitReply(XID);
                    assertTrue(
                            answer == null || ErrorCode.of(answer.err()) == ErrorCode.NO_AUTH,
                            "\"" + guess + "\" is super: " + answer);
                }
            }
        }
    }
}
