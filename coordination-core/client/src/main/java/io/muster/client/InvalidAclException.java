package io.muster.client;

import io.muster.protocol.ErrorCode;

/** The access control list is empty, ill-formed, or asks for an identity that the client does not have. */
public final class InvalidAclException extends NodeException {
    private static final long serialVersionUID = 1L;

    InvalidAclException(String path) {
        super(ErrorCode.INVALID_ACL, path, "add the identity first, or correct the list");
    }
}
