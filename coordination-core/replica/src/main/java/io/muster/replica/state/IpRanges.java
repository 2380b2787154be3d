package io.muster.replica.state;

import io.muster.protocol.Acl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a long list gives to addresses: a look-up for each length of range that it names. Immutable, any thread. */
final class IpRanges {
    /** It is never iterated over. */
    private final Map<IpRange, Integer> permsByRange = new HashMap<>();
    /** The lengths of those, each once: there are at most 33 of IPv4 and 129 of IPv6. */
    private final List<Length> lengths = new ArrayList<>();

    private record Length(int bits, int addressBytes) {}

    /** @param entries those of other schemes, and those that name no address, give nothing */
    IpRanges(List<Acl> entries) {
        for (Acl entry : entries) {
            IpRange range = entry.id().scheme().equals(IpScheme.NAME)
                    ? IpRange.parse(entry.id().id())
                    : null;
            if (range == null) {
                continue;
            }
            permsByRange.merge(range, entry.perms(), (a, b) -> a | b);
            Length length = new Length(range.bits(), range.addressBytes());
            if (!lengths.contains(length)) {
                lengths.add(length);
            }
        }
    }

    /** What all ranges that an address is in give together. */
    int permsOf(String address) {
        IpRange one = lengths.isEmpty() ? null : IpRange.ofAddress(address);
        int perms = 0;
        if (one != null) {
            for (Length length : lengths) {
                if (length.addressBytes == one.addressBytes()) {
                    perms |= permsByRange.getOrDefault(one.first(length.bits), 0);
                }
            }
        }
        return perms;
    }
}
