package io.muster.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

final class SessionHandle implements ClientSession {
    @Override
    public long id() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Duration negotiatedTimeout() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAlive() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long deadlineNanos() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Duration remaining() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isQuorumConfirmed() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<SessionLoss> ended() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Heartbeat holdHeartbeat() {
        throw new UnsupportedOperationException();
    }

    CompletableFuture<SessionLoss> endedOnLoop() {
        throw new UnsupportedOperationException();
    }

    final class Hold implements Heartbeat {
        @Override
        public ClientSession session() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isValid() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duration remaining() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<SessionLoss> lost() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }

        CompletableFuture<SessionLoss> lostOnLoop() {
            throw new UnsupportedOperationException();
        }
    }
}
