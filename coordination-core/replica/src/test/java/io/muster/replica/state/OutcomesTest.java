package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A follower tells its clients what the leader would have told them. */
class OutcomesTest {
    private static final long SESSION = 17;
    private static final Caller CALLER = new Caller(SESSION, 5, List.of(Id.ANYONE));
    private static final List<String> NAMES = List.of("a", "b", "c");

    private final StateEditor leader = State.initial(1, true).edit();
    private final StateEditor follower = State.initial(2, true).edit();
    private final Preparer preparer = new Preparer(
            leader, AccessControl.withStandardSchemes(false), TxnForm.DEFAULT, false, (topic, message) -> {});

    private static Transaction carried(Transaction transaction) {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        return TxnCodec.read(new JuteReader(out.toByteArray()));
    }

    private static byte[] bytes(Response body) {
        JuteWriter out = new JuteWriter();
        body.write(out);
        return out.toByteArray();
    }

    private Prepared both(Request request, long zxid) {
        Prepared there = preparer.prepare(request, CALLER, zxid, 1_000_000 + zxid);
        Prepared here = Outcomes.apply(follower, carried(there.transaction()), request);
        assertEquals(there.error(), here.error(), request.toString());
        assertArrayEquals(bytes(there.body()), bytes(here.body()), request.toString());
        assertEquals(there.changes().toString(), here.changes().toString(), request.toString());
        assertEquals(leader.digest(), follower.digest(), request.toString());
        assertEquals(leader.zxid(), follower.zxid());
        return here;
    }

    @Test
    void whateverIsAskedBothAnswerTheSame() {
        Random random = new Random(3);
        Set<ErrorCode> errors = EnumSet.noneOf(ErrorCode.class);
        Set<String> bodies = new TreeSet<>();
        for (long zxid = 1; zxid <= 20_000; zxid++) {
            Prepared answer = both(random.nextInt(5) == 0 ? multi(random) : single(random), zxid);
            errors.add(answer.error());
            bodies.add(answer.body().getClass().getSimpleName());
        }
        assertTrue(
                errors.containsAll(Set.of(
                        ErrorCode.OK,
                        ErrorCode.NO_NODE,
                        ErrorCode.NODE_EXISTS,
                        ErrorCode.BAD_VERSION,
                        ErrorCode.NOT_EMPTY,
                        ErrorCode.NO_AUTH,
                        ErrorCode.NO_CHILDREN_FOR_EPHEMERALS)),
                errors.toString());
        assertTrue(
                bodies.containsAll(Set.of("Created", "Created2", "StatOnly", "MultiResults", "Empty")),
                bodies.toString());
    }

    private static String path(Random random) {
        String path = "/" + NAMES.get(random.nextInt(3));
        return random.nextBoolean() ? path : path + "/" + NAMES.get(random.nextInt(3));
    }

    private static Request single(Random random) {
        String path = path(random);
        int version = random.nextInt(4) - 1;
        switch (random.nextInt(4)) {
            case 0 -> {
                OpCode op = random.nextBoolean() ? OpCode.CREATE : OpCode.CREATE2;
                List<Acl> acl = random.nextInt(8) == 0 ? Acl.READ_ONLY : Acl.OPEN;
                return new Request.Create(op, path, new byte[random.nextInt(3)], acl, random.nextInt(4), 0);
            }
            case 1 -> {
                return new Request.SetData(path, new byte[random.nextInt(3)], version);
            }
            case 2 -> {
                return new Request.SetAcl(path, Acl.OPEN, version);
            }
            default -> {
                return new Request.Delete(path, random.nextBoolean() ? -1 : version);
            }
        }
    }

    /** Several of one znode, so that the stats in between are seen. */
    private static Request multi(Random random) {
        List<Request> ops = new ArrayList<>();
        String path = path(random);
        for (int i = random.nextInt(4); i >= 0; i--) {
            ops.add(
                    switch (random.nextInt(3)) {
                        case 0 -> new Request.SetData(path, new byte[i], -1);
                        case 1 -> new Request.Check(path, random.nextInt(3) - 1);
                        default -> single(random);
                    });
        }
        return new Request.Multi(ops);
    }

    @Test
    void aTransactionOfAnotherRequestIsNotTakenForOurs() {
        Request multi = new Request.Multi(List.of(single(new Random(1)), single(new Random(2))));
        Transaction other = preparer.prepare(
                        new Request.Multi(
                                List.of(new Request.Create(OpCode.CREATE, "/x", new byte[0], Acl.OPEN, 0, 0))),
                        CALLER,
                        1,
                        1)
                .transaction();
        assertThrows(IllegalStateException.class, () -> Outcomes.apply(follower, other, multi));
    }
}
