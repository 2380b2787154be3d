package io.muster.client;

import io.muster.protocol.Paths;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code host[:port],...[/chroot]} taken apart.
 *
 * @param servers at least one
 * @param chroot the path under which the client lives; empty for the root
 */
record ConnectString(List<ServerAddress> servers, String chroot) {
    private static final int DEFAULT_PORT = 2181;

    ConnectString {
        servers = List.copyOf(servers);
    }

    static ConnectString parse(String text) {
        int slash = text.indexOf('/');
        String hosts = slash < 0 ? text : text.substring(0, slash);
        String chroot = slash < 0 ? "" : normalChroot(text.substring(slash));
        List<ServerAddress> servers = new ArrayList<>();
        for (String part : hosts.split(",", -1)) {
            if (!part.isBlank()) {
                servers.add(address(part.strip(), text));
            }
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no server in the connect string \"" + text + "\"");
        }
        return new ConnectString(servers, chroot);
    }

    /** Empty for {@code /}, else the path itself. */
    static String normalChroot(String chroot) {
        if (chroot.isEmpty() || chroot.equals("/")) {
            return "";
        }
        return Paths.requireValid(chroot);
    }

    private static ServerAddress address(String part, String text) {
        int hostEnd;
        String host;
        if (part.startsWith("[")) {
            hostEnd = part.indexOf(']') + 1;
            if (hostEnd == 0) {
                throw malformed(part, text);
            }
            host = part.substring(1, hostEnd - 1);
        } else {
            int colon = part.indexOf(':');
            hostEnd = colon < 0 ? part.length() : colon;
            host = part.substring(0, hostEnd);
        }
        if (hostEnd == part.length()) {
            return new ServerAddress(host, DEFAULT_PORT);
        }
        try {
            if (part.charAt(hostEnd) == ':') {
                return new ServerAddress(host, Integer.parseInt(part.substring(hostEnd + 1)));
            }
        } catch (NumberFormatException e) {
            // told below, with the whole string
        }
        throw malformed(part, text);
    }

    private static IllegalArgumentException malformed(String part, String text) {
        return new IllegalArgumentException("\"" + part + "\" in the connect string \"" + text
                + "\" is no host:port; write IPv6 addresses in brackets");
    }
}
