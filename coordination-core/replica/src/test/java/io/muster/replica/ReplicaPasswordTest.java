package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.replica.session.SessionPasswords;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.SecretZnode;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicaPasswordTest {
    private static final String PARENT = "/zookeeper/muster";
    private static final SessionSecret SECRET = secret(1);
    private static final List<String> REJECTED = List.of("rejected: timeout 0, session 0");

    private static SessionSecret secret(int fill) {
        byte[] bytes = new byte[SecretZnode.BYTES];
        Arrays.fill(bytes, (byte) fill);
        return new SessionSecret(bytes);
    }

    private static ScriptedReplica scripted(State state, @Nullable SessionSecret secret) {
        return new ScriptedReplica(state, setup -> setup.newSecret = secret);
    }

    private static ScriptedReplica scripted() {
        return scripted(State.initial(1, true), SECRET);
    }

    private static ScriptedReplica restarted(ScriptedReplica before, @Nullable SessionSecret secret) {
        return scripted(before.published.get(before.published.size() - 1), secret);
    }

    private static List<String> renewed(ScriptedReplica script, long session, byte[] password) {
        long connection = script.open();
        script.connect(connection, ScriptedReplica.TIMEOUT_MS, session, password, 0);
        script.flush();
        return script.hear(connection);
    }

    @Test
    void aPasswordIsNotTheOneThatAnybodyCanDeriveFromTheId() {
        ScriptedReplica script = scripted();
        long client = script.client();
        long session = script.session(client);
        assertFalse(Arrays.equals(SessionPasswords.zooKeepers(session), script.password(client)));
        assertEquals(REJECTED, renewed(script, session, SessionPasswords.zooKeepers(session)));
        assertEquals(List.of("accepted for 1000 ms"), renewed(script, session, script.password(client)));
    }

    @Test
    void anotherSessionsPasswordDoesNotFit() {
        ScriptedReplica script = scripted();
        long one = script.client();
        long other = script.client();
        assertEquals(REJECTED, renewed(script, script.session(one), script.password(other)));
    }

    @Test
    void theSecretIsStoredBeforeTheFirstSessionAndOutlivesARestart() {
        ScriptedReplica script = scripted();
        long client = script.client();
        assertEquals(
                List.of("Create", "Create", "CreateSession"),
                script.log.stream()
                        .map(each -> each.txn().getClass().getSimpleName())
                        .toList());
        ScriptedReplica again = restarted(script, secret(2));
        assertEquals(List.of("accepted for 1000 ms"), renewed(again, script.session(client), script.password(client)));
        again.client();
        assertArrayEquals(SECRET.bytes(), SecretZnode.read(again.replica.state()));
    }

    @Test
    void aSessionThatZooKeeperMadeKeepsItsPassword() {
        ScriptedReplica before = scripted(State.initial(1, true), null);
        long client = before.client();
        long session = before.session(client);
        assertArrayEquals(SessionPasswords.zooKeepers(session), before.password(client));
        assertNull(before.replica.state().find(PARENT));

        ScriptedReplica after = restarted(before, SECRET);
        after.client();
        assertEquals(List.of("accepted for 1000 ms"), renewed(after, session, before.password(client)));
    }

    @Test
    void withTheSwitchNewSessionsGetZooKeepersPasswordsAndOldOnesKeepTheirs() {
        ScriptedReplica before = scripted();
        long old = before.client();
        ScriptedReplica after = restarted(before, null);
        long fresh = after.client();
        assertArrayEquals(SessionPasswords.zooKeepers(after.session(fresh)), after.password(fresh));
        assertFalse(SECRET.made(after.session(fresh)));
        assertEquals(REJECTED, renewed(after, before.session(old), SessionPasswords.zooKeepers(before.session(old))));
        assertEquals(List.of("accepted for 1000 ms"), renewed(after, before.session(old), before.password(old)));
    }

    @Test
    void aClientsZnodeInTheSecretsPlaceIsTheClientsAndTheServersIsNobodys() {
        ScriptedReplica zooKeepers = scripted(State.initial(1, true), null);
        long client = zooKeepers.client();
        zooKeepers.create(client, PARENT, SecretZnode.PATH);
        assertEquals(ErrorCode.OK, zooKeepers.error(client, Ask.set(PARENT, "x")));
        assertEquals(ErrorCode.OK, zooKeepers.error(client, Ask.delete(SecretZnode.PATH)));
        assertEquals(ErrorCode.OK, zooKeepers.error(client, Ask.delete(PARENT)));
        assertEquals(ErrorCode.NO_NODE, zooKeepers.error(client, Ask.delete(PARENT)));

        ScriptedReplica ours = restarted(scriptedWithClient(), null);
        long other = ours.client();
        assertEquals(ErrorCode.BAD_ARGUMENTS, ours.error(other, Ask.delete(PARENT)));
        assertEquals(ErrorCode.NO_AUTH, ours.error(other, Ask.set(PARENT, "x")));
    }

    private static ScriptedReplica scriptedWithClient() {
        ScriptedReplica script = scripted();
        script.client();
        return script;
    }

    @Test
    void idsNeverRepeatNotEvenWhenTheClockWasSetBack() {
        ScriptedReplica before = scripted();
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            assertTrue(ids.add(before.session(before.client())));
        }
        // its clock stands where the other's began
        ScriptedReplica after = restarted(before, SECRET);
        for (int i = 0; i < 1_000; i++) {
            assertTrue(ids.add(after.session(after.client())));
        }
    }

    @Test
    void norWhenNoSessionIsLeftFromBeforeTheClockWasSetBack() {
        ScriptedReplica before = scripted();
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            before.after(10);
            long client = before.client();
            assertTrue(ids.add(before.session(client)));
            before.send(client, new Request.CloseSession());
            before.flush();
        }
        ScriptedReplica after = restarted(before, SECRET);
        for (int i = 0; i < 100; i++) {
            assertTrue(ids.add(after.session(after.client())));
        }
    }

    @Test
    void nobodyButTheSuperUserComesNearTheSecret() {
        ScriptedReplica script = scripted();
        long client = script.client();
        for (String path : List.of(PARENT, SecretZnode.PATH)) {
            for (Request request : List.of(
                    Ask.get(path),
                    Ask.exists(path),
                    Ask.children(path),
                    new Request.GetAcl(path),
                    Ask.set(path, "mine"),
                    Ask.setAcl(path, Acl.OPEN, -1),
                    Ask.create(path + "/x"))) {
                assertEquals(ErrorCode.NO_AUTH, script.error(client, request), request.toString());
            }
            assertEquals(ErrorCode.BAD_ARGUMENTS, script.error(client, Ask.delete(path)));
            script.send(client, Ask.multi(Ask.set(path, "mine")));
            script.flush();
            assertTrue(script.hear(client).get(0).endsWith("[NO_AUTH]"));
        }
        assertArrayEquals(SECRET.bytes(), SecretZnode.read(script.replica.state()));
    }

    @Test
    void aZnodeThatAClientPutInTheSecretsPlaceIsReplaced() {
        for (CreateMode mode : List.of(CreateMode.PERSISTENT, CreateMode.EPHEMERAL)) {
            ScriptedReplica before = scripted(State.initial(1, true), null);
            long thief = before.client();
            before.create(thief, PARENT);
            before.ask(thief, Ask.create(SecretZnode.PATH, mode));
            ScriptedReplica after = restarted(before, SECRET);
            after.client();
            assertArrayEquals(SECRET.bytes(), SecretZnode.read(after.replica.state()), mode.toString());
            assertEquals(ErrorCode.NO_AUTH, after.error(after.client(), Ask.get(SecretZnode.PATH)));
        }
        ScriptedReplica before = scripted(State.initial(1, true), null);
        before.ask(before.client(), Ask.create(PARENT, CreateMode.EPHEMERAL));
        ScriptedReplica after = restarted(before, SECRET);
        after.client();
        assertNotNull(SecretZnode.read(after.replica.state()));
    }

    @Test
    void aSecretOfTheWrongLengthIsReplaced() {
        ScriptedReplica before = scripted();
        before.client();
        StateEditor editor = before.published.get(before.published.size() - 1).edit();
        long zxid = editor.zxid() + 1;
        // as a super user may do while ZooKeeper has the data
        Txn garbage = new Txn.SetData(5, SecretZnode.PATH, new byte[3], 1);
        editor.apply(new Transaction(new TxnHeader(1, 1, zxid, 1, 5), garbage, null), new ArrayList<>());
        ScriptedReplica after = scripted(editor.freeze(), secret(3));
        after.client();
        assertArrayEquals(secret(3).bytes(), SecretZnode.read(after.replica.state()));
    }

    @Test
    void whatIsStoredReplaysToTheSameState() {
        ScriptedReplica script = scripted();
        script.client();
        StateEditor editor = State.initial(9, true).edit();
        script.log.forEach(editor::replay);
        assertArrayEquals(SECRET.bytes(), SecretZnode.read(editor));
        assertEquals(script.replica.state().digest(), editor.digest());
    }

    @Test
    void oneInSixteenThousandOfOtherIdsLooksLikeOurs() {
        int ours = 0;
        for (long id = 0; id < 1 << 17; id++) {
            if (SECRET.made(0x0100_1234_0000_0000L + id)) {
                ours++;
            }
        }
        assertEquals(8, ours);
    }

    @Test
    void theSecretIsNotInItsText() {
        assertEquals("SessionSecret", secret(77).toString());
    }
}
