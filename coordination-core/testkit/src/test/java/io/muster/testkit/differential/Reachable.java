package io.muster.testkit.differential;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which error codes an operation can meet here. By no script are met, and why:
 * <ul>
 *   <li>-1, -3, -100: no server sends them; -4, -7, -113, -122: clients say them to themselves;
 *   <li>-2 outside of a multi: only operations behind a failed one have it;
 *   <li>-5 for a ping, whoAmI and closeSession: they have no record that could be unreadable; for auth and sasl: the
 *       connection is closed instead;
 *   <li>-6 for createTTL: both servers run with {@code zookeeper.extendedTypesEnabled}, since without it nothing else of
 *       TTL can be met;
 *   <li>-12, -118, -120, -119: local sessions, sessions that move between servers, and read-only servers need an ensemble;
 *   <li>-13, -14, and -8, -102, -103 of reconfig: a server that is alone refuses it before it looks at it, with -123;
 *   <li>-112: between a session's end and its connection's close there is no moment that a script could name; an attach to
 *       such a session is refused, which is compared;
 *   <li>-124, -127: only with {@code enforce.auth} and throttling, which are off by default; -125 in a multi: ZooKeeper
 *       counts the parts of a multi as if each were alone, Muster together, so there are none of writes where quotas are.
 * </ul>
 */
final class Reachable {
    private static final List<Integer> READ = List.of(0, -5, -101, -102);

    private Reachable() {}

    /** By what {@link Coverage} counts. */
    static Map<String, Set<Integer>> errors() {
        Map<String, Set<Integer>> errors = new HashMap<>();
        for (Kind create : List.of(Kind.CREATE, Kind.CREATE2, Kind.CREATE_CONTAINER, Kind.CREATE_TTL)) {
            put(errors, create.word, 0, -5, -8, -101, -102, -108, -110, -114, -125);
            put(errors, "multi/" + create.word, 0, -2, -8, -101, -102, -108, -110, -114);
        }
        put(errors, "delete", 0, -5, -8, -101, -102, -103, -111);
        put(errors, "multi/delete", 0, -2, -8, -101, -102, -103, -111);
        put(errors, "setData", 0, -5, -8, -101, -102, -103, -125);
        put(errors, "multi/setData", 0, -2, -8, -101, -102, -103);
        put(errors, "multi/check", 0, -2, -8, -101, -102, -103);
        put(errors, "setACL", 0, -5, -8, -101, -102, -103, -114);
        put(errors, "exists", 0, -5, -8, -101, -102);
        for (Kind read : List.of(
                Kind.GET_DATA, Kind.GET_ACL, Kind.GET_CHILDREN, Kind.GET_CHILDREN2, Kind.GET_ALL_CHILDREN_NUMBER)) {
            errors.put(read.word, new TreeSet<>(READ));
        }
        put(errors, "multiRead/getData", 0, -101, -102);
        put(errors, "multiRead/getChildren", 0, -101, -102);
        put(errors, "removeWatches", 0, -5, -121);
        put(errors, "checkWatches", 0, -5, -121);
        for (String word :
                List.of("multi", "multiRead", "getEphemerals", "sync", "addWatch", "setWatches", "setWatches2")) {
            put(errors, word, 0, -5);
        }
        for (String word : List.of("ping", "whoAmI", "closeSession", "sasl")) {
            put(errors, word, 0);
        }
        put(errors, "auth", 0, -115);
        put(errors, "reconfig", -5, -123);
        put(errors, "check", -6);
        put(errors, "opcode", -6);
        return errors;
    }

    private static void put(Map<String, Set<Integer>> errors, String operation, Integer... codes) {
        errors.put(operation, new TreeSet<>(List.of(codes)));
    }
}
