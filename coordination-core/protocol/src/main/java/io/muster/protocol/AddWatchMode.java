package io.muster.protocol;

import org.jspecify.annotations.Nullable;

/** Watches that stay until they are removed; the codes are those of the wire. */
public enum AddWatchMode {
    /** Changes of the znode and of its list of children. */
    PERSISTENT(0),
    /** Creations, deletions and data changes of the znode and of everything below it. */
    PERSISTENT_RECURSIVE(1);

    private final int code;

    AddWatchMode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static @Nullable AddWatchMode of(int code) {
        return switch (code) {
            case 0 -> PERSISTENT;
            case 1 -> PERSISTENT_RECURSIVE;
            default -> null;
        };
    }
}
