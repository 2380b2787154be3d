package io.muster.protocol;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The list inside a multi: a nine-byte header before each operation, and one that ends the list. */
final class MultiCodec {
    /** What a {@link OpCode#MULTI} may hold. */
    static final Set<OpCode> WRITES = EnumSet.of(
            OpCode.CREATE,
            OpCode.CREATE2,
            OpCode.CREATE_CONTAINER,
            OpCode.CREATE_TTL,
            OpCode.DELETE,
            OpCode.SET_DATA,
            OpCode.CHECK);
    /** What a {@link OpCode#MULTI_READ} may hold. */
    static final Set<OpCode> READS = EnumSet.of(OpCode.GET_DATA, OpCode.GET_CHILDREN);

    static final int END = -1;

    private MultiCodec() {}

    /** All of one kind, which the first of them decides: all reads or all writes. */
    static List<Request> readOps(JuteReader in) {
        OpCode first = OpCode.of(in.peekInt());
        return readOps(in, first != null && WRITES.contains(first) ? WRITES : READS);
    }

    static List<Request> readOps(JuteReader in, Set<OpCode> allowed) {
        List<Request> ops = new ArrayList<>();
        while (true) {
            int type = in.readInt("multi header type");
            boolean done = in.readBoolean("multi header done");
            in.readInt("multi header err");
            if (done) {
                return ops;
            }
            OpCode op = OpCode.of(type);
            if (op == null || !allowed.contains(op)) {
                throw in.malformed("operation " + type + " is not allowed in this multi");
            }
            ops.add(Request.read(op, in));
        }
    }

    static void writeOps(JuteWriter out, List<Request> ops) {
        for (Request op : ops) {
            writeHeader(out, op.op().code(), false, -1);
            op.write(out);
        }
        writeHeader(out, END, true, -1);
    }

    static List<Response.OpResult> readResults(JuteReader in) {
        List<Response.OpResult> results = new ArrayList<>();
        while (true) {
            int type = in.readInt("multi header type");
            boolean done = in.readBoolean("multi header done");
            int err = in.readInt("multi header err");
            if (done) {
                return results;
            }
            if (type == OpCode.ERROR.code()) {
                results.add(Response.OpResult.failed(in.readInt("err")));
                continue;
            }
            OpCode op = OpCode.of(type);
            if (op == null || !WRITES.contains(op) && !READS.contains(op)) {
                throw in.malformed("operation " + type + " is not allowed in a multi's results");
            }
            results.add(new Response.OpResult(op, err, Response.read(op, in)));
        }
    }

    static void writeResults(JuteWriter out, List<Response.OpResult> results) {
        for (Response.OpResult result : results) {
            writeHeader(out, result.op().code(), false, result.err());
            if (result.op() == OpCode.ERROR) {
                out.writeInt(result.err());
            } else {
                result.body().write(out);
            }
        }
        writeHeader(out, END, true, -1);
    }

    static void writeHeader(JuteWriter out, int type, boolean done, int err) {
        out.writeInt(type).writeBoolean(done).writeInt(err);
    }
}
