package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The trie against a plain map, with the real hash and with hashes that collide. */
class ByteTrieTest {
    private static final long SEED = 20261124;

    /** How the trie under test hashes. */
    enum Hash {
        REAL {
            @Override
            int of(int hash) {
                return hash;
            }
        },
        ALL_EQUAL {
            @Override
            int of(int hash) {
                return 7;
            }
        },
        EIGHT_VALUES {
            @Override
            int of(int hash) {
                return hash & 7;
            }
        },
        /** They differ in the last level only. */
        TOP_BITS_ONLY {
            @Override
            int of(int hash) {
                return hash << 30;
            }
        };

        abstract int of(int hash);

        ByteTrie<Entry> trie() {
            return new ByteTrie<>(SEED) {
                @Override
                int hash(byte[] key, int from, int to) {
                    return of(SeededHash.of(SEED, key, from, to));
                }
            };
        }
    }

    /** The key stands in the middle of its bytes. */
    private record Entry(byte[] keyBytes, int keyFrom, int keyTo, int value) implements ByteTrie.Keyed {
        static Entry of(String key, int value) {
            byte[] bytes = ("<" + key + ">").getBytes(StandardCharsets.UTF_8);
            return new Entry(bytes, 1, bytes.length - 1, value);
        }

        String key() {
            return new String(keyBytes, keyFrom, keyTo - keyFrom, StandardCharsets.UTF_8);
        }
    }

    private record Version(@Nullable Object root, Map<String, Entry> model) {}

    @ParameterizedTest
    @EnumSource
    void behavesAsAMapAndKeepsOldVersions(Hash hash) {
        ByteTrie<Entry> trie = hash.trie();
        Random random = new Random(SEED);
        int keys = hash == Hash.REAL ? 3000 : 60;
        Map<String, Entry> model = new HashMap<>();
        List<Version> versions = new ArrayList<>();
        Object root = null;
        ByteTrie.Edit edit = new ByteTrie.Edit();
        for (int step = 0; step < 20_000; step++) {
            String key = key(random.nextInt(keys));
            if (random.nextInt(100) < (step / 4000 % 2 == 0 ? 65 : 30)) {
                Entry entry = Entry.of(key, step);
                root = trie.put(root, entry, edit);
                assertSame(model.put(key, entry), edit.previous, () -> "put " + key);
            } else {
                byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
                root = trie.remove(root, bytes, 0, bytes.length, edit);
                assertSame(model.remove(key), edit.previous, () -> "remove " + key);
            }
            if (random.nextInt(50) == 0) {
                versions.add(new Version(root, new HashMap<>(model)));
                edit = new ByteTrie.Edit();
            }
        }
        versions.add(new Version(root, model));
        for (Version version : versions) {
            assertHolds(trie, version, keys);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aVersionThatIsGivenUpLeavesNoTrace(Hash hash) {
        ByteTrie<Entry> trie = hash.trie();
        Random random = new Random(SEED);
        Map<String, Entry> model = new HashMap<>();
        Object root = null;
        for (int round = 0; round < 300; round++) {
            ByteTrie.Edit edit = new ByteTrie.Edit();
            Map<String, Entry> edited = new HashMap<>(model);
            Object after = root;
            for (int i = random.nextInt(20); i >= 0; i--) {
                String key = key(random.nextInt(50));
                if (random.nextBoolean()) {
                    Entry entry = Entry.of(key, i);
                    edited.put(key, entry);
                    after = trie.put(after, entry, edit);
                } else {
                    edited.remove(key);
                    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
                    after = trie.remove(after, bytes, 0, bytes.length, edit);
                }
            }
            assertHolds(trie, new Version(after, edited), 50);
            assertHolds(trie, new Version(root, model), 50);
            if (random.nextBoolean()) {
                root = after;
                model = edited;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void removingEverythingLeavesNothing(Hash hash) {
        ByteTrie<Entry> trie = hash.trie();
        Object root = null;
        for (int i = 0; i < 100; i++) {
            root = trie.put(root, Entry.of(key(i), i), new ByteTrie.Edit());
        }
        for (int i = 0; i < 100; i++) {
            assertTrue(root != null);
            byte[] bytes = key(i).getBytes(StandardCharsets.UTF_8);
            root = trie.remove(root, bytes, 0, bytes.length, new ByteTrie.Edit());
        }
        assertNull(root);
    }

    private static void assertHolds(ByteTrie<Entry> trie, Version version, int keys) {
        for (int i = 0; i < keys; i++) {
            byte[] bytes = ("/" + key(i)).getBytes(StandardCharsets.UTF_8);
            assertSame(version.model.get(key(i)), trie.get(version.root, bytes, 1, bytes.length));
        }
        Set<Entry> visited = new HashSet<>();
        trie.forEach(version.root, entry -> assertTrue(visited.add(entry), entry.key() + " is visited twice"));
        assertEquals(new HashSet<>(version.model.values()), visited);
    }

    /** Of all lengths from 0, so that every branch of the hash is met. */
    private static String key(int index) {
        String text = Integer.toString(index, 3);
        return index == 0 ? "" : text + "x".repeat(index % 17);
    }
}
