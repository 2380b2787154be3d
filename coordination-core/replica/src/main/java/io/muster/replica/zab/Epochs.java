package io.muster.replica.zab;

/**
 * The two numbers that a server must not forget, as far as they are on its disk. Owned by one thread.
 *
 * <p>Invariant: {@code current <= accepted}; both only grow.
 */
final class Epochs {
    private static final long NOBODY = -1;
    private static final long UNKNOWN = -2;

    private long accepted;
    private long acceptedOnDisk;
    /** To whom the accepted epoch was promised; {@link #NOBODY} if to nobody yet, {@link #UNKNOWN} after a restart. */
    private long promisedTo = UNKNOWN;

    private long current;
    private long seen;

    Epochs(long accepted, long current) {
        if (current < 0 || accepted < current) {
            throw new IllegalStateException(
                    "current epoch " + current + " is not from 0 to the accepted epoch " + accepted);
        }
        this.accepted = accepted;
        this.acceptedOnDisk = accepted;
        this.current = current;
        this.seen = accepted;
    }

    /** The last epoch that this server promised to, or is about to. */
    long accepted() {
        return accepted;
    }

    boolean isAcceptedOnDisk() {
        return acceptedOnDisk == accepted;
    }

    /** The epoch of the last leader whose history this server took over; on the disk. */
    long current() {
        return current;
    }

    /** The highest epoch that anybody was heard to have accepted. */
    long seen() {
        return seen;
    }

    void see(long epoch) {
        seen = Math.max(seen, epoch);
    }

    /** Promises; the promise holds when it is on the disk. */
    void accept(long epoch) {
        if (epoch <= accepted) {
            throw new IllegalStateException("epoch " + epoch + " after " + accepted);
        }
        accepted = epoch;
        promisedTo = NOBODY;
        see(epoch);
    }

    void acceptedSaved(long epoch) {
        if (epoch > accepted) {
            throw new IllegalStateException("epoch " + epoch + " was saved, but only " + accepted + " accepted");
        }
        acceptedOnDisk = Math.max(acceptedOnDisk, epoch);
    }

    void currentSaved(long epoch) {
        if (epoch < current || epoch > acceptedOnDisk) {
            throw new IllegalStateException(
                    "current epoch " + epoch + " is not from " + current + " to the accepted " + acceptedOnDisk);
        }
        current = epoch;
    }

    /**
     * Promises the accepted epoch to a leader.
     *
     * @return whether the promise may be counted. It could be that two servers want to lead the same epoch, and then only one
     *     of them may have it: the first that asked
     */
    boolean promiseTo(long leader) {
        if (promisedTo == NOBODY) {
            promisedTo = leader;
        }
        return promisedTo == leader && current < accepted;
    }
}
