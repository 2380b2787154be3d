package io.muster.replica.zab;

import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of the log, in memory: recent committed transactions, and all that are not known to be committed. There is no hole
 * in it: each transaction is the next of its epoch, or the first of a later one.
 *
 * <p>Invariant: {@code base <= committed <= last} or, after a restart, {@code committed < base}. Owned by one thread.
 */
final class Window {
    /** How much is thrown away at once, so that a window that is full does not move with each transaction. */
    private static final int SLACK = 8;

    private final int maxCount;
    private final long maxBytes;
    private final List<Transaction> transactions = new ArrayList<>();
    private long bytes;
    private long base;
    private long committed;

    /**
     * @param base the transaction before the first in the window, which is in the log or in the snapshot under it; 0 for none
     * @param recent what comes after it
     * @param maxCount how many are kept that need not be
     * @param maxBytes how many bytes of them
     * @throws IllegalStateException if there is a hole
     */
    Window(long base, List<Transaction> recent, int maxCount, long maxBytes) {
        this.base = base;
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
        recent.forEach(this::append);
    }

    /** Whether one transaction may come right after another: as the next of its epoch, or as the first of a later one. */
    static boolean follows(long last, long next) {
        return next == last + 1 && Zxid.counter(next) != 0
                || Zxid.epoch(next) > Zxid.epoch(last) && Zxid.counter(next) == 1;
    }

    /** The transaction before the first; everything after it is here. */
    long base() {
        return base;
    }

    /** The last transaction of the log. */
    long last() {
        return transactions.isEmpty()
                ? base
                : transactions.get(transactions.size() - 1).zxid();
    }

    /** The last transaction that is known to be committed; 0 if none is, as after a restart. */
    long committed() {
        return committed;
    }

    /** @throws IllegalStateException if it would leave a hole */
    void append(Transaction transaction) {
        if (!follows(last(), transaction.zxid())) {
            throw new IllegalStateException(
                    "a hole in the log: " + Zxid.toString(transaction.zxid()) + " after " + Zxid.toString(last()));
        }
        transactions.add(transaction);
        bytes += transaction.sizeBytes();
    }

    /** @throws IllegalStateException if it is not in the log, or is before what is committed */
    void commit(long zxid) {
        if (zxid < committed || zxid > last()) {
            throw new IllegalStateException("commit of " + Zxid.toString(zxid) + ", but " + Zxid.toString(committed)
                    + " is committed and " + Zxid.toString(last()) + " is the last");
        }
        committed = zxid;
    }

    /** Transactions after one and up to another, of those that are here. */
    List<Transaction> between(long after, long upTo) {
        return List.copyOf(transactions.subList(indexAfter(after), Math.max(indexAfter(after), indexAfter(upTo))));
    }

    /** Whether the window has this very transaction, or begins right behind it. */
    boolean reaches(long zxid) {
        if (zxid == base) {
            return true;
        }
        int index = indexAfter(zxid);
        return index > 0 && transactions.get(index - 1).zxid() == zxid;
    }

    /**
     * Forgets what comes after a transaction.
     *
     * @throws IllegalStateException if something of it is committed
     */
    void truncate(long zxid) {
        if (zxid < committed) {
            throw new IllegalStateException("told to forget everything after " + Zxid.toString(zxid) + ", but "
                    + Zxid.toString(committed) + " is committed");
        }
        List<Transaction> gone = transactions.subList(indexAfter(zxid), transactions.size());
        gone.forEach(transaction -> bytes -= transaction.sizeBytes());
        gone.clear();
        base = Math.min(base, zxid);
    }

    /** Starts anew behind a snapshot. What is committed in it is not known yet. */
    void restart(long zxid) {
        transactions.clear();
        bytes = 0;
        base = zxid;
    }

    /** Forgets the oldest transactions if there are too many, but none after this one. */
    void trim(long notAfter) {
        if (transactions.size() <= maxCount + maxCount / SLACK && bytes <= maxBytes + maxBytes / SLACK) {
            return;
        }
        int count = 0;
        int most = Math.min(indexAfter(notAfter), indexAfter(committed));
        while (count < most && (transactions.size() - count > maxCount || bytes > maxBytes)) {
            bytes -= transactions.get(count++).sizeBytes();
        }
        if (count > 0) {
            base = transactions.get(count - 1).zxid();
            transactions.subList(0, count).clear();
        }
    }

    /** Transactions that are here. */
    int size() {
        return transactions.size();
    }

    private int indexAfter(long zxid) {
        int low = 0;
        int high = transactions.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (transactions.get(middle).zxid() <= zxid) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
