package io.muster.replica.state;

import org.jspecify.annotations.Nullable;

/**
 * A transaction with all that the log holds of it.
 *
 * @param digest of the whole tree after the transaction; null if its writer kept none
 */
public record Transaction(
        TxnHeader header, Txn txn, @Nullable Long digest) {
    public long zxid() {
        return header.zxid();
    }

    /** How many bytes it takes in the log, at most. */
    public long sizeBytes() {
        return TxnSize.FRAME_BYTES + TxnSize.of(txn);
    }
}
