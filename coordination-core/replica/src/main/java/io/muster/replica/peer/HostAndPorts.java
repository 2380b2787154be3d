package io.muster.replica.peer;

import io.muster.replica.state.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses as configurations and servers write them: a host and numbers behind colons, IPv6 in brackets. */
final class HostAndPorts {
    private static final int MAX_PORT = 65_535;
    private static final int IPV6_BYTES = 16;

    private HostAndPorts() {}

    /** The host, without brackets, and all that stands behind it between colons; null if that is none. */
    static @Nullable List<String> parse(String text) {
        String host;
        String rest;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                return null;
            }
            host = text.substring(1, end);
            rest = text.substring(end + 1);
            if (!rest.isEmpty() && rest.charAt(0) != ':') {
                return null;
            }
        } else {
            int end = text.indexOf(':');
            host = end < 0 ? text : text.substring(0, end);
            rest = end < 0 ? "" : text.substring(end);
        }
        if (host.isEmpty() || !host.chars().allMatch(HostAndPorts::mayBeInAHost)) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        parts.add(normalized(host));
        if (!rest.isEmpty()) {
            parts.addAll(split(rest.substring(1), ':'));
        }
        return parts;
    }

    private static boolean mayBeInAHost(int c) {
        return Character.isLetterOrDigit(c) || ".-_:%".indexOf(c) >= 0;
    }

    /** The parts between the separators, also the empty ones. */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + 1;
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** From 0 to 65535; -1 if the text is no such number. */
    static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= MAX_PORT ? port : -1;
    }

    /** An IPv6 address in the one form in which ZooKeeper writes it: eight numbers, none left away. */
    private static String normalized(String host) {
        byte[] address = host.indexOf('%') >= 0 ? null : IpAddress.parse(host);
        if (address == null || address.length != IPV6_BYTES) {
            return host;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < IPV6_BYTES; i += 2) {
            text.append(i == 0 ? "" : ":")
                    .append(Integer.toHexString((address[i] & 0xff) << 8 | address[i + 1] & 0xff));
        }
        return text.toString();
    }

    static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
