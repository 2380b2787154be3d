package io.muster.recipes.lock;

import io.muster.protocol.Acl;
import java.time.Duration;
import java.util.List;

/** How a lock's znodes are made and released. Immutable: each {@code with} returns another value. */
public final class LockOptions {
    /** Open to all, without data, five seconds to release. */
    public static final LockOptions DEFAULTS = new LockOptions(Acl.OPEN, new byte[0], Duration.ofSeconds(5));

    private final List<Acl> acl;
    private final byte[] data;
    private final Duration releaseTimeout;

    private LockOptions(List<Acl> acl, byte[] data, Duration releaseTimeout) {
        this.acl = List.copyOf(acl);
        this.data = data;
        this.releaseTimeout = releaseTimeout;
    }

    /**
     * The access control list of the lock's znode and of parents that have to be made. All contenders must be allowed to
     * list and create below the path, and to read each other's znodes.
     */
    public LockOptions withAcl(List<Acl> newAcl) {
        return new LockOptions(newAcl, data, releaseTimeout);
    }

    /** What the holder's and the waiters' znodes contain: who they are, for people. Curator shows it as participant's id. */
    public LockOptions withData(byte[] newData) {
        return new LockOptions(acl, newData.clone(), releaseTimeout);
    }

    /** How long {@link LockLease#close()} waits for the server's confirmation at most; deletion goes on after that. */
    public LockOptions withReleaseTimeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a release timeout of " + timeout);
        }
        return new LockOptions(acl, data, timeout);
    }

    public List<Acl> acl() {
        return acl;
    }

    public byte[] data() {
        return data.clone();
    }

    public Duration releaseTimeout() {
        return releaseTimeout;
    }

    @Override
    public String toString() {
        return "LockOptions[acl " + acl + ", " + data.length + " bytes of data, release timeout " + releaseTimeout
                + "]";
    }
}
