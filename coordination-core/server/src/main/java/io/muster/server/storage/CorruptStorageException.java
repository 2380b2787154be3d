package io.muster.server.storage;

import org.jspecify.annotations.Nullable;

/** Files that were once whole are not any more, or some are missing: starting would lose transactions in silence. */
public final class CorruptStorageException extends StorageException {
    private static final long serialVersionUID = 1L;

    public CorruptStorageException(String message) {
        super(message);
    }

    public CorruptStorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
