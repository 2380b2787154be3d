package io.muster.replica.state;

/**
 * What a server writes into its transactions.
 *
 * @param digest whether each carries the tree's digest after it
 * @param closeSessionPaths whether the end of a session lists the znodes that go with it, as ZooKeeper does since 3.6
 * @param maxBytes of one transaction, at least 1024. Whoever reads a log refuses longer ones, so no request may grow into
 *     one: it fails, and a list of what goes with a session ends early
 */
public record TxnForm(boolean digest, boolean closeSessionPaths, int maxBytes) {
    /** ZooKeeper's: what its readers take by default is twice 0xfffff bytes. */
    public static final TxnForm DEFAULT = new TxnForm(true, true, 2 * 0xfffff);

    public TxnForm {
        if (maxBytes < 1024) {
            throw new IllegalArgumentException("maxBytes must be at least 1024, not " + maxBytes);
        }
    }

    public TxnForm withDigest(boolean value) {
        return new TxnForm(value, closeSessionPaths, maxBytes);
    }

    public TxnForm withCloseSessionPaths(boolean value) {
        return new TxnForm(digest, value, maxBytes);
    }

    public TxnForm withMaxBytes(int value) {
        return new TxnForm(digest, closeSessionPaths, value);
    }
}
