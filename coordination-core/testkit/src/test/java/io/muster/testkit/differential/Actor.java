package io.muster.testkit.differential;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One session of a script on one server: what its client would remember. */
final class Actor {
    /** A request that waits for its reply; its step is 0 if the script does not have it. */
    record Asked(int step, int xid, Operation operation) {}

    private static final int PING_XID = -2;

    final int number;
    final ArrayDeque<Asked> pending = new ArrayDeque<>();
    final HeldWatches watches = new HeldWatches();
    /** Each once, the latest last. */
    private final List<Long> seenZxids = new ArrayList<>();

    /** 0 if it never had a session; it stays when the session ends. */
    long sessionId;

    byte[] password = new byte[16];

    @Nullable
    Wire wire;
    /** Of the last reply. */
    int lastError;

    private int lastXid;

    Actor(int number) {
        this.number = number;
    }

    int nextXid() {
        return ++lastXid;
    }

    void saw(long zxid) {
        if (zxid > 0 && zxid > seen(0)) {
            seenZxids.add(zxid);
        }
    }

    /** The last zxid that it saw, or the one {@code before} that many; 0 if there is none. */
    long seen(int before) {
        int index = seenZxids.size() - 1 - before;
        return index < 0 ? 0 : seenZxids.get(index);
    }

    /**
     * The request that a reply with this xid belongs to, which then waits no more; null if there is none. A ping is answered
     * with a ping's xid, whatever its own was.
     */
    @Nullable
    Asked answered(int xid) {
        Asked answered = take(asked -> asked.xid == xid);
        return answered == null && xid == PING_XID ? take(asked -> asked.operation.code() == Kind.PING.code) : answered;
    }

    private @Nullable Asked take(Predicate<Asked> which) {
        for (Iterator<Asked> each = pending.iterator(); each.hasNext(); ) {
            Asked asked = each.next();
            if (which.test(asked)) {
                each.remove();
                return asked;
            }
        }
        return null;
    }
}
