package io.muster.replica.state;

import io.muster.protocol.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way to say who somebody is. Stateless, any thread. */
public interface AuthScheme {
    /**
     * What a credential came to.
     *
     * @param ids that it proves; empty if it is refused
     * @param claimsSuper whether it is somebody who is, or would like to be, the super user
     */
    record Proof(List<Id> ids, boolean claimsSuper) {
        static final Proof NONE = new Proof(List.of(), false);

        public Proof {
            ids = List.copyOf(ids);
        }

        public boolean isRefused() {
            return ids.isEmpty();
        }

        /** Whether it was a wrong guess at the super user's secret, though it may prove something else. */
        public boolean isWrongGuess() {
            return claimsSuper && !ids.contains(AccessControl.SUPER_ID);
        }
    }

    /** As it stands in access control lists. */
    String name();

    /**
     * What a credential proves.
     *
     * @param credential as the client sent it: a secret, not to be logged
     * @param remoteAddress numeric
     */
    Proof authenticate(byte @Nullable [] credential, String remoteAddress);

    /** Whether an access control list may name this id. */
    boolean isValid(String id);

    /** Whether a connection's id is one that a list's id means. */
    boolean matches(String connectionId, String listId);

    /** Whether having such an id means that the connection proved it, so that {@code auth} may stand for it. */
    boolean isProven();

    /** The part of an id that says who, without any secret. */
    String user(String id);
}
