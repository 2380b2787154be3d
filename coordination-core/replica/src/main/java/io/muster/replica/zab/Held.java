package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What a learner was sent while it is synchronized, and has not taken over: nothing of it is on the disk or in the state, so to
 * drop it is to drop the reference. Owned by one thread.
 */
final class Held {
    private final Deque<Transaction> transactions = new ArrayDeque<>();
    private final long base;
    private long last;
    private long committed;

    /** @param base the last transaction of the history that the leader builds on */
    Held(long base) {
        this.base = base;
        this.last = base;
        this.committed = base;
    }

    /**
     * A proposal. One that the history has already is dropped: after a snapshot, which is read while transactions go on, it
     * comes again.
     *
     * @return false if something before it is missing
     */
    boolean propose(Transaction transaction) {
        if (transaction.zxid() <= base) {
            return true;
        }
        if (!Window.follows(last, transaction.zxid())) {
            return false;
        }
        transactions.addLast(transaction);
        last = transaction.zxid();
        return true;
    }

    /** The commit of the oldest proposal that has none. @return false if it is of another one */
    boolean commit(long zxid) {
        if (zxid <= base) {
            return true;
        }
        if (zxid <= committed || zxid > last) {
            return false;
        }
        for (Transaction transaction : transactions) {
            if (transaction.zxid() > committed) {
                if (transaction.zxid() != zxid) {
                    return false;
                }
                committed = zxid;
                return true;
            }
        }
        return false;
    }

    /** A transaction that is committed already. @return false if something before it is missing or not committed */
    boolean inform(Transaction transaction) {
        return transaction.zxid() <= base || committed == last && propose(transaction) && commit(transaction.zxid());
    }

    /** The last one that is known to be committed, or the base. */
    long committed() {
        return committed;
    }

    /** Takes out those that are committed, or all of them. */
    List<Transaction> take(boolean committedOnly) {
        List<Transaction> taken = new ArrayList<>();
        while (!transactions.isEmpty()
                && (!committedOnly || transactions.peekFirst().zxid() <= committed)) {
            taken.add(transactions.removeFirst());
        }
        return taken;
    }

    @Override
    public String toString() {
        return transactions.size() + " held up to " + Zxid.toString(last);
    }
}
