package io.muster.client;

import io.muster.protocol.ErrorCode;

/** The znode's version is not the one that was expected: somebody else changed it. */
public final class BadVersionException extends NodeException {
    private static final long serialVersionUID = 1L;

    BadVersionException(String path) {
        super(ErrorCode.BAD_VERSION, path, "changed by somebody else: read it anew");
    }
}
