package io.muster.protocol;

import org.jspecify.annotations.Nullable;

/** How long a znode lives and how it is named; the flags are those of the wire. */
public enum CreateMode {
    PERSISTENT(0, false, false),
    /** Deleted when the session that made it ends. */
    EPHEMERAL(1, true, false),
    /** The server appends the parent's ten-digit child counter to the name. */
    PERSISTENT_SEQUENTIAL(2, false, true),
    EPHEMERAL_SEQUENTIAL(3, true, true),
    /** Deleted by the server some time after its last child is gone. */
    CONTAINER(4, false, false),
    /** Deleted by the server when it has no children and was not changed for its time to live. */
    PERSISTENT_WITH_TTL(5, false, false),
    PERSISTENT_SEQUENTIAL_WITH_TTL(6, false, true);

    private static final CreateMode[] BY_FLAG = values();

    private final int flag;
    private final boolean ephemeral;
    private final boolean sequential;

    CreateMode(int flag, boolean ephemeral, boolean sequential) {
        this.flag = flag;
        this.ephemeral = ephemeral;
        this.sequential = sequential;
    }

    public int flag() {
        return flag;
    }

    public boolean isEphemeral() {
        return ephemeral;
    }

    public boolean isSequential() {
        return sequential;
    }

    public boolean isContainer() {
        return this == CONTAINER;
    }

    public boolean hasTtl() {
        return this == PERSISTENT_WITH_TTL || this == PERSISTENT_SEQUENTIAL_WITH_TTL;
    }

    /** The mode of a flag, or null where there is none. */
    public static @Nullable CreateMode of(int flag) {
        return flag >= 0 && flag < BY_FLAG.length ? BY_FLAG[flag] : null;
    }
}
