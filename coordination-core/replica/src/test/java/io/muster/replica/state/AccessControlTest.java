package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AccessControlTest {
    private static final List<Id> SOME = List.of(
            new Id("digest", "a:1"),
            new Id("digest", "b:2"),
            new Id("x509", "a"),
            new Id("ip", "10.0.0.1"),
            new Id("ip", "10.0.0.0/24"),
            new Id("ip", "10.0.0.5"));

    private final AccessControl access = AccessControl.withStandardSchemes(false);

    private static List<Acl> unnamed(int count) {
        List<Acl> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new Acl(Acl.ALL, new Id("digest", "nobody:" + i)));
        }
        return entries;
    }

    /** The same entries among so many of nobody's: a long list is looked up in, and answers as a short one does. */
    @Test
    void longListGivesWhatItsEntriesGive() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            List<Acl> entries = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                entries.add(new Acl(random.nextInt(32), SOME.get(random.nextInt(SOME.size()))));
            }
            if (random.nextInt(4) == 0) {
                entries.add(new Acl(random.nextInt(32), Id.ANYONE));
            }
            List<Acl> among = unnamed(20);
            among.addAll(random.nextInt(20), entries);
            List<Id> ids = new ArrayList<>();
            ids.add(new Id("ip", random.nextBoolean() ? "10.0.0.1" : "10.0.1.1"));
            for (Id id : SOME.subList(0, 3)) {
                if (random.nextBoolean()) {
                    ids.add(id);
                }
            }
            int perm = 1 << random.nextInt(5);
            boolean byShort = access.permits(new AclList(entries), perm, ids);
            AclList asLong = new AclList(among);
            assertEquals(byShort, access.permits(asLong, perm, ids), () -> entries + " for " + ids);
            assertEquals(byShort, new Permits(access, ids).permits(asLong, perm), () -> entries + " for " + ids);
        }
    }

    /** Thirty thousand entries times ninety identities, ten thousand times, was minutes on the serial loop. */
    @Test
    @Timeout(60)
    void longListCostsWhatTheCallerHasProvenAndNotItsLength() {
        AclList list = new AclList(unnamed(30_000));
        List<Id> ids = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            ids.add(new Id("digest", "somebody:" + i));
        }
        Permits permits = new Permits(access, ids);
        for (int i = 0; i < 10_000; i++) {
            assertFalse(access.permits(list, Acl.READ, ids));
            assertFalse(permits.permits(list, Acl.READ));
        }
    }

    /** Thirty thousand entries that name addresses were six milliseconds for each request. */
    @Test
    @Timeout(60)
    void longListOfAddressesCostsTheKindsOfItsRangesAndNotItsLength() {
        List<Acl> entries = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            entries.add(new Acl(Acl.READ, new Id("ip", "10." + (i >> 8) + "." + (i & 255) + ".0/24")));
        }
        AclList list = new AclList(entries);
        for (int i = 0; i < 100_000; i++) {
            assertFalse(access.permits(list, Acl.READ, List.of(new Id("ip", "11.0.0." + (i & 255)))));
        }
        assertTrue(access.permits(list, Acl.READ, List.of(new Id("ip", "10.100.7.9"))));
        assertFalse(access.permits(list, Acl.WRITE, List.of(new Id("ip", "10.100.7.9"))));
    }

    /** Ranges of any length, of both kinds of addresses, one that holds all of its kind, and an old entry that names none. */
    @Test
    void longListGivesToAddressesWhatItsRangesGive() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            List<Acl> entries = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                String address = address(random);
                int bits = random.nextInt(address.indexOf(':') < 0 ? 34 : 130);
                String range = random.nextInt(3) == 0 ? address : address + "/" + bits;
                entries.add(new Acl(random.nextInt(32), new Id("ip", random.nextInt(20) == 0 ? "here" : range)));
            }
            List<Acl> among = unnamed(20);
            among.addAll(random.nextInt(20), entries);
            List<Id> ids = List.of(new Id("ip", address(random)));
            int perm = 1 << random.nextInt(5);
            assertEquals(
                    access.permits(new AclList(entries), perm, ids),
                    access.permits(new AclList(among), perm, ids),
                    () -> entries + " for " + ids);
        }
    }

    private static String address(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> "10.0." + random.nextInt(2) + "." + random.nextInt(3);
            case 1 -> "2001:db8::" + random.nextInt(2) + ":" + Integer.toHexString(random.nextInt(3) << 14);
            default -> random.nextInt(2) + "2.7.0.1";
        };
    }

    @Test
    void anAddressIsInARangeIfItsFirstBitsAreTheSame() {
        assertTrue(isIn("10.0.0.255", "10.0.0.0/24"));
        assertFalse(isIn("10.0.1.0", "10.0.0.0/24"));
        assertTrue(isIn("10.0.0.129", "10.0.0.200/25"));
        assertFalse(isIn("10.0.0.127", "10.0.0.200/25"));
        assertTrue(isIn("200.0.0.1", "0.0.0.0/0"));
        assertFalse(isIn("::1", "0.0.0.0/0"));
        assertFalse(isIn("10.0.0.1", "::/0"));
        assertTrue(isIn("2001:db8::8000:0:0:1", "2001:db8::8000:0:0:0/65"));
        assertFalse(isIn("2001:db8::1", "2001:db8:0:0:8000::/65"));
        assertTrue(isIn("2001:db8::1", "2001:db8::1"));
        assertFalse(isIn("2001:db8::1", "2001:db8::2/128"));
        assertFalse(isIn("10.0.0.1", "10.0.0.1/33"));
        assertFalse(isIn("10.0.0.1", "10.0.0.1/"));
        assertFalse(isIn("10.0.0.1", "10.0.0"));
    }

    private boolean isIn(String address, String range) {
        List<Acl> only = List.of(new Acl(Acl.READ, new Id("ip", range)));
        return access.permits(new AclList(only), Acl.READ, List.of(new Id("ip", address)));
    }

    @Test
    void aRequestThatNamesAuthOftenDoesNotBecomeAListOfMillions() {
        List<Id> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ids.add(new Id("digest", "me" + i + ":h"));
        }
        assertEquals(10_000, entriesOf(100, ids));
        assertEquals(-1, entriesOf(60_000, ids));
    }

    /** Of a list that names {@code auth} so often, each time with other permissions; -1 if it is refused. */
    private int entriesOf(int count, List<Id> ids) {
        List<Acl> requested = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requested.add(new Acl(i, new Id("auth", "")));
        }
        AclList stored = access.toStore(requested, ids);
        return stored == null ? -1 : stored.entries().size();
    }

    @Test
    void eachAuthStandsForTheIdentitiesOnceMore() {
        List<Id> me = List.of(new Id("digest", "me:h"));
        Acl plain = new Acl(Acl.ALL, new Id("auth", ""));
        Acl named = new Acl(Acl.ALL, new Id("auth", "x"));
        Acl stored = new Acl(Acl.ALL, me.get(0));
        assertEquals(new AclList(List.of(stored, stored)), access.toStore(List.of(plain, named), me));
        assertEquals(new AclList(List.of(stored)), access.toStore(List.of(plain, plain), me));
        assertEquals(new AclList(List.of(stored, stored)), access.toStore(List.of(stored, plain), me));
    }

    private boolean isTaken(String address) {
        return access.toStore(List.of(new Acl(Acl.ALL, new Id("ip", address))), List.of()) != null;
    }

    @Test
    void anAddressIsReadAsZooKeeperReadsIt() {
        for (String good : List.of(
                "0127.0.0.1",
                "+127.0.0.1",
                "127.0.0.-0",
                "127.0.0.1/+8",
                "127.0.0.1/-0",
                "127.0.0.1/\u0668",
                "::-1",
                "::+1",
                "fe80::1/64")) {
            assertTrue(isTaken(good), good);
        }
        for (String bad : List.of(
                "fe80::1%lo",
                "::%lo",
                "fe80::1%lo/64",
                "127.0.0.1/",
                "127.0.0.1/33",
                "127.0.0.1/-1",
                "-1.0.0.1",
                "::00001",
                "::1/129",
                "127.0.0.2147483648",
                "127.0.0.1/2147483648",
                "0x7f.0.0.1",
                "1.2.3")) {
            assertFalse(isTaken(bad), bad);
        }
    }

    @Test
    void anAddressThatIsWrittenOddlyStandsForTheOneThatItSays() {
        AclList list = new AclList(List.of(new Acl(Acl.ALL, new Id("ip", "+127.000.0.1/+8"))));
        assertTrue(access.permits(list, Acl.READ, List.of(new Id("ip", "127.9.9.9"))));
        assertFalse(access.permits(list, Acl.READ, List.of(new Id("ip", "128.0.0.1"))));
    }
}
