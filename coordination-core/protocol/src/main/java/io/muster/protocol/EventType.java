package io.muster.protocol;

import org.jspecify.annotations.Nullable;

/** What happened to a watched znode. */
public enum EventType {
    NODE_CREATED(1),
    NODE_DELETED(2),
    NODE_DATA_CHANGED(3),
    /** A child was created or deleted. */
    NODE_CHILDREN_CHANGED(4);

    private final int code;

    EventType(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The type of a code, or null for a number that servers do not send. */
    public static @Nullable EventType of(int code) {
        return code >= 1 && code <= 4 ? values()[code - 1] : null;
    }
}
