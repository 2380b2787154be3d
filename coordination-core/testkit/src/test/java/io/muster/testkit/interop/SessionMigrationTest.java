package io.muster.testkit.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.protocol.Acl;
import io.muster.protocol.ConnectResponse;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.replica.session.SessionPasswords;
import io.muster.replica.state.SecretZnode;
import io.muster.testkit.MusterProcess;
import io.muster.testkit.ServerProcess;
import io.muster.testkit.ZooKeeperProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions, and the secret that their passwords are made of, when a data directory goes from one server to the other. */
@Timeout(240)
class SessionMigrationTest {
    private static final int TIMEOUT_MS = 60_000;
    private static final String SUPER_PROPERTY = "zookeeper.DigestAuthenticationProvider.superDigest";
    /** Of {@code super:secret}. */
    private static final String SUPER_DIGEST = "super:lK75jTNcA+U9vtVEw5vB51mj/w4=";

    @Test
    void aSessionOfZooKeepersGoesOnOnMuster() throws Exception {
        try (ZooKeeperProcess from = ZooKeeperProcess.start();
                MusterProcess to = MusterProcess.start()) {
            ConnectResponse session = sessionWithEphemeral(from);
            move(from, to);
            assertGoesOn(session, to);
        }
    }

    @Test
    void aSessionOfMustersGoesOnOnZooKeeperIfTheSwitchWasOn() throws Exception {
        try (MusterProcess from = MusterProcess.builder()
                        .config("muster.sessionPasswords", "zookeeper")
                        .start();
                ZooKeeperProcess to = ZooKeeperProcess.start()) {
            ConnectResponse session = sessionWithEphemeral(from);
            assertArrayEquals(SessionPasswords.zooKeepers(session.sessionId()), session.password());
            move(from, to);
            assertGoesOn(session, to);
        }
    }

    @Test
    void withoutTheSwitchASessionEndsOnZooKeeperButItsSecretIsSafeThereAndGoesOnBackOnMuster() throws Exception {
        try (MusterProcess muster = MusterProcess.start();
                ZooKeeperProcess zooKeeper = ZooKeeperProcess.builder()
                        .property(SUPER_PROPERTY, SUPER_DIGEST)
                        .start()) {
            ConnectResponse session = sessionWithEphemeral(muster);
            assertFalse(Arrays.equals(SessionPasswords.zooKeepers(session.sessionId()), session.password()));
            move(muster, zooKeeper);
            try (RawClient client = RawClient.connect(zooKeeper.port())) {
                ConnectResponse refused = client.handshake(TIMEOUT_MS, session.sessionId(), session.password());
                assertEquals(0, refused.timeoutMs());
            }
            try (RawClient client = RawClient.connect(zooKeeper.port())) {
                client.handshake(TIMEOUT_MS, 0, new byte[16]);
                assertEquals(ErrorCode.NO_AUTH, error(client, new Request.GetData(SecretZnode.PATH, false)));
                assertEquals(ErrorCode.NO_AUTH, error(client, new Request.SetData(SecretZnode.PATH, new byte[32], -1)));
                assertEquals(ErrorCode.NO_AUTH, error(client, new Request.SetAcl(SecretZnode.PATH, Acl.OPEN, -1)));
                assertEquals(ErrorCode.NO_AUTH, error(client, new Request.Delete(SecretZnode.PATH, -1)));
                assertEquals(ErrorCode.NOT_EMPTY, error(client, new Request.Delete("/zookeeper/muster", -1)));
                byte[] credential = "super:secret".getBytes(StandardCharsets.US_ASCII);
                assertEquals(ErrorCode.OK, error(client, new Request.Auth(0, "digest", credential)));
                assertEquals(ErrorCode.OK, error(client, new Request.GetData(SecretZnode.PATH, false)));
            }
            move(zooKeeper, muster);
            assertGoesOn(session, muster);
        }
    }

    private static ConnectResponse sessionWithEphemeral(ServerProcess server) throws IOException {
        try (RawClient client = RawClient.connect(server.port())) {
            ConnectResponse session = client.handshake(TIMEOUT_MS, 0, new byte[16]);
            assertEquals(0, client.create("/ephemeral", 1).err());
            return session;
        }
    }

    private static void assertGoesOn(ConnectResponse session, ServerProcess server) throws IOException {
        try (RawClient client = RawClient.connect(server.port())) {
            ConnectResponse again = client.handshake(TIMEOUT_MS, session.sessionId(), session.password());
            assertEquals(session.sessionId(), again.sessionId());
            assertArrayEquals(session.password(), again.password());
            assertEquals(0, client.ask(new Request.Exists("/ephemeral", false)).err());
        }
        byte[] wrong = session.password().clone();
        wrong[15]++;
        for (byte[] password : List.of(new byte[16], wrong)) {
            try (RawClient thief = RawClient.connect(server.port())) {
                assertEquals(
                        0,
                        thief.handshake(TIMEOUT_MS, session.sessionId(), password)
                                .timeoutMs());
            }
        }
    }

    private static ErrorCode error(RawClient client, Request request) throws IOException {
        return ErrorCode.of(client.ask(request).err());
    }

    /** Stops both, and starts the second on what the first has on its disk. */
    private static void move(ServerProcess from, ServerProcess to) throws IOException {
        if (from.isRunning()) {
            from.stop();
        }
        if (to.isRunning()) {
            to.stop();
        }
        Path target = to.dataDirectory().resolve("version-2");
        try (Stream<Path> old = Files.walk(target)) {
            for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(from.dataDirectory().resolve("version-2"))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        to.restart();
    }
}
