package io.muster.client;

import io.muster.protocol.Acl;
import io.muster.protocol.Stat;
import java.util.List;

/** A znode's access control list, and its stat, whose {@code aversion} is the list's version. */
public record NodeAcl(List<Acl> acl, Stat stat) {
    public NodeAcl {
        acl = List.copyOf(acl);
    }
}
