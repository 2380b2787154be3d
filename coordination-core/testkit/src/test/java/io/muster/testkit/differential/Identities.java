package io.muster.testkit.differential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Draws access control lists, good ones as a rule, and credentials. */
final class Identities {
    private static final int ALL = 31;
    static final List<AclEntry> OPEN = List.of(new AclEntry(31, "world", "anyone"));
    static final List<AclEntry> READ_ONLY = List.of(new AclEntry(1, "world", "anyone"));

    /** Who may do everything. */
    private static final String SUPER = "super:secret";

    private static final List<String> CREDENTIALS = List.of("ann:a", "bob:b", "bob:b", "cy:c:d");

    private final Random random;

    Identities(Random random) {
        this.random = random;
    }

    @Nullable
    List<AclEntry> acl() {
        int choice = random.nextInt(100);
        if (choice < 70) {
            return OPEN;
        } else if (choice < 84) {
            return List.of(world(oneOf(List.of(0, 1, 2, 4, 8, 16, 5, 23, 27, 30, 15, 21, 64 + 1, -1))));
        } else if (choice < 96) {
            return mixed();
        }
        return bad();
    }

    private List<AclEntry> mixed() {
        AclEntry own = new AclEntry(oneOf(List.of(ALL, 1, 16)), "auth", oneOf(List.of("", "any")));
        AclEntry digest = new AclEntry(oneOf(List.of(ALL, 3, 9)), "digest", digest(oneOf(CREDENTIALS)));
        AclEntry here =
                new AclEntry(ALL, "ip", oneOf(List.of("127.0.0.1", "127.0.0.0/8", "127.0.0.1/32", "0.0.0.0/0")));
        AclEntry elsewhere = new AclEntry(ALL, "ip", oneOf(List.of("10.0.0.1", "10.0.0.0/8", "::1", "fe80::/10")));
        return switch (random.nextInt(7)) {
            case 0 -> List.of(own);
            case 1 -> List.of(digest);
            case 2 -> List.of(here);
            case 3 -> List.of(elsewhere);
            case 4 -> List.of(world(1), digest);
            case 5 -> List.of(digest, digest, world(1), digest);
            default -> List.of(world(1), own, digest);
        };
    }

    private @Nullable List<AclEntry> bad() {
        return switch (random.nextInt(13)) {
            case 0 -> null;
            case 1 -> List.of();
            case 2 -> List.of(new AclEntry(ALL, "world", "bob"));
            case 3 -> List.of(new AclEntry(ALL, "bogus", "bob"));
            case 4 -> List.of(new AclEntry(ALL, "digest", "bob"));
            case 5 -> List.of(new AclEntry(ALL, "digest", "a:b:c"));
            case 6 ->
                List.of(new AclEntry(ALL, "ip", oneOf(List.of("300.0.0.1", "127.0.0.1/33", "127.0.0.1/-1", "x", ""))));
            case 7 -> List.of(new AclEntry(ALL, null, null));
            case 8 -> List.of(new AclEntry(ALL, "world", ""));
            case 9 -> List.of(new AclEntry(ALL, "auth", null));
            case 10 -> List.of(new AclEntry(ALL, "super", ""));
            case 11 -> List.of(new AclEntry(ALL, "", "anyone"));
            default -> List.of(world(ALL), new AclEntry(ALL, "digest", ""));
        };
    }

    private static AclEntry world(int perms) {
        return new AclEntry(perms, "world", "anyone");
    }

    Operation auth() {
        return switch (random.nextInt(20)) {
            case 0 -> Operation.of(Kind.AUTH, 0, "bogus", "x");
            case 1 -> Operation.of(Kind.AUTH, 0, "digest", "nobody");
            case 2 -> Operation.of(Kind.AUTH, 0, oneOf(List.of("world", "auth", "super", "")), "anyone");
            case 3 -> Operation.of(Kind.AUTH, 7, "digest", ":");
            case 4 -> Operation.of(Kind.AUTH, 0, "ip", "");
            case 5 -> Operation.of(Kind.AUTH, 0, null, null);
            case 6 -> Operation.of(Kind.AUTH, 0, "digest", null);
            case 7, 8 -> Operation.of(Kind.AUTH, 0, "digest", SUPER);
            case 9 -> Operation.of(Kind.AUTH, 0, "digest", "super:wrong");
            default -> Operation.of(Kind.AUTH, 0, "digest", oneOf(CREDENTIALS));
        };
    }

    /** How a server is told who the super user is. */
    static String superDigest() {
        return digest(SUPER);
    }

    private static String digest(String credential) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(credential.getBytes(StandardCharsets.UTF_8));
            return credential.substring(0, credential.indexOf(':')) + ":"
                    + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
