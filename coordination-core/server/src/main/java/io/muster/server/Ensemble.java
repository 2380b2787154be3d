package io.muster.server;

import io.muster.replica.Clocks;
import io.muster.replica.Outputs;
import io.muster.replica.PeerWire;
import io.muster.replica.Replica;
import io.muster.replica.ReplicaSettings;
import io.muster.replica.state.State;
import org.jspecify.annotations.Nullable;

/** The other servers, as the serial loop has to do with them: there are some, or none. Used by the loop's thread. */
interface Ensemble {
    /** Makes the replica. Called once. */
    Replica start(Clocks now, Outputs out);

    /** Where the replica's wishes for the others go; null where there are none. */
    @Nullable
    PeerWire wire();

    /** A batch has ended: what is for the others may leave. */
    void flush();

    /** What had arrived from the others when this was called is in the inbox when it returns, unless that takes too long. */
    void readAllThatArrived(int timeoutMs);

    /** Of a server that is alone. */
    static Ensemble none(ReplicaSettings settings, State recovered) {
        return new Ensemble() {
            private @Nullable State initial = recovered;

            @Override
            public Replica start(Clocks now, Outputs out) {
                State taken = initial;
                if (taken == null) {
                    throw new IllegalStateException("started before");
                }
                initial = null;
                return new Replica(settings, taken, now, out);
            }

            @Override
            public @Nullable PeerWire wire() {
                return null;
            }

            @Override
            public void flush() {}

            @Override
            public void readAllThatArrived(int timeoutMs) {}
        };
    }
}
