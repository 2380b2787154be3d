package io.muster.server.storage;

import org.jspecify.annotations.Nullable;

/**
 * There is no room. From {@link Storage#append} it means that nothing of the batch was written and the same batch may be
 * given again when there is room.
 */
public final class DiskFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message) {
        super(message);
    }

    public DiskFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
