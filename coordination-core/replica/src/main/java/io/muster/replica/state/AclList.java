package io.muster.replica.state;

import io.muster.protocol.Acl;
import java.util.List;

/**
 * An access control list as it is stored: many znodes share one object, and comparing two starts with their hashes.
 *
 * @see AccessControl
 */
public final class AclList {
    /** Everybody may do everything; what most znodes have. */
    public static final AclList OPEN = new AclList(Acl.OPEN);

    private final List<Acl> entries;
    private final int hash;

    public AclList(List<Acl> entries) {
        this.entries = List.copyOf(entries);
        this.hash = this.entries.hashCode();
    }

    public List<Acl> entries() {
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof AclList list && hash == list.hash && entries.equals(list.entries);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
