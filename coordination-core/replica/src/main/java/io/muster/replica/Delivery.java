package io.muster.replica;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.ReplyHeader;
import io.muster.protocol.Request;
import io.muster.protocol.Zxid;
import io.muster.replica.state.Change;
import io.muster.replica.state.Outcomes;
import io.muster.replica.state.Prepared;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies what another server decided and a quorum has, tells those who watch, and answers the client here whose request it
 * came of, if it is one's. Owned by the replica's thread.
 */
final class Delivery {
    private final Core core;
    private final DigestHistory digests;
    private int mismatches;

    Delivery(Core core, DigestHistory digests) {
        this.core = core;
        this.digests = digests;
    }

    /**
     * A client was answered.
     *
     * @param connection whose first turn is over
     * @param endReason why the connection is to be closed behind the answer; null if it goes on
     */
    record Answered(Connection connection, @Nullable String endReason) {}

    /**
     * @param mayRepeat whether the state may show it, or a part of it, already: then nobody is answered
     * @return null if it is nobody's here
     */
    @Nullable
    Answered deliver(Transaction transaction, boolean mayRepeat, Outputs out) {
        Connection connection =
                mayRepeat ? null : core.clients.ofSession(transaction.header().sessionId());
        Turn.Forwarded asked = connection == null ? null : askedFor(connection, transaction);
        Answered answered = null;
        if (connection != null && asked != null) {
            answered = new Answered(connection, answer(connection, asked, transaction, out));
            connection.answered();
        } else if (mayRepeat) {
            core.state.replay(transaction);
        } else {
            apply(transaction, out);
        }
        if (core.settings.form().digest()) {
            long digest = core.state.digest();
            digests.note(transaction.zxid(), digest);
            if (!mayRepeat) {
                compare(digest, transaction);
            }
        }
        return answered;
    }

    /** Whoever prepared the transaction says what its tree was after it; ours must be the same. */
    private void compare(long digest, Transaction transaction) {
        Long expected = transaction.digest();
        if (expected == null || expected == digest) {
            return;
        }
        mismatches++;
        core.warn(
                "digest",
                "THE STATE DIFFERS FROM THE LEADER'S at " + Zxid.toString(transaction.zxid()) + ": digest "
                        + Long.toHexString(digest) + " instead of " + Long.toHexString(expected)
                        + "; it has differed at " + mismatches
                        + " transactions; move this server's files away and let it take its data from the others");
    }

    /** Transactions after which the state was another one than its writer's. */
    int mismatches() {
        return mismatches;
    }

    private void apply(Transaction transaction, Outputs out) {
        List<Change> changes = new ArrayList<>(1);
        core.state.apply(transaction, changes);
        core.trigger(transaction.zxid(), changes, out);
    }

    /** What the connection asked first, if this is what came of it; else it is somebody else's. */
    private static Turn.@Nullable Forwarded askedFor(Connection connection, Transaction transaction) {
        if (!(connection.turns.peek() instanceof Turn.Forwarded first)
                || first.xid() != transaction.header().cxid()
                || first.request() instanceof Request.Sync) {
            return null;
        }
        boolean ends = transaction.txn() instanceof Txn.CloseSession;
        return ends == first.request() instanceof Request.CloseSession ? first : null;
    }

    private @Nullable String answer(Connection connection, Turn.Forwarded asked, Transaction transaction, Outputs out) {
        if (transaction.txn() instanceof Txn.Error error && ErrorCode.of(error.err()) == ErrorCode.SESSION_MOVED) {
            apply(transaction, out);
            return "its session moved to another server";
        }
        Prepared done = Outcomes.apply(core.state, transaction, asked.request());
        core.trigger(transaction.zxid(), done.changes(), out);
        ReplyHeader header =
                new ReplyHeader(asked.xid(), transaction.zxid(), done.error().code());
        out.reply(connection.number, header, done.body());
        return asked.request() instanceof Request.CloseSession ? "the session was closed by its client" : null;
    }
}
