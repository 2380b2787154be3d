package io.muster.server;

import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.List;

/** What the serial loop wants done with the disk. The log thread does one after the other. */
sealed interface DiskTask {
    /** @param transactions oldest first; the list does not change any more */
    record Append(List<Transaction> transactions) implements DiskTask {}

    /** Tasks of a member of an ensemble, each answered by what {@link io.muster.replica.zab.PeerOutputs} says. */
    sealed interface OfMember extends DiskTask {}

    record Truncate(long zxid, boolean reload) implements OfMember {}

    record Install(State state, long zxid) implements OfMember {}

    record SaveAcceptedEpoch(long epoch) implements OfMember {}

    record SaveCurrentEpoch(long epoch) implements OfMember {}

    record ReadLog(long link, long after, long upTo, long maxBytes) implements OfMember {}
}
