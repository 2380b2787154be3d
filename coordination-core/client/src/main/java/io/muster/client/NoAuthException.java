package io.muster.client;

import io.muster.protocol.ErrorCode;

/** The znode's access control list does not let this client do that. */
public final class NoAuthException extends NodeException {
    private static final long serialVersionUID = 1L;

    NoAuthException(String path) {
        super(ErrorCode.NO_AUTH, path, "none of the client's identities is in its access control list");
    }
}
