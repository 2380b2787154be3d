package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.OpCode;
import io.muster.protocol.Request;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.State;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A long answer in pieces has the same bytes as the same answer at once. */
class LongReadTest {
    private static final int MANY = 3_000;

    private final ScriptedReplica script = new ScriptedReplica();
    private final AccessControl access = AccessControl.withStandardSchemes(false);
    private final List<Id> ids = List.of();
    private long client;

    @BeforeEach
    void fill() {
        client = script.client();
        script.create(client, "/many", "/manyothers", "/few", "/few/one", "/much");
        script.send(client, Ask.set("/much", "0123456789".repeat(7_000)));
        for (int i = 0; i < MANY; i++) {
            script.send(client, Ask.create("/many/" + (i % 7 == 0 ? "ö" : "n") + "-" + i * i));
        }
        for (int i = 0; i < MANY; i += 3) {
            script.send(client, Ask.delete("/many/" + (i % 7 == 0 ? "ö" : "n") + "-" + i * i));
        }
        script.send(client, Ask.create("/many/n-1/below"));
        script.send(client, Ask.create("/many/n-1/below/more"));
        script.send(client, Ask.create("/manyothers/one"));
        script.flush();
        script.hear(client);
    }

    private State state() {
        return script.published.get(script.published.size() - 1);
    }

    private byte[] inPieces(LongRead read, int pieceBytes) {
        JuteWriter whole = new JuteWriter();
        while (!read.measure()) {
            // goes on
        }
        boolean last = false;
        while (!last) {
            JuteWriter piece = new JuteWriter();
            last = read.write(piece, pieceBytes);
            whole.writeBytes(piece.array(), 0, piece.size());
        }
        assertEquals(read.sizeBytes(), whole.size());
        return whole.toByteArray();
    }

    static Stream<Request> requests() {
        return Stream.of(
                new Request.GetChildren("/many", false),
                new Request.GetChildren2("/many", true),
                new Request.GetData("/much", true),
                new Request.GetAllChildrenNumber("/many"),
                new Request.GetAllChildrenNumber("/few"),
                new Request.GetAllChildrenNumber("/"));
    }

    private static final Request.MultiRead SEVERAL = new Request.MultiRead(List.of(
            new Request.GetChildren("/many", false),
            new Request.GetData("/few", false),
            new Request.GetData("/missing", false),
            new Request.GetChildren("/few/one", false),
            new Request.GetData("/nothing", false),
            new Request.GetChildren("/hidden", false),
            new Request.GetData("/much", false),
            new Request.GetChildren("/many", false)));

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 4_096, Integer.MAX_VALUE})
    void piecesAreTheWhole(int pieceBytes) {
        requests().forEach(request -> {
            LongRead read = LongRead.of(state(), request, ids, access);
            assertNotNull(read, request.toString());
            JuteWriter expected = new JuteWriter();
            Reads.answer(state(), request, ids, access).body().write(expected);
            assertArrayEquals(expected.toByteArray(), inPieces(read, pieceBytes), request.toString());
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 4_096, Integer.MAX_VALUE})
    void thePiecesOfAMultiAreTheWhole(int pieceBytes) {
        script.ask(client, Ask.create("/hidden", List.of(new Acl(Acl.ALL, new Id("digest", "u:h")))));
        script.ask(client, new Request.Create(OpCode.CREATE, "/nothing", null, Acl.OPEN, 0, 0));
        for (Request.MultiRead multi : List.of(SEVERAL, manyReads(), new Request.MultiRead(List.of()))) {
            LongRead read = LongRead.ofMulti(state(), multi, ids, access);
            JuteWriter expected = new JuteWriter();
            Reads.answer(state(), multi, ids, access).body().write(expected);
            assertArrayEquals(expected.toByteArray(), inPieces(read, pieceBytes));
        }
    }

    private static Request.MultiRead manyReads() {
        List<Request> reads = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            reads.add(new Request.GetData(i % 3 == 0 ? "/few" : "/missing", false));
        }
        return new Request.MultiRead(reads);
    }

    @Test
    void aMultiOfReadsThatFitsIntoOnePieceIsAnsweredAtOnceAndALongerOneIsNot() {
        Request.MultiRead few = new Request.MultiRead(List.of(
                new Request.GetChildren("/few", false),
                new Request.GetData("/missing", false),
                new Request.GetData("/few/one", false)));
        Answer whole = Reads.shortMulti(state(), few, ids, access);
        assertNotNull(whole);
        JuteWriter made = new JuteWriter();
        whole.body().write(made);
        JuteWriter expected = new JuteWriter();
        Reads.answer(state(), few, ids, access).body().write(expected);
        assertArrayEquals(expected.toByteArray(), made.toByteArray());
        assertNull(Reads.shortMulti(state(), SEVERAL, ids, access));
        assertNull(Reads.shortMulti(state(), manyReads(), ids, access));
    }

    @Test
    void thePiecesAreOfOneMomentWhateverIsWrittenMeanwhile() {
        Request request = new Request.GetChildren2("/many", false);
        State then = state();
        LongRead read = LongRead.of(then, request, ids, access);
        assertNotNull(read);
        JuteWriter pieces = new JuteWriter();
        assertFalse(read.write(pieces, 1_000));
        for (int i = 0; i < MANY; i++) {
            script.send(client, Ask.create("/many/new-" + i));
        }
        script.flush();
        while (!read.write(pieces, pieces.size() + 1_000)) {
            // goes on
        }
        JuteWriter expected = new JuteWriter();
        Reads.answer(then, request, ids, access).body().write(expected);
        assertArrayEquals(expected.toByteArray(), pieces.toByteArray());
    }

    @Test
    void allDescendantsAreCountedAndNobodyElses() {
        assertEquals(MANY - MANY / 3 + 2, state().descendantCount("/many"));
        assertEquals(1, state().descendantCount("/manyothers"));
        assertEquals(2, state().descendantCount("/many/n-1"));
        assertEquals(0, state().descendantCount("/few/one"));
        assertEquals(state().znodeCount() - 1, state().descendantCount("/"));
    }

    @Test
    void shortOrFailingReadsAreAnsweredInTheUsualWay() {
        script.ask(client, Ask.create("/hidden", List.of(new Acl(Acl.ALL, new Id("digest", "u:h")))));
        for (String path : List.of("/few", "/missing", "/hidden")) {
            assertNull(LongRead.of(state(), new Request.GetChildren(path, false), ids, access));
            assertNull(LongRead.of(state(), new Request.GetChildren2(path, false), ids, access));
        }
        assertNull(LongRead.of(state(), new Request.GetAllChildrenNumber("/missing"), ids, access));
        assertNull(LongRead.of(state(), new Request.GetData("/many", false), ids, access));
    }
}
