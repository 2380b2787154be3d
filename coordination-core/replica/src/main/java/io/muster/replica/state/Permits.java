package io.muster.replica.state;

import io.muster.protocol.Id;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one caller may do, remembered for as long as one request is prepared: a multi asks the same of the same list once for
 * each of its operations. Used by the thread that prepares.
 */
final class Permits {
    private final AccessControl access;
    private final List<Id> ids;
    /** Never iterated over. */
    private final Map<Question, Boolean> known = new HashMap<>();

    private record Question(AclList acl, int perms) {}

    Permits(AccessControl access, List<Id> ids) {
        this.access = access;
        this.ids = ids;
    }

    /** As {@link AccessControl#permits}. */
    boolean permits(AclList acl, int anyOfPerms) {
        return acl.equals(AclList.OPEN)
                || known.computeIfAbsent(
                        new Question(acl, anyOfPerms), asked -> access.permits(asked.acl, asked.perms, ids));
    }
}
