package io.muster.replica.peer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to an ensemble, and whose word counts how much.
 *
 * @param members by ascending id
 * @param groups group id to the ids of the participants in it; empty where a majority of participants decides
 * @param weights server id to its weight, for those whose weight is not 1; means nothing without groups
 * @param version the zxid of the transaction that made it; 0 for one that was configured
 */
public record Membership(
        List<Member> members, SortedMap<Long, List<Long>> groups, SortedMap<Long, Long> weights, long version) {
    /** @throws IllegalArgumentException if two members have the same id */
    public Membership {
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparingLong(Member::id));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).id() == sorted.get(i).id()) {
                throw new IllegalArgumentException(
                        "two members have the id " + sorted.get(i).id());
            }
        }
        members = List.copyOf(sorted);
        SortedMap<Long, List<Long>> copies = new TreeMap<>();
        groups.forEach((group, ids) -> copies.put(group, List.copyOf(ids)));
        groups = Collections.unmodifiableSortedMap(copies);
        weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
    }

    /** Where a majority of the participants decides. */
    public Membership(List<Member> members, long version) {
        this(members, new TreeMap<>(), new TreeMap<>(), version);
    }

    /** Who has this id; empty if nobody does. */
    public Optional<Member> member(long id) {
        return members.stream().filter(member -> member.id() == id).findFirst();
    }

    /** What a member is for. */
    public enum Role {
        /** It votes. */
        PARTICIPANT,
        /** It learns what is committed, and counts for nothing. */
        OBSERVER
    }

    /**
     * One server.
     *
     * @param id 1 to 255, as in its file {@code myid}
     * @param endpoints where the other servers reach it, at least one
     * @param client where clients reach it; null where its own configuration says that
     */
    public record Member(
            long id,
            Role role,
            List<Endpoint> endpoints,
            @Nullable ClientAddress client) {
        public Member {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * One of a server's network interfaces.
     *
     * @param host a name or an address; IPv6 without brackets
     * @param quorumPort where learners come to the leader
     * @param electionPort where votes go
     */
    public record Endpoint(String host, int quorumPort, int electionPort) {}

    /** @param host as for an {@link Endpoint} */
    public record ClientAddress(String host, int port) {}
}
