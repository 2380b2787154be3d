package io.muster.client;

import io.muster.protocol.Acl;
import io.muster.protocol.CreateMode;
import java.time.Duration;
import java.util.List;

/** How a znode is created. Immutable: each {@code with} returns another value. */
public final class CreateOptions {
    public static final CreateOptions PERSISTENT =
            new CreateOptions(CreateMode.PERSISTENT, Acl.OPEN, 0, Parents.MUST_EXIST);
    public static final CreateOptions EPHEMERAL = PERSISTENT.withMode(CreateMode.EPHEMERAL);
    public static final CreateOptions PERSISTENT_SEQUENTIAL = PERSISTENT.withMode(CreateMode.PERSISTENT_SEQUENTIAL);
    public static final CreateOptions EPHEMERAL_SEQUENTIAL = PERSISTENT.withMode(CreateMode.EPHEMERAL_SEQUENTIAL);
    public static final CreateOptions CONTAINER = PERSISTENT.withMode(CreateMode.CONTAINER);

    /** What a create does about parents that do not exist. */
    enum Parents {
        MUST_EXIST,
        AS_CONTAINERS,
        AS_PERSISTENT
    }

    private final CreateMode mode;
    private final List<Acl> acl;
    private final long ttlMs;
    private final Parents parents;

    private CreateOptions(CreateMode mode, List<Acl> acl, long ttlMs, Parents parents) {
        this.mode = mode;
        this.acl = List.copyOf(acl);
        this.ttlMs = ttlMs;
        this.parents = parents;
    }

    /** Without a time to live, unless the mode asks for one: then {@link #withTtl} says how long. */
    public CreateOptions withMode(CreateMode newMode) {
        return new CreateOptions(newMode, acl, newMode.hasTtl() ? ttlMs : 0, parents);
    }

    /** The access control list; {@link Acl#OPEN} unless it is given. Missing parents are made with the same list. */
    public CreateOptions withAcl(List<Acl> newAcl) {
        return new CreateOptions(mode, newAcl, ttlMs, parents);
    }

    /**
     * The server deletes the znode when it was not changed for so long and has no children; a persistent mode becomes the
     * one with a time to live. Servers refuse it unless their extended types are switched on.
     *
     * @param ttl at least a millisecond
     * @throws IllegalArgumentException for an ephemeral or a container mode, or a shorter time
     */
    public CreateOptions withTtl(Duration ttl) {
        long millis = ttl.toMillis();
        if (millis < 1) {
            throw new IllegalArgumentException("a time to live is at least 1 ms, not " + ttl);
        }
        CreateMode withTtl = switch (mode) {
            case PERSISTENT, PERSISTENT_WITH_TTL -> CreateMode.PERSISTENT_WITH_TTL;
            case PERSISTENT_SEQUENTIAL, PERSISTENT_SEQUENTIAL_WITH_TTL -> CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL;
            case EPHEMERAL, EPHEMERAL_SEQUENTIAL, CONTAINER ->
                throw new IllegalArgumentException(mode + " znodes have no time to live");
        };
        return new CreateOptions(withTtl, acl, millis, parents);
    }

    /** Parents that do not exist are made as containers, which the server deletes some time after they became empty. */
    public CreateOptions withParents() {
        return new CreateOptions(mode, acl, ttlMs, Parents.AS_CONTAINERS);
    }

    /** Parents that do not exist are made as persistent znodes. */
    public CreateOptions withPersistentParents() {
        return new CreateOptions(mode, acl, ttlMs, Parents.AS_PERSISTENT);
    }

    public CreateMode mode() {
        return mode;
    }

    public List<Acl> acl() {
        return acl;
    }

    /** 0 for none. */
    public long ttlMs() {
        return ttlMs;
    }

    Parents parents() {
        return parents;
    }

    @Override
    public String toString() {
        return "CreateOptions[" + mode + ", parents " + parents + (ttlMs > 0 ? ", ttl " + ttlMs + " ms" : "") + "]";
    }
}
