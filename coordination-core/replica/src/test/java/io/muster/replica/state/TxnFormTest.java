package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A request may not grow into a transaction that nobody reads again, and a session ends however much goes with it. */
class TxnFormTest {
    private static final int MAX_BYTES = 4096;
    private static final List<Acl> MINE = List.of(new Acl(Acl.ALL, Id.CREATOR));

    private final StateEditor state = State.initial(1, true).edit();
    private final AccessControl access = AccessControl.withStandardSchemes(false);
    private long zxid;

    private Preparer preparer(boolean paths) {
        return new Preparer(state, access, new TxnForm(true, paths, MAX_BYTES), false, (topic, message) -> {});
    }

    private static Caller caller(int identities) {
        List<Id> ids = new ArrayList<>();
        for (int i = 0; i < identities; i++) {
            ids.add(new Id("digest", "user" + i + ":" + "x".repeat(92)));
        }
        return new Caller(17, 1, ids);
    }

    private static Request create(String path, List<Acl> acl, int flags) {
        return new Request.Create(OpCode.CREATE, path, new byte[10], acl, flags, 0);
    }

    private Prepared prepare(Request request, Caller caller) {
        return preparer(true).prepare(request, caller, ++zxid, 0);
    }

    private static int bytes(Transaction transaction) {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        return out.size();
    }

    @Test
    void aSizeIsThatOfWhatIsWritten() {
        RandomTransactions history = new RandomTransactions(5);
        List<String> odd = List.of("/\u00e9", "/\u4e2d\ud83d\ude00", "/\ud83d", "/\ude00x", "");
        Stream<Transaction> all = Stream.concat(
                Stream.generate(history::next).limit(2_000),
                odd.stream()
                        .map(path -> new Transaction(
                                new TxnHeader(1, 1, 1, 1, OpCode.DELETE.code()),
                                new Txn.Delete(OpCode.DELETE.code(), path),
                                1L)));
        all.forEach(each -> {
            int frame = TxnSize.FRAME_BYTES - (each.digest() == null ? TxnSize.DIGEST_BYTES : 0);
            assertEquals(bytes(each), frame + TxnSize.of(each.txn()), each::toString);
        });
    }

    @Test
    void aListThatGrowsTooLongByWhatItsAskerHasProvenIsRefused() {
        assertEquals(ErrorCode.OK, prepare(create("/few", MINE, 0), caller(30)).error());
        Prepared refused = prepare(create("/many", MINE, 0), caller(50));
        assertEquals(ErrorCode.BAD_ARGUMENTS, refused.error());
        assertNull(state.find("/many"));
        assertEquals(
                ErrorCode.BAD_ARGUMENTS,
                prepare(new Request.SetAcl("/few", MINE, -1), caller(50)).error());
        assertEquals(zxid, state.zxid());
    }

    @Test
    void aMultiIsRefusedAtTheOperationWithWhichItGrowsTooLong() {
        List<Request> ops = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ops.add(create("/n" + i, MINE, 0));
        }
        State before = state.freeze();
        Prepared refused = prepare(new Request.Multi(ops), caller(5));
        assertTrue(bytes(refused.transaction()) <= MAX_BYTES, bytes(refused.transaction()) + " bytes");
        List<Response.OpResult> results = ((Response.MultiResults) refused.body()).results();
        assertEquals(20, results.size());
        int culprit = results.stream().map(Response.OpResult::err).toList().indexOf(ErrorCode.BAD_ARGUMENTS.code());
        assertTrue(culprit > 3 && culprit < 8, "operation " + culprit);
        assertEquals(before.digest(), state.digest());
        assertEquals(
                ErrorCode.OK,
                prepare(new Request.Multi(ops.subList(0, culprit)), caller(5)).error());
        assertNotNull(state.find("/n" + (culprit - 1)));
    }

    @Test
    void theEndOfASessionListsItsZnodesAsFarAsThereIsRoom() {
        assertEquals(new Txn.CloseSession(List.of(ephemeral(0), ephemeral(1))), ended(2, true));
        Txn.CloseSession some = (Txn.CloseSession) ended(60, true);
        assertTrue(some.isListed()
                && some.ephemerals().size() > 30
                && some.ephemerals().size() < 45);
        assertEquals(Txn.CloseSession.UNLISTED, ended(2, false));
    }

    private static String ephemeral(int i) {
        return "/e" + i + "x".repeat(90);
    }

    /** The transaction; with the session all its znodes go, whatever it lists, also when it is replayed. */
    private Txn ended(int ephemerals, boolean paths) {
        for (int i = 0; i < ephemerals; i++) {
            assertEquals(
                    ErrorCode.OK,
                    prepare(create(ephemeral(i), Acl.OPEN, 1), caller(0)).error());
        }
        State before = state.freeze();
        Prepared ended = preparer(paths).closeSession(17, 1, ++zxid, 0);
        assertEquals(ephemerals, ended.changes().size());
        assertEquals(0, state.ephemeralCount());
        assertTrue(bytes(ended.transaction()) <= MAX_BYTES);
        Transaction read = TxnCodec.read(new JuteReader(written(ended.transaction())));
        assertEquals(paths, read.digest() != null);
        StateEditor replayed = before.edit();
        replayed.replay(read);
        assertEquals(state.digest(), replayed.digest());
        return read.txn();
    }

    private static byte[] written(Transaction transaction) {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        return out.toByteArray();
    }
}
