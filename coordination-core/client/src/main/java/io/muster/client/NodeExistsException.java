package io.muster.client;

import io.muster.protocol.ErrorCode;

/** A create found the znode there already. */
public final class NodeExistsException extends NodeException {
    private static final long serialVersionUID = 1L;

    NodeExistsException(String path) {
        super(ErrorCode.NODE_EXISTS, path, "");
    }
}
