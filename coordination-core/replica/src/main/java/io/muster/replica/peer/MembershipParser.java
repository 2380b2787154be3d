package io.muster.replica.peer;

import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import io.muster.replica.peer.MembershipText.Parsed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the entries of a membership's text; the first that is malformed decides. Used once, by one thread. */
final class MembershipParser {
    private final List<Member> members = new ArrayList<>();
    private final SortedMap<Long, List<Long>> groups = new TreeMap<>();
    private final SortedMap<Long, Long> weights = new TreeMap<>();
    private boolean hierarchical;
    private long version;
    private @Nullable String problem;

    void take(String key, String value) {
        String wrong = taken(key, value);
        if (wrong != null && problem == null) {
            problem = key + "=" + value + ": " + wrong;
        }
    }

    /** Null, or what is wrong with the entry. */
    private @Nullable String taken(String key, String value) {
        if (key.startsWith(MembershipText.SERVER)) {
            return server(number(key.substring(MembershipText.SERVER.length()), 10), value);
        }
        if (key.startsWith(MembershipText.GROUP)) {
            hierarchical = true;
            return group(number(key.substring(key.indexOf('.') + 1), 10), value);
        }
        if (key.startsWith(MembershipText.WEIGHT)) {
            hierarchical = true;
            return weight(number(key.substring(key.indexOf('.') + 1), 10), number(value, 10));
        }
        if (key.equals(MembershipText.VERSION)) {
            Long parsed = number(value, 16);
            version = parsed == null ? 0 : parsed;
            return parsed == null ? "it is no hexadecimal number" : null;
        }
        return "a membership has no such key";
    }

    private @Nullable String server(@Nullable Long id, String value) {
        if (id == null || id < 0) {
            return "the server id is no number from 0";
        }
        if (members.stream().anyMatch(each -> each.id() == id)) {
            return "there are two members with this id";
        }
        List<String> problems = new ArrayList<>();
        Member member = MembershipText.parseMember(id, value, problems);
        if (member != null) {
            members.add(member);
        }
        return problems.isEmpty() ? null : problems.get(0);
    }

    private @Nullable String group(@Nullable Long id, String value) {
        if (id == null) {
            return "the group id is no number";
        }
        List<Long> ids = new ArrayList<>();
        for (String each : HostAndPorts.split(value, ':')) {
            Long server = number(each, 10);
            if (server == null) {
                return "the server ids in it are no numbers";
            }
            if (ids.contains(server) || groups.values().stream().anyMatch(group -> group.contains(server))) {
                return "server " + server + " is in a group already";
            }
            ids.add(server);
        }
        return groups.put(id, ids) == null ? null : "there are two groups with this id";
    }

    private @Nullable String weight(@Nullable Long id, @Nullable Long weight) {
        if (id == null || weight == null || weight < 0) {
            return "the server id and the weight are to be numbers, the weight at least 0";
        }
        if (weight != 1) {
            weights.put(id, weight);
        }
        return null;
    }

    Parsed parsed() {
        if (problem != null) {
            return new Parsed.Malformed(problem);
        }
        if (members.isEmpty()) {
            return new Parsed.Malformed("it names no member");
        }
        if (members.stream().noneMatch(each -> each.role() == Role.PARTICIPANT)) {
            return new Parsed.Malformed("all its members are observers, and observers need participants");
        }
        for (Member member : hierarchical ? members : List.<Member>of()) {
            long id = member.id();
            if (member.role() == Role.PARTICIPANT && groups.values().stream().noneMatch(group -> group.contains(id))) {
                return new Parsed.Malformed("server " + id + " takes part and is in no group");
            }
        }
        members.sort(Comparator.comparingLong(Member::id));
        groups.replaceAll((group, ids) -> ids.stream().sorted().toList());
        return new Parsed.Members(new Membership(members, groups, weights, version));
    }

    private static @Nullable Long number(String text, int radix) {
        // neither the sign that Java allows, nor digits of other scripts
        if (text.isEmpty() || !text.chars().allMatch(c -> c < 0x80 && Character.digit(c, radix) >= 0)) {
            return null;
        }
        try {
            return Long.parseLong(text, radix);
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }
}
