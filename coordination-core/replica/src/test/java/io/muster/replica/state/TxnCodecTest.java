package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.protocol.Acl;
import io.muster.protocol.Id;
import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.protocol.OpCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Transactions' bytes, against those that ZooKeeper's classes wrote; the test kit keeps the golden file true. */
class TxnCodecTest {
    private static final long SESSION = 0x0100_0000_0000_0018L;
    private static final AclList TWO =
            new AclList(List.of(new Acl(5, new Id("digest", "user:aGFzaA==")), new Acl(1, new Id("ip", "10.0.0.0/8"))));
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);

    private static Map<String, Transaction> samples() {
        Map<String, Transaction> samples = new LinkedHashMap<>();
        add(samples, "create", new Txn.Create(1, "/a/b", DATA, AclList.OPEN, false, 7));
        add(samples, "create ephemeral", new Txn.Create(1, "/a/\u00e9\u4e2d", new byte[0], TWO, true, 8));
        add(samples, "create2", new Txn.Create(15, "/a/b", null, AclList.OPEN, false, -1));
        add(samples, "createTTL", new Txn.CreateTtl("/a/t", DATA, AclList.OPEN, 9, 123_456_789_012L));
        add(samples, "createContainer", new Txn.CreateContainer("/a/c", DATA, TWO, 10));
        add(samples, "delete", new Txn.Delete(OpCode.DELETE.code(), "/a/b"));
        add(samples, "deleteContainer", new Txn.Delete(OpCode.DELETE_CONTAINER.code(), "/a/c"));
        add(samples, "setData", new Txn.SetData(OpCode.SET_DATA.code(), "/a/b", DATA, 3));
        add(samples, "setData null", new Txn.SetData(OpCode.SET_DATA.code(), "/a/b", null, 4));
        add(samples, "reconfig", new Txn.SetData(OpCode.RECONFIG.code(), "/zookeeper/config", DATA, -1));
        add(samples, "setACL", new Txn.SetAcl("/a/b", TWO, 2));
        add(samples, "createSession", new Txn.CreateSession(30_000));
        add(samples, "closeSession", new Txn.CloseSession(List.of("/a/e", "/f")));
        add(samples, "closeSession without ephemerals", new Txn.CloseSession(List.of()));
        add(samples, "error", new Txn.Error(-101));
        add(
                samples,
                "multi",
                new Txn.Multi(List.of(
                        new Txn.Check("/a", 1),
                        new Txn.Create(1, "/a/1", DATA, AclList.OPEN, true, 11),
                        new Txn.CreateTtl("/a/2", null, TWO, 12, 1000),
                        new Txn.CreateContainer("/a/3", DATA, AclList.OPEN, 13),
                        new Txn.SetData(OpCode.SET_DATA.code(), "/a/1", null, 1),
                        new Txn.Delete(OpCode.DELETE.code(), "/a/1"))));
        add(samples, "multi failed", new Txn.Multi(List.of(new Txn.Error(0), new Txn.Error(-110), new Txn.Error(-2))));
        add(samples, "multi empty", new Txn.Multi(List.of()));
        Txn create = new Txn.Create(1, "/a/b", DATA, AclList.OPEN, false, 7);
        samples.put("create without digest", new Transaction(header(create), create, null));
        return samples;
    }

    private static void add(Map<String, Transaction> samples, String name, Txn txn) {
        samples.put(name, new Transaction(header(txn), txn, 0x1234_5678_9ABC_DEF0L));
    }

    private static TxnHeader header(Txn txn) {
        return new TxnHeader(SESSION, 17, 0x1_0000_0011L, 1_700_000_000_013L, txn.type());
    }

    @Test
    void goldenBytesDecodeToTheSampleAndTheSampleEncodesToThem() throws IOException {
        Map<String, byte[]> golden = golden();
        samples().forEach((name, sample) -> {
            byte[] bytes = golden.get(name);
            assertNotNull(bytes, "no golden bytes for " + name);
            assertEquals(text(sample), text(TxnCodec.read(new JuteReader(bytes))), name);
            assertEquals(HexFormat.of().formatHex(bytes), HexFormat.of().formatHex(written(sample)), name);
        });
        Set<String> old = new TreeSet<>(golden.keySet());
        old.removeAll(samples().keySet());
        assertEquals(Set.of("create of version 0", "closeSession of 3.5", "closeSession of 3.5 with digest"), old);
    }

    @Test
    void everyTransactionHasASample() {
        Set<Class<?>> without = new java.util.LinkedHashSet<>(Arrays.asList(Txn.class.getPermittedSubclasses()));
        samples().values().forEach(sample -> {
            without.remove(sample.txn().getClass());
            if (sample.txn() instanceof Txn.Multi multi) {
                multi.txns().forEach(part -> without.remove(part.getClass()));
            }
        });
        assertEquals(Set.of(), without);
    }

    @Test
    void recordsOfOldVersionsAreRead() throws IOException {
        Map<String, byte[]> golden = golden();
        Transaction create = TxnCodec.read(new JuteReader(golden.get("create of version 0")));
        assertEquals("Create[1, /a/b, " + Arrays.toString(DATA) + ", true, -1, " + Acl.OPEN + "]", text(create.txn()));
        Transaction close = TxnCodec.read(new JuteReader(golden.get("closeSession of 3.5")));
        assertEquals(Txn.CloseSession.UNLISTED, close.txn());
        assertNull(close.digest());
        Transaction digested = TxnCodec.read(new JuteReader(golden.get("closeSession of 3.5 with digest")));
        assertEquals(Txn.CloseSession.UNLISTED, digested.txn());
        assertEquals(0x1234_5678_9ABC_DEF0L, digested.digest());
        for (Transaction unlisted : List.of(close, digested)) {
            assertEquals(text(unlisted), text(TxnCodec.read(new JuteReader(written(unlisted)))));
        }
    }

    @Test
    void aDigestOfAnotherVersionIsNoDigest() {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, new Transaction(header(new Txn.Error(-1)), new Txn.Error(-1), null));
        out.writeInt(3).writeLong(5);
        assertNull(TxnCodec.read(new JuteReader(out.toByteArray())).digest());
    }

    @Test
    void randomTransactionsSurviveARoundTrip() {
        long seed = 77;
        RandomTransactions history = new RandomTransactions(seed);
        for (int i = 0; i < 5000; i++) {
            Transaction transaction = history.next();
            byte[] bytes = written(transaction);
            Transaction again = TxnCodec.read(new JuteReader(bytes));
            assertEquals(text(transaction), text(again), "seed " + seed + ", zxid " + transaction.zxid());
            assertArrayEquals(bytes, written(again));
        }
    }

    @Test
    void damagedBytesAreRefusedOrRead() {
        long seed = 20261124;
        Random random = new Random(seed);
        List<byte[]> samples =
                samples().values().stream().map(TxnCodecTest::written).toList();
        for (int i = 0; i < 100_000; i++) {
            byte[] sample = samples.get(random.nextInt(samples.size()));
            byte[] bytes = Arrays.copyOf(sample, random.nextBoolean() ? sample.length : random.nextInt(sample.length));
            for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                TxnCodec.read(new JuteReader(bytes));
            } catch (MalformedFrameException e) {
                // the one way to refuse
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", case " + i + ": " + HexFormat.of().formatHex(bytes), e);
            }
        }
    }

    @Test
    void unknownAndNestedTypesAreRefused() {
        for (int type : new int[] {0, 3, 4, 6, 8, 9, 10, 11, 12, 17, 22, 100, 107, -2, -12, 500}) {
            JuteWriter out = new JuteWriter();
            new TxnHeader(1, 1, 1, 1, type).write(out);
            out.writeBytes(new byte[64], 0, 64);
            JuteReader in = new JuteReader(out.toByteArray());
            assertThrows(MalformedFrameException.class, () -> TxnCodec.read(in), "type " + type);
        }
        Txn.Multi nested = new Txn.Multi(List.of(new Txn.Multi(List.of())));
        byte[] bytes = written(new Transaction(header(nested), nested, null));
        assertThrows(MalformedFrameException.class, () -> TxnCodec.read(new JuteReader(bytes)));
    }

    private static Map<String, byte[]> golden() throws IOException {
        Map<String, byte[]> golden = new LinkedHashMap<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(TxnCodecTest.class.getResourceAsStream("/golden/txns.txt")),
                StandardCharsets.UTF_8))) {
            in.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                int equals = line.indexOf(" = ");
                golden.put(line.substring(0, equals), HexFormat.of().parseHex(line.substring(equals + 3)));
            });
        }
        return golden;
    }

    private static byte[] written(Transaction transaction) {
        JuteWriter out = new JuteWriter();
        TxnCodec.write(out, transaction);
        return out.toByteArray();
    }

    private static String text(Transaction transaction) {
        return transaction.header() + " " + text(transaction.txn()) + " " + transaction.digest();
    }

    /** A record's own text shows an array's identity. */
    private static String text(Txn txn) {
        if (txn instanceof Txn.Create create) {
            return "Create[" + create.type() + ", " + create.path() + ", " + data(create.data()) + ", "
                    + create.ephemeral() + ", " + create.parentCounter() + ", " + create.acl() + "]";
        } else if (txn instanceof Txn.CreateTtl create) {
            return "CreateTtl[" + create.path() + ", " + data(create.data()) + ", " + create.acl() + ", "
                    + create.parentCounter() + ", " + create.ttlMs() + "]";
        } else if (txn instanceof Txn.CreateContainer create) {
            return "CreateContainer[" + create.path() + ", " + data(create.data()) + ", " + create.acl() + ", "
                    + create.parentCounter() + "]";
        } else if (txn instanceof Txn.SetData set) {
            return "SetData[" + set.type() + ", " + set.path() + ", " + data(set.data()) + ", " + set.version() + "]";
        } else if (txn instanceof Txn.Multi multi) {
            return "Multi" + multi.txns().stream().map(TxnCodecTest::text).toList();
        }
        return txn.toString();
    }

    private static String data(byte @Nullable [] data) {
        return Arrays.toString(data);
    }
}
