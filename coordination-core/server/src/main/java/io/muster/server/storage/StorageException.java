package io.muster.server.storage;

import org.jspecify.annotations.Nullable;

/** The disk failed, or holds what no server may start from. The message says what, where, and what to do. */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
