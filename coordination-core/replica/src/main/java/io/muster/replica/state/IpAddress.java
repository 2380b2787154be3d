package io.muster.replica.state;

import org.jspecify.annotations.Nullable;

/** Numeric addresses, without asking a name service for anything. */
public final class IpAddress {
    private IpAddress() {}

    /** Its 4 or 16 bytes, in the order of the text; null if the text is no such address. An IPv6 zone is ignored. */
    public static byte @Nullable [] parse(String text) {
        return text.indexOf(':') < 0 ? parse4(text) : parse6(text);
    }

    private static byte @Nullable [] parse4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            Integer part = number(parts[i], 10);
            if (part == null || part < 0 || part > 255) {
                return null;
            }
            address[i] = part.byteValue();
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
            Integer group = parts[i].length() > 4 ? null : number(parts[i], 16);
            if (group == null) {
                return null;
            }
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = group.byteValue();
        }
        return bytes;
    }

    /** As ZooKeeper reads it: with a sign, if it likes, and digits of any script. Null if it is no number. */
    private static @Nullable Integer number(String text, int radix) {
        try {
            return Integer.parseInt(text, radix);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
