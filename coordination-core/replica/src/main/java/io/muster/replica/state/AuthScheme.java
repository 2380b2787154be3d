package io.muster.replica.state;

import io.muster.protocol.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way to say who somebody is. Stateless, any thread. */
public interface AuthScheme {
    /** As it stands in access control lists. */
    String name();

    /**
     * The identities that a credential proves.
     *
     * @param credential as the client sent it, perhaps null: a secret, not to be logged
     * @param remoteAddress numeric
     * @return null if it proves nothing
     */
    @Nullable
    List<Id> authenticate(byte @Nullable [] credential, String remoteAddress);

    /** Whether an access control list may name this id. */
    boolean isValid(String id);

    /** Whether a connection's id is one that a list's id means. */
    boolean matches(String connectionId, String listId);

    /** Whether having such an id means that the connection proved it, so that {@code auth} may stand for it. */
    boolean isProven();

    /** The part of an id that says who, without any secret. */
    String user(String id);
}
