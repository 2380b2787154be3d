package io.muster.recipes.lease;

import io.muster.client.SessionLoss;

/** That a lease was lost, and why. */
public record LeaseLoss(Reason reason, FencingToken token) {

    /** What happened. */
    public enum Reason {
        /** The session may have expired: nothing confirmed it in time. */
        DEADLINE_PASSED,
        /** The session has expired. */
        SESSION_EXPIRED,
        /** Somebody else deleted the lease's znode. */
        NODE_DELETED,
        /** The client was closed. */
        CLIENT_CLOSED,
        /** The server refused the client's credentials. */
        AUTH_FAILED;

        static Reason of(SessionLoss loss) {
            return switch (loss) {
                case DEADLINE_PASSED -> DEADLINE_PASSED;
                case EXPIRED -> SESSION_EXPIRED;
                case CLIENT_CLOSED -> CLIENT_CLOSED;
                case AUTH_FAILED -> AUTH_FAILED;
            };
        }
    }
}
