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
        int slash = id.indexOf('/');
        byte[] address = IpAddress.parse(slash < 0 ? id : id.substring(0, slash));
        return address != null && (slash < 0 || bits(id, slash, address) >= 0);
    }

    @Override
    public boolean matches(String connectionId, String listId) {
        int slash = listId.indexOf('/');
        byte[] wanted = IpAddress.parse(slash < 0 ? listId : listId.substring(0, slash));
        byte[] actual = IpAddress.parse(connectionId);
        if (wanted == null || actual == null || wanted.length != actual.length) {
            return false;
        }
        int bits = slash < 0 ? wanted.length * 8 : bits(listId, slash, wanted);
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if (((wanted[i >> 3] ^ actual[i >> 3]) & mask) != 0) {
                return false;
            }
        }
        return bits >= 0;
    }

    private static int bits(String id, int slash, byte[] address) {
        String digits = id.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int bits = Integer.parseInt(digits);
        return bits <= address.length * 8 ? bits : -1;
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
