package io.muster.client;

import io.muster.protocol.ErrorCode;

/** A delete found that the znode has children. */
public final class NotEmptyException extends NodeException {
    private static final long serialVersionUID = 1L;

    NotEmptyException(String path) {
        super(ErrorCode.NOT_EMPTY, path, "delete its children first");
    }
}
