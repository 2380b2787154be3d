package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An access control list as it is stored: many znodes share one object, and comparing two starts with their hashes.
 *
 * @see AccessControl
 */
public final class AclList {
    /** Everybody may do everything; what most znodes have. */
    public static final AclList OPEN = new AclList(Acl.OPEN);

    /** A longer list is looked up in, not walked over. */
    private static final int SHORT = 16;

    private final List<Acl> entries;
    private final int hash;
    /** Of a list that is not short: what each id is given by all of its entries together. It is never iterated over. */
    private final @Nullable Map<Id, Integer> permsById;
    /** Of a list that is not short: what its entries give to addresses. */
    private final @Nullable IpRanges ranges;

    public AclList(List<Acl> entries) {
        this.entries = List.copyOf(entries);
        this.hash = this.entries.hashCode();
        if (entries.size() <= SHORT) {
            this.permsById = null;
            this.ranges = null;
            return;
        }
        Map<Id, Integer> perms = new HashMap<>(entries.size() * 2);
        for (Acl entry : entries) {
            perms.merge(entry.id(), entry.perms(), (a, b) -> a | b);
        }
        this.permsById = perms;
        this.ranges = new IpRanges(this.entries);
    }

    /** Whether all questions for an id are to be asked of {@link #permsOf}, which is cheaper. */
    boolean isLong() {
        return permsById != null;
    }

    /** What the entries of a long list that name this id, or addresses that it is among, give together. */
    int permsOf(Id id) {
        int perms = permsById == null ? 0 : permsById.getOrDefault(id, 0);
        return ranges == null || !id.scheme().equals(IpScheme.NAME) ? perms : perms | ranges.permsOf(id.id());
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
