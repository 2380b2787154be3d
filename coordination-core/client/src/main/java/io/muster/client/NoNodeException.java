package io.muster.client;

import io.muster.protocol.ErrorCode;

/** The znode does not exist; for a create or a delete, perhaps its parent does not. */
public final class NoNodeException extends NodeException {
    private static final long serialVersionUID = 1L;

    NoNodeException(String path) {
        super(ErrorCode.NO_NODE, path, "it does not exist, or to a create its parent does not");
    }
}
