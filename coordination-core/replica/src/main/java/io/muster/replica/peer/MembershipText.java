package io.muster.replica.peer;

import io.muster.replica.peer.Membership.ClientAddress;
import io.muster.replica.peer.Membership.Endpoint;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A membership as text: in notifications, in NEWLEADER, in {@code /zookeeper/config}, and in part in configuration files.
 * What is printed is ZooKeeper's to the byte; what is parsed is what ZooKeeper takes, and what it does not is an answer,
 * never an exception.
 */
public final class MembershipText {
    static final String SERVER = "server.";
    static final String GROUP = "group";
    static final String WEIGHT = "weight";
    static final String VERSION = "version";
    private static final String ANY_ADDRESS = "0.0.0.0";

    /** ZooKeeper sorts by host only, and has no order for a server with two ports on one. */
    private static final Comparator<Endpoint> ORDER = Comparator.comparing(Endpoint::host)
            .thenComparingInt(Endpoint::quorumPort)
            .thenComparingInt(Endpoint::electionPort);

    private MembershipText() {}

    /** What a text says. */
    public sealed interface Parsed {
        /** The membership that it names. */
        record Members(Membership membership) implements Parsed {}

        /** Nothing. @param reason one line that names the key and the value */
        record Malformed(String reason) implements Parsed {}

        /** The membership, or null if the text names none. */
        default @Nullable Membership orNull() {
            return this instanceof Members members ? members.membership() : null;
        }
    }

    /** The text of a membership: a line for each member, for each group and weight, and one for the version at the end. */
    public static String print(Membership membership) {
        StringJoiner lines = new StringJoiner("\n");
        membership.members().forEach(member -> lines.add(SERVER + member.id() + "=" + print(member)));
        membership
                .groups()
                .forEach((group, ids) -> lines.add(GROUP + "." + group + "="
                        + ids.stream().map(String::valueOf).collect(Collectors.joining(":"))));
        if (!membership.groups().isEmpty()) {
            SortedMap<Long, Long> weights = new TreeMap<>();
            membership.members().stream()
                    .filter(member -> member.role() == Role.PARTICIPANT)
                    .forEach(member -> weights.put(member.id(), 1L));
            weights.putAll(membership.weights());
            weights.forEach((id, weight) -> lines.add(WEIGHT + "." + id + "=" + weight));
        }
        return lines.add(VERSION + "=" + Long.toHexString(membership.version())).toString();
    }

    /** What stands behind {@code server.N=}. */
    public static String print(Member member) {
        String addresses = member.endpoints().stream()
                .sorted(ORDER)
                .map(each -> HostAndPorts.bracketed(each.host()) + ":" + each.quorumPort() + ":" + each.electionPort())
                .collect(Collectors.joining("|"));
        String role = member.role() == Role.OBSERVER ? ":observer" : ":participant";
        ClientAddress client = member.client();
        return addresses
                + role
                + (client == null ? "" : ";" + HostAndPorts.bracketed(client.host()) + ":" + client.port());
    }

    /** Reads a whole text: members, groups, weights and version, and nothing else. Without a version it is 0. */
    public static Parsed parse(String text) {
        Map<String, String> entries = PropertiesText.parse(text);
        return entries == null ? new Parsed.Malformed("an escape is none: \\u without a number") : parse(entries);
    }

    /** Reads the entries of a text, be they from a file or from another server. */
    public static Parsed parse(Map<String, String> entries) {
        MembershipParser parser = new MembershipParser();
        entries.forEach(parser::take);
        return parser.parsed();
    }

    /** Reads what stands behind {@code server.N=}; null, and a reason in the list, if it is malformed. */
    static @Nullable Member parseMember(long id, String text, List<String> problems) {
        List<String> serverAndClient = HostAndPorts.split(text, ';');
        if (serverAndClient.size() > 2) {
            problems.add("it has more than one semicolon");
            return null;
        }
        ClientAddress client = null;
        if (serverAndClient.size() == 2) {
            client = parseClient(serverAndClient.get(1));
            if (client == null) {
                problems.add("behind the semicolon there is no [host:]port");
                return null;
            }
        }
        List<Endpoint> endpoints = new ArrayList<>();
        Role role = null;
        for (String each : HostAndPorts.split(serverAndClient.get(0), '|')) {
            List<String> parts = HostAndPorts.parse(each);
            if (parts == null || parts.size() < 3 || parts.size() > 4) {
                problems.add("it is not host:quorumPort:electionPort[:role][;[host:]clientPort]");
                return null;
            }
            int quorumPort = HostAndPorts.port(parts.get(1));
            int electionPort = HostAndPorts.port(parts.get(2));
            if (quorumPort < 0 || electionPort < 0) {
                problems.add("its ports are no numbers from 0 to 65535");
                return null;
            }
            if (quorumPort == electionPort) {
                problems.add("its quorum port and its election port must differ");
                return null;
            }
            if (parts.size() == 4) {
                Role named = role(parts.get(3));
                if (named == null) {
                    problems.add("its role is neither participant nor observer");
                    return null;
                }
                if (role != null && role != named) {
                    problems.add("its addresses have different roles");
                    return null;
                }
                role = named;
            }
            endpoints.add(new Endpoint(parts.get(0), quorumPort, electionPort));
        }
        endpoints.sort(ORDER);
        return new Member(id, role == null ? Role.PARTICIPANT : role, endpoints, client);
    }

    /** A port, or a host and a port. */
    private static @Nullable ClientAddress parseClient(String text) {
        int bare = HostAndPorts.port(text);
        if (bare >= 0) {
            return new ClientAddress(ANY_ADDRESS, bare);
        }
        List<String> parts = HostAndPorts.parse(text);
        int port = parts == null || parts.size() != 2 ? -1 : HostAndPorts.port(parts.get(1));
        return parts == null || port < 0 ? null : new ClientAddress(parts.get(0), port);
    }

    static @Nullable Role role(String text) {
        if (text.equalsIgnoreCase("participant")) {
            return Role.PARTICIPANT;
        }
        return text.equalsIgnoreCase("observer") ? Role.OBSERVER : null;
    }
}
