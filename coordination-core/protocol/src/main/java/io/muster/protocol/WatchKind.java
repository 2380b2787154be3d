package io.muster.protocol;

import org.jspecify.annotations.Nullable;

/** Which watches on a path {@code removeWatches} and {@code checkWatches} mean; the codes are those of the wire. */
public enum WatchKind {
    CHILDREN(1),
    /** Those of getData and exists. */
    DATA(2),
    /** All kinds. */
    ANY(3),
    PERSISTENT(4),
    PERSISTENT_RECURSIVE(5);

    private final int code;

    WatchKind(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static @Nullable WatchKind of(int code) {
        return code >= 1 && code <= 5 ? values()[code - 1] : null;
    }
}
