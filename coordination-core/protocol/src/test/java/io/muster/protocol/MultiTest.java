package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MultiTest {
    private static final Request DELETE = new Request.Delete("/a", -1);

    @Test
    void thirtyThousandOperationsSurviveARoundTrip() {
        List<Request> ops = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            ops.add(i % 2 == 0 ? new Request.Delete("/node-" + i, i) : new Request.Check("/node-" + i, -1));
        }
        byte[] bytes = Samples.written(new Request.Multi(ops)::write);
        assertEquals(new Request.Multi(ops), Request.read(OpCode.MULTI, new JuteReader(bytes)));
    }

    @Test
    void thirtyThousandResultsSurviveARoundTrip() {
        Response results = new Response.MultiResults(Collections.nCopies(30_000, Response.OpResult.failed(-2)));
        byte[] bytes = Samples.written(results::write);
        assertEquals(results, Response.read(OpCode.MULTI, new JuteReader(bytes)));
    }

    @Test
    void aMultiInsideAMultiIsRefused() {
        byte[] inside = Samples.written(out -> {
            header(out, OpCode.MULTI.code(), false);
            new Request.Multi(List.of(DELETE)).write(out);
            header(out, -1, true);
        });
        refused(OpCode.MULTI, inside);
        refused(OpCode.MULTI_READ, inside);
    }

    /** A reader that went down a level for each header would end its thread's stack here. */
    @Test
    void manyNestedMultisAreRefusedAtTheFirst() {
        refused(OpCode.MULTI, Samples.written(out -> {
            for (int i = 0; i < 100_000; i++) {
                header(out, OpCode.MULTI.code(), false);
            }
        }));
    }

    @Test
    void aMultiWithoutItsEndIsRefused() {
        byte[] whole = Samples.written(new Request.Multi(List.of(DELETE, DELETE))::write);
        refused(OpCode.MULTI, Arrays.copyOf(whole, whole.length - 9));
        refused(OpCode.MULTI, new byte[0]);
        byte[] results = Samples.written(new Response.MultiResults(List.of(Response.OpResult.failed(-1)))::write);
        assertThrows(
                MalformedFrameException.class,
                () -> Response.read(OpCode.MULTI, new JuteReader(Arrays.copyOf(results, results.length - 9))));
    }

    @Test
    void readsAndWritesDoNotMix() {
        for (OpCode op : OpCode.values()) {
            Consumer<JuteWriter> header = out -> header(out, op.code(), false);
            boolean write = MultiCodec.WRITES.contains(op);
            boolean read = MultiCodec.READS.contains(op);
            if (!write) {
                refused(OpCode.MULTI, Samples.written(header));
            }
            if (!read) {
                refused(OpCode.MULTI_READ, Samples.written(header));
            }
        }
        assertEquals(7, MultiCodec.WRITES.size());
        assertEquals(2, MultiCodec.READS.size());
    }

    @Test
    void unknownTypesAreRefused() {
        for (int type : new int[] {0, 10, 23, 99, 108, -2, -12, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            refused(OpCode.MULTI, Samples.written(out -> header(out, type, false)));
            assertThrows(
                    MalformedFrameException.class,
                    () -> Response.read(
                            OpCode.MULTI, new JuteReader(Samples.written(out -> header(out, type, false)))));
        }
    }

    @Test
    void theEndIsAnyHeaderThatSaysDone() {
        byte[] bytes = Samples.written(out -> header(out, 77, true));
        Request.Multi multi = (Request.Multi) Request.read(OpCode.MULTI, new JuteReader(bytes));
        assertTrue(multi.ops().isEmpty());
    }

    private static void refused(OpCode op, byte[] bytes) {
        assertThrows(MalformedFrameException.class, () -> Request.read(op, new JuteReader(bytes)));
    }

    private static void header(JuteWriter out, int type, boolean done) {
        out.writeInt(type).writeBoolean(done).writeInt(-1);
    }
}
