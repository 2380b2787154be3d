package io.muster.client;

import io.muster.protocol.ErrorCode;

/** The change would exceed a hard quota. */
public final class QuotaExceededException extends NodeException {
    private static final long serialVersionUID = 1L;

    QuotaExceededException(String path) {
        super(ErrorCode.QUOTA_EXCEEDED, path, "");
    }
}
