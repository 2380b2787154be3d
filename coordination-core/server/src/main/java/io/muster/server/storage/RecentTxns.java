package io.muster.server.storage;

import io.muster.replica.state.Transaction;
import java.util.ArrayDeque;
import java.util.List;

/** The last transactions that were read, up to a number and a size. Used by one thread. */
final class RecentTxns {
    private final int maxCount;
    private final long maxBytes;
    private final ArrayDeque<Transaction> transactions = new ArrayDeque<>();
    private long bytes;
    private long after;

    /** @param after the transaction before the first */
    RecentTxns(int maxCount, long maxBytes, long after) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
        this.after = after;
    }

    void add(Transaction transaction) {
        transactions.add(transaction);
        bytes += transaction.sizeBytes();
        while (transactions.size() > maxCount || bytes > maxBytes && !transactions.isEmpty()) {
            Transaction oldest = transactions.remove();
            bytes -= oldest.sizeBytes();
            after = oldest.zxid();
        }
    }

    /** The transaction before the first of {@link #list}. */
    long after() {
        return after;
    }

    List<Transaction> list() {
        return List.copyOf(transactions);
    }
}
