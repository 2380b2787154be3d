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

    /** Numeric addresses, without asking a name service for anything. */
    static final class IpAddress {
        private IpAddress() {}

        static byte @Nullable [] parse(String text) {
            return text.indexOf(':') < 0 ? parse4(text) : parse6(text);
        }

        private static byte @Nullable [] parse4(String text) {
            String[] parts = text.split("\\.", -1);
            if (parts.length != 4) {
                return null;
            }
            byte[] address = new byte[4];
            for (int i = 0; i < 4; i++) {
                int part = number(parts[i], 10, 3);
                if (part < 0 || part > 255) {
                    return null;
                }
                address[i] = (byte) part;
            }
            return address;
        }

        private static byte @Nullable [] parse6(String text) {
            int zone = text.indexOf('%');
            String plain = zone < 0 ? text : text.substring(0, zone);
            int gap = plain.indexOf("::");
            if (gap < 0) {
                byte[] all = groups(plain);
                return all != null && all.length == 16 ? all : null;
            }
            byte[] head = groups(plain.substring(0, gap));
            byte[] tail = groups(plain.substring(gap + 2));
            if (head == null || tail == null || head.length + tail.length > 14) {
                return null;
            }
            byte[] address = new byte[16];
            System.arraycopy(head, 0, address, 0, head.length);
            System.arraycopy(tail, 0, address, 16 - tail.length, tail.length);
            return address;
        }

        private static byte @Nullable [] groups(String text) {
            if (text.isEmpty()) {
                return new byte[0];
            }
            String[] parts = text.split(":", -1);
            byte[] bytes = new byte[parts.length * 2];
            for (int i = 0; i < parts.length; i++) {
                int group = number(parts[i], 16, 4);
                if (group < 0) {
                    return null;
                }
                bytes[2 * i] = (byte) (group >> 8);
                bytes[2 * i + 1] = (byte) group;
            }
            return bytes;
        }

        private static int number(String digits, int radix, int maxDigits) {
            if (digits.isEmpty() || digits.length() > maxDigits) {
                return -1;
            }
            int value = 0;
            for (int i = 0; i < digits.length(); i++) {
                int digit = Character.digit(digits.charAt(i), radix);
                if (digit < 0) {
                    return -1;
                }
                value = value * radix + digit;
            }
            return value;
        }
    }
}
