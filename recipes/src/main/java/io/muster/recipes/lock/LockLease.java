package io.muster.recipes.lock;

import io.muster.client.EventLoop;
import io.muster.client.Heartbeat;
import io.muster.recipes.lease.EphemeralLease;
import io.muster.recipes.lease.EphemeralNode;
import java.time.Duration;

/** A lock that is held. It belongs to whoever has this object, not to a thread. */
public final class LockLease extends EphemeralLease {

    LockLease(EventLoop loop, EphemeralNode node, Heartbeat heartbeat, Duration releaseTimeout) {
        super(loop, node, heartbeat, releaseTimeout);
    }
}
