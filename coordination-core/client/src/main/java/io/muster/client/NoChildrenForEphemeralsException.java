package io.muster.client;

import io.muster.protocol.ErrorCode;

/** A create below an ephemeral znode, which can have no children. */
public final class NoChildrenForEphemeralsException extends NodeException {
    private static final long serialVersionUID = 1L;

    NoChildrenForEphemeralsException(String path) {
        super(ErrorCode.NO_CHILDREN_FOR_EPHEMERALS, path, "its parent is ephemeral");
    }
}
