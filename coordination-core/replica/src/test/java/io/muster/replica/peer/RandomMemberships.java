package io.muster.replica.peer;

import io.muster.replica.peer.Membership.ClientAddress;
import io.muster.replica.peer.Membership.Endpoint;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Memberships that ZooKeeper would take, from a seed. */
public final class RandomMemberships {
    private static final List<String> HOSTS =
            List.of("a", "zk-1.example.org", "10.0.0.1", "127.0.0.1", "0:0:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:a0");

    private RandomMemberships() {}

    public static Membership next(Random random) {
        int count = 1 + random.nextInt(6);
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            Role role = id > 1 && random.nextInt(4) == 0 ? Role.OBSERVER : Role.PARTICIPANT;
            List<Endpoint> endpoints = new ArrayList<>();
            List<String> hosts = new ArrayList<>(HOSTS.subList(0, 1 + random.nextInt(HOSTS.size())));
            // in the order in which they are printed
            hosts.sort(null);
            for (String host : hosts.subList(0, random.nextInt(3) == 0 ? hosts.size() : 1)) {
                int port = 1 + random.nextInt(65_534);
                endpoints.add(new Endpoint(host, port, port + 1));
            }
            ClientAddress client = random.nextBoolean()
                    ? null
                    : new ClientAddress(HOSTS.get(random.nextInt(HOSTS.size())), random.nextInt(65_536));
            members.add(new Member(id, role, endpoints, client));
        }
        SortedMap<Long, List<Long>> groups = new TreeMap<>();
        SortedMap<Long, Long> weights = new TreeMap<>();
        if (random.nextBoolean()) {
            for (Member member : members) {
                if (member.role() == Role.PARTICIPANT) {
                    groups.computeIfAbsent((long) random.nextInt(3), group -> new ArrayList<>())
                            .add(member.id());
                    if (random.nextInt(3) == 0) {
                        weights.put(member.id(), random.nextBoolean() ? 0L : 2L + random.nextInt(9));
                    }
                }
            }
        }
        return new Membership(members, groups, weights, random.nextBoolean() ? 0 : random.nextLong() >>> 1);
    }
}
