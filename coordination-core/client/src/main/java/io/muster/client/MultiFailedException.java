package io.muster.client;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Paths;
import java.util.List;

/** A {@code multi} of which one operation failed, so that none was applied. */
public final class MultiFailedException extends CoordinationException {
    private static final long serialVersionUID = 1L;

    private final int failedIndex;
    private final String path;

    @SuppressWarnings("serial") // an immutable list of enum constants is serializable
    private final List<ErrorCode> codes;

    MultiFailedException(int failedIndex, String path, List<ErrorCode> codes) {
        super(
                "operation " + failedIndex + " of " + codes.size() + " failed with " + codes.get(failedIndex) + ": "
                        + Paths.printable(path) + "; none of them was applied",
                Outcome.NOT_APPLIED,
                null);
        this.failedIndex = failedIndex;
        this.path = path;
        this.codes = List.copyOf(codes);
    }

    /** The operation that failed, counted from 0. */
    public int failedIndex() {
        return failedIndex;
    }

    /** Why it failed. */
    public ErrorCode code() {
        return codes.get(failedIndex);
    }

    /** The path of the operation that failed. */
    public String path() {
        return path;
    }

    /**
     * One code for each operation: {@link ErrorCode#OK} before the one that failed, {@link
     * ErrorCode#RUNTIME_INCONSISTENCY} behind it.
     */
    public List<ErrorCode> codes() {
        return codes;
    }
}
