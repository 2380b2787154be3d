package io.muster.replica.zab;

import io.muster.replica.peer.Notification;
import io.muster.replica.peer.ServerState;

/** Takes no part any more, so that the others find a leader that stays. */
final class Retired extends Part {
    Retired(Peer peer) {
        super(peer);
    }

    @Override
    ServerState state() {
        return ServerState.LOOKING;
    }

    @Override
    void notified(long server, Notification notification) {}

    @Override
    void handOver() {}
}
