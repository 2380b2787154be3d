package io.muster.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Request;
import io.muster.replica.state.State;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaMultiLimitTest {
    @Test
    void multiOfTooManyOperationsFailsAsAWholeAndTheLogSaysWhy() {
        ScriptedReplica script = new ScriptedReplica(State.initial(1, true), setup -> setup.maxMultiOps = 2);
        long client = script.client();
        assertEquals(ErrorCode.OK, script.error(client, Ask.multi(Ask.create("/a"), Ask.create("/b"))));
        assertEquals(List.of(), script.warnings);
        assertEquals(
                ErrorCode.BAD_ARGUMENTS,
                script.error(client, Ask.multi(Ask.create("/c"), Ask.create("/d"), Ask.create("/e"))));
        assertEquals(ErrorCode.NO_NODE, script.error(client, Ask.get("/c")));
        assertEquals(
                List.of("10.0.0.1 sent a multi of more than 2 operations: see muster.maxMultiOps"), script.warnings);
    }

    @Test
    void multiOfTooManyReadsFailsAsAWholeAndTheLogSaysWhy() {
        ScriptedReplica script = new ScriptedReplica(State.initial(1, true), setup -> setup.maxMultiOps = 2);
        long client = script.client();
        assertEquals(ErrorCode.OK, script.error(client, reads(2)));
        assertEquals(List.of(), script.warnings);
        assertEquals(ErrorCode.BAD_ARGUMENTS, script.error(client, reads(3)));
        assertEquals(ErrorCode.OK, script.error(client, Ask.get("/")));
        assertEquals(
                List.of("10.0.0.1 sent a multi of more than 2 operations: see muster.maxMultiOps"), script.warnings);
    }

    private static Request reads(int count) {
        return new Request.MultiRead(Collections.nCopies(count, Ask.get("/")));
    }
}
