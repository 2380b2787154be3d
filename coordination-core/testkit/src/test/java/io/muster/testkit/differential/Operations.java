package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Draws single operations, from few enough paths, versions and identities that they meet each other. */
final class Operations {
    /** For who wants only to know how long an operation is. */
    static final Operation.Names NO_NAMES = new Operation.Names() {
        @Override
        public String path(String inScript) {
            return inScript;
        }

        @Override
        public long zxid(String inScript) {
            return 0;
        }
    };

    private static final List<String> PATHS = List.of(
            "/", "/a", "/a", "/a", "/b", "/b", "/b", "/c", "/a/x", "/a/x", "/a/x", "/a/y", "/b/x", "/a/x/p", "/e",
            "/e/k");
    private static final List<String> NUMBERED = List.of(
            "/a/n0000000000", "/a/n0000000002", "/a/x/n0000000001", "/0000000005", "/n0000000006", "/b/0000000001");
    private static final List<String> PREFIXES =
            List.of("/n", "/n", "/a/n", "/a/n", "/", "/a/", "/b/", "/a/x/n", "/e/n");
    private static final List<String> PLANTS = List.of("/a", "/b", "/a/x", "/e", "/c", "/a/y");
    private static final List<String> QUOTAS = List.of("", "/a", "/a", "/b", "/a/x");
    private static final List<String> ODD = List.of(
            "/none",
            "/none/none",
            "/a/",
            "/a//x",
            "//a",
            "/a/./x",
            "/a/../b",
            "/.",
            "/a\u0000b",
            "/a\u0001b",
            "/a\u00e9",
            "/a\ue000",
            "/a\ufff0",
            "/a b",
            "!a",
            "!a/b",
            "!/",
            "!/zookeeper",
            "!/zookeeper/config",
            "!/zookeeper/quota",
            "!/zookeeper/config/none",
            "!/zookeeper/quota/none/none",
            "!/zookeeper/none");

    private final Random random;
    private final Identities identities;

    Operations(Random random) {
        this.random = random;
        this.identities = new Identities(random);
    }

    /** What a script begins with, so that there is something to do things to. */
    List<Operation> plants() {
        List<Operation> plants = new ArrayList<>();
        for (String path : PLANTS) {
            if (random.nextInt(5) > 0) {
                boolean closed = path.equals("/b") ? random.nextInt(3) == 0 : random.nextInt(20) == 0;
                List<AclEntry> acl =
                        closed ? Identities.READ_ONLY : random.nextInt(4) > 0 ? Identities.OPEN : identities.acl();
                plants.add(Operation.of(Kind.CREATE, path, data(), acl, path.equals("/e") ? 1 : 0));
            }
        }
        return plants;
    }

    /** @param watched paths on which there may be watches */
    Operation any(List<String> watched) {
        int choice = random.nextInt(1000);
        if (choice < 270) {
            return create();
        } else if (choice < 320) {
            return Operation.of(Kind.DELETE, path(), version());
        } else if (choice < 390) {
            return Operation.of(Kind.SET_DATA, path(), data(), version());
        } else if (choice < 620) {
            return read();
        } else if (choice < 660) {
            return Operation.of(Kind.SET_ACL, ownPath(), identities.acl(), version());
        } else if (choice < 760) {
            return multi();
        } else if (choice < 930) {
            return watch(watched);
        } else if (choice < 970) {
            return identities.auth();
        }
        return rare(random.nextInt(30));
    }

    /** What a script about quotas begins with. */
    List<Operation> plantedQuota() {
        String quota = "%" + oneOf(List.of("", "/a"));
        List<Operation> plants = new ArrayList<>();
        if (quota.length() > 1) {
            plants.add(Operation.of(Kind.CREATE, quota, "", Identities.OPEN, 0));
        }
        plants.add(Operation.of(Kind.CREATE, quota + "/zookeeper_limits", limits(), Identities.OPEN, 0));
        plants.add(Operation.of(Kind.CREATE, quota + "/zookeeper_stats", "", Identities.OPEN, 0));
        return plants;
    }

    /** One for a script about quotas: a limit, the numbers beside it, and what they forbid. */
    Operation aboutQuota() {
        String quota = "%" + oneOf(QUOTAS);
        String limits = quota + "/zookeeper_limits";
        return switch (random.nextInt(12)) {
            case 0 -> Operation.of(Kind.CREATE, quota, "", Identities.OPEN, 0);
            case 1, 2 -> Operation.of(Kind.CREATE, limits, limits(), Identities.OPEN, 0);
            case 3, 4 -> Operation.of(Kind.CREATE, quota + "/zookeeper_stats", "count=0,bytes=0", Identities.OPEN, 0);
            case 5 -> Operation.of(Kind.SET_DATA, limits, limits(), -1);
            case 6 -> Operation.of(Kind.DELETE, oneOf(List.of(limits, quota + "/zookeeper_stats")), -1);
            case 7 -> Operation.of(Kind.GET_DATA, limits, random.nextBoolean());
            default -> Operation.of(Kind.GET_DATA, quota + "/zookeeper_stats", random.nextBoolean());
        };
    }

    private String limits() {
        String soft = "count=" + (random.nextInt(9) - 1) + ",bytes=" + (random.nextInt(4) * 8 - 1);
        return random.nextInt(3) == 0
                ? soft
                : soft + "=;byteHardLimit=" + (random.nextInt(5) * 6 - 1) + ";countHardLimit="
                        + (random.nextInt(9) - 1);
    }

    private Operation create() {
        Kind kind = oneOf(
                List.of(Kind.CREATE, Kind.CREATE, Kind.CREATE2, Kind.CREATE2, Kind.CREATE_CONTAINER, Kind.CREATE_TTL));
        int flags = random.nextInt(40) == 0 ? oddFlags(kind) : goodFlags(kind);
        boolean sequential = flags == 2 || flags == 3 || flags == 6;
        String path = sequential ? prefix() : path();
        if (kind != Kind.CREATE_TTL) {
            return Operation.of(kind, path, data(), identities.acl(), flags);
        }
        long ttlMs = random.nextInt(4) > 0 ? 100_000 : oneOf(List.of(1L << 39, (1L << 40) - 1, 1L << 40, 0L, -1L));
        return Operation.of(kind, path, data(), identities.acl(), flags, ttlMs);
    }

    private int goodFlags(Kind kind) {
        return switch (kind) {
            case CREATE_CONTAINER -> 4;
            case CREATE_TTL -> 5 + random.nextInt(2);
            default -> random.nextInt(4);
        };
    }

    /** None that another operation has and that ZooKeeper takes all the same: see {@link KeptDifferencesTest}. */
    private int oddFlags(Kind kind) {
        return switch (kind) {
            case CREATE_CONTAINER -> oneOf(List.of(5, 7, -1));
            case CREATE_TTL -> oneOf(List.of(7, -1));
            default -> oneOf(List.of(5, 6, 7, -1));
        };
    }

    private Operation read() {
        Kind kind = oneOf(List.of(
                Kind.EXISTS,
                Kind.EXISTS,
                Kind.GET_DATA,
                Kind.GET_DATA,
                Kind.GET_CHILDREN,
                Kind.GET_CHILDREN2,
                Kind.GET_ACL,
                Kind.GET_ALL_CHILDREN_NUMBER,
                Kind.GET_EPHEMERALS,
                Kind.SYNC));
        return kind.fields.contains(Field.BOOL)
                ? Operation.of(kind, path(), random.nextBoolean())
                : Operation.of(kind, path());
    }

    private Operation multi() {
        int choice = random.nextInt(16);
        if (choice < 4) {
            return Operation.of(Kind.MULTI, story());
        }
        boolean reads = choice < 8;
        int count = choice == 8 ? 0 : 1 + random.nextInt(4);
        List<Operation> parts = new ArrayList<>();
        boolean ofWrites = !reads || random.nextInt(30) == 0;
        for (int i = 0; i < count; i++) {
            parts.add(ofWrites ? partOfWrite() : partOfRead());
        }
        if (random.nextInt(40) == 0) {
            parts.add(ofWrites ? partOfRead() : partOfWrite());
        }
        return Operation.of(reads ? Kind.MULTI_READ : Kind.MULTI, parts);
    }

    /** A multi whose operations build on each other. */
    private List<Operation> story() {
        String parent = oneOf(PLANTS);
        String path = parent + "/m";
        List<Operation> parts = new ArrayList<>();
        parts.add(Operation.of(Kind.CHECK, parent, -1));
        parts.add(Operation.of(random.nextBoolean() ? Kind.CREATE : Kind.CREATE2, path, data(), Identities.OPEN, 0));
        if (random.nextBoolean()) {
            parts.add(Operation.of(Kind.SET_DATA, path, data(), random.nextInt(2)));
        }
        if (random.nextBoolean()) {
            parts.add(Operation.of(Kind.CREATE2, path + "/n", data(), Identities.OPEN, random.nextInt(4)));
        }
        if (random.nextBoolean()) {
            parts.add(Operation.of(Kind.DELETE, path, random.nextInt(3) - 1));
        }
        return parts;
    }

    private Operation partOfRead() {
        return Operation.of(random.nextBoolean() ? Kind.GET_DATA : Kind.GET_CHILDREN, path(), random.nextBoolean());
    }

    private Operation partOfWrite() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> createInMulti();
            case 3, 4 -> Operation.of(Kind.DELETE, path(), version());
            case 5, 6 -> Operation.of(Kind.SET_DATA, path(), data(), version());
            default -> Operation.of(Kind.CHECK, path(), version());
        };
    }

    private Operation watch(List<String> watched) {
        String held = watched.isEmpty() || random.nextInt(3) == 0 ? path() : oneOf(watched);
        return switch (random.nextInt(9)) {
            case 0, 1, 2, 3 ->
                Operation.of(
                        Kind.ADD_WATCH, path(), random.nextInt(20) == 0 ? oneOf(List.of(-1, 2)) : random.nextInt(2));
            case 4 -> Operation.of(Kind.REMOVE_WATCHES, held, kindOfWatch());
            case 5, 6 -> Operation.of(Kind.CHECK_WATCHES, held, kindOfWatch());
            case 7 -> Operation.of(Kind.SET_WATCHES, seenZxid(), paths(), paths(), paths());
            default -> Operation.of(Kind.SET_WATCHES2, seenZxid(), paths(), paths(), paths(), paths(), paths());
        };
    }

    /** A list that is null stops ZooKeeper from reading a multi: see {@link KeptDifferencesTest}. */
    private Operation createInMulti() {
        Operation create = create();
        List<@Nullable Object> arguments = new ArrayList<>(create.arguments());
        int choice = random.nextInt(12);
        if (choice < 4) {
            arguments.set(0, choice == 0 ? oneOf(ODD) : choice == 1 ? "/e/k" : "/b/x");
        }
        if (arguments.get(2) == null) {
            arguments.set(2, List.of());
        }
        return new Operation(create.kind(), arguments);
    }

    private int kindOfWatch() {
        return random.nextInt(12) == 0 ? oneOf(List.of(0, 6, -1)) : 1 + random.nextInt(5);
    }

    private String seenZxid() {
        return random.nextInt(8) == 0 ? oneOf(List.of("0", "-1", "9223372036854775807")) : "seen-" + random.nextInt(5);
    }

    private List<String> paths() {
        List<String> paths = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            paths.add(path());
        }
        return paths;
    }

    private Operation rare(int choice) {
        return switch (choice) {
            case 0, 1, 2, 3, 4, 5 -> Operation.of(Kind.WHO_AM_I);
            case 6, 7, 8, 9 -> Operation.of(Kind.PING);
            case 10, 11, 12 -> Operation.of(Kind.CLOSE_SESSION);
            case 13 -> Operation.of(Kind.CHECK, path(), version());
            case 14, 15 -> Operation.of(Kind.OPCODE, oneOf(List.of(-100, -2, -1, 0, 10, 23, 108, 99999)), "\0\0\0\0");
            case 16, 21 -> Operation.of(Kind.RECONFIG, "server.1=localhost:1:2;3", null, null, -1L);
            case 17, 22 -> Operation.of(Kind.RECONFIG, null, null, "server.1=localhost:1:2;3", 0L);
            case 20 -> Operation.of(Kind.SASL, random.nextInt(3) == 0 ? null : "token");
            case 18 -> Operation.of(Kind.GET_EPHEMERALS, (Object) null);
            case 19 -> Operation.of(Kind.SET_DATA, "!/zookeeper/config", data(), -1);
            default -> Operation.of(Kind.GET_EPHEMERALS, prefix());
        };
    }

    private String path() {
        int choice = random.nextInt(100);
        return oneOf(choice < 88 ? PATHS : choice < 94 ? NUMBERED : ODD);
    }

    /** Never one that all scripts need. */
    private String ownPath() {
        String path = path();
        return path.startsWith("!/") ? "/a" : path;
    }

    /** Of sequential names. */
    private String prefix() {
        return random.nextInt(12) == 0 ? path() : oneOf(PREFIXES);
    }

    private int version() {
        return random.nextInt(4) > 0 ? -1 : random.nextInt(4) - (random.nextInt(20) == 0 ? 5 : 0);
    }

    private @Nullable String data() {
        return switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> "";
            case 2 -> "\u00ff\u0000";
            default -> "v" + random.nextInt(100);
        };
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
