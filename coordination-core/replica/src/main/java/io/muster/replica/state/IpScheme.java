package io.muster.replica.state;

import io.muster.protocol.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address that a connection comes from; a list may name one address or, with {@code /bits}, a range of them. */
final class IpScheme implements AuthScheme {
    static final String NAME = "ip";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Proof authenticate(byte @Nullable [] credential, String remoteAddress) {
        return new Proof(List.of(new Id(NAME, remoteAddress)), false);
    }

    @Override
    public boolean isValid(String id) {
        // a zone is of one host only, and ZooKeeper knows none
        return id.indexOf('%') < 0 && IpRange.parse(id) != null;
    }

    @Override
    public boolean matches(String connectionId, String listId) {
        IpRange wanted = IpRange.parse(listId);
        IpRange actual = IpRange.ofAddress(connectionId);
        return wanted != null && actual != null && wanted.contains(actual);
    }

    @Override
    public boolean isProven() {
        return false;
    }

    @Override
    public String user(String id) {
        return id;
    }
}
