package io.muster.replica.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import io.muster.replica.state.StateModel.Node;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateEditorTest {
    private static final long HASH_SEED = 99;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void stateIsWhatThePlainModelSays(long seed) {
        RandomTransactions history = new RandomTransactions(seed);
        StateEditor editor = State.initial(HASH_SEED, true).edit();
        assertEquals(history.model().text(), StateDump.text(editor));
        Random random = new Random(seed);
        for (int i = 0; i < 4000; i++) {
            Transaction transaction = history.next();
            editor.apply(transaction, new ArrayList<>());
            assertEquals(transaction.digest(), editor.digest(), () -> "seed " + seed + ", " + transaction);
            if (random.nextInt(20) == 0) {
                String step = "seed " + seed + ", zxid " + transaction.zxid();
                assertEquals(history.model().text(), StateDump.text(editor), step);
                assertEquals(history.model().text(), StateDump.text(editor.freeze()), step);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void frozenStatesStayWhatTheyWere(long seed) {
        RandomTransactions history = new RandomTransactions(seed);
        StateEditor editor = State.initial(HASH_SEED, true).edit();
        Random random = new Random(seed);
        Map<String, State> frozen = new TreeMap<>();
        for (int i = 0; i < 3000; i++) {
            editor.apply(history.next(), new ArrayList<>());
            if (random.nextInt(10) == 0) {
                frozen.put(history.model().text(), editor.freeze());
            }
        }
        assertTrue(frozen.size() > 200);
        frozen.forEach((text, state) -> assertEquals(text, StateDump.text(state), "seed " + seed));
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void afterAResetWhatCameBetweenNeverWas(long seed) {
        List<Transaction> history = history(seed, 1500);
        StateEditor straight = State.initial(HASH_SEED, true).edit();
        StateEditor editor = State.initial(HASH_SEED, true).edit();
        State base = editor.freeze();
        int from = 0;
        Random random = new Random(seed);
        for (int i = 0; i < history.size(); i++) {
            straight.apply(history.get(i), new ArrayList<>());
            editor.apply(history.get(i), new ArrayList<>());
            if (random.nextInt(10) == 0) {
                editor.reset(base);
                for (Transaction again : history.subList(from, i + 1)) {
                    editor.apply(again, new ArrayList<>());
                }
                assertEquals(StateDump.text(straight), StateDump.text(editor), "seed " + seed + ", index " + i);
            }
            if (random.nextInt(7) == 0) {
                base = editor.freeze();
                from = i + 1;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36, 37, 38})
    void replayingASuffixThatIsThereAlreadyChangesNothing(long seed) {
        List<Transaction> history = history(seed, 1200);
        StateEditor editor = State.initial(HASH_SEED, true).edit();
        history.forEach(each -> editor.apply(each, new ArrayList<>()));
        String expected = StateDump.text(editor);
        Random random = new Random(seed);
        for (int round = 0; round < 25; round++) {
            int from = random.nextInt(history.size());
            history.subList(from, history.size()).forEach(editor::replay);
            assertEquals(expected, StateDump.text(editor), "seed " + seed + ", from " + from);
        }
    }

    /** A snapshot that was written while transactions went on: each znode as of the moment when the writer came by. */
    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44, 45, 46, 47, 48})
    void replayOverAFuzzySnapshotEndsInTheSameState(long seed) {
        List<Transaction> history = history(seed, 600);
        StateEditor editor = State.initial(HASH_SEED, true).edit();
        List<State> states = new ArrayList<>(List.of(editor.freeze()));
        for (Transaction each : history) {
            editor.apply(each, new ArrayList<>());
            states.add(editor.freeze());
        }
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            int start = random.nextInt(history.size());
            int end = start + random.nextInt(history.size() - start) + 1;
            StateEditor restored = fuzzy(states.subList(start, end + 1), random);
            history.subList(start, end).forEach(restored::replay);
            assertEquals(
                    StateDump.text(states.get(end)),
                    StateDump.text(restored),
                    "seed " + seed + ", round " + round + ", from " + start + " to " + end);
        }
    }

    @Test
    void liveTransactionsThatDoNotFitAreRefused() {
        StateEditor editor = State.initial(HASH_SEED, false).edit();
        apply(editor, 1, create("/a"));
        apply(editor, 2, create("/a/b"));
        for (Txn misfit : List.of(
                create("/a"),
                create("/none/b"),
                new Txn.Delete(OpCode.DELETE.code(), "/none"),
                new Txn.Delete(OpCode.DELETE.code(), "/a"),
                new Txn.SetData(OpCode.SET_DATA.code(), "/none", null, 1),
                new Txn.SetAcl("/none", AclList.OPEN, 1))) {
            StateEditor other = editor.freeze().edit();
            assertThrows(IllegalStateException.class, () -> apply(other, 3, misfit), misfit.toString());
        }
    }

    @Test
    void changesSayWhatHappenedInOrder() {
        StateEditor editor = State.initial(HASH_SEED, false).edit();
        List<Change> changes = new ArrayList<>();
        TxnHeader header = new TxnHeader(7, 1, 1, 5, OpCode.MULTI.code());
        editor.apply(
                new Transaction(
                        header,
                        new Txn.Multi(List.of(
                                create("/a"),
                                new Txn.Create(OpCode.CREATE.code(), "/a/e", null, AclList.OPEN, true, 1),
                                new Txn.SetData(OpCode.SET_DATA.code(), "/a", new byte[1], 1))),
                        null),
                changes);
        editor.apply(
                new Transaction(
                        new TxnHeader(7, 0, 2, 6, OpCode.CLOSE_SESSION.code()),
                        new Txn.CloseSession(List.of("/a/e")),
                        null),
                changes);
        assertEquals(
                List.of("CREATED /a", "CREATED /a/e", "DATA_CHANGED /a", "DELETED /a/e"),
                changes.stream().map(each -> each.kind() + " " + each.path()).toList());
    }

    @Test
    void sequenceCounterWrapsAround() {
        StateEditor editor = State.initial(HASH_SEED, false).edit();
        apply(editor, 1, create("/a"));
        apply(editor, 2, new Txn.Create(1, "/a/1", null, AclList.OPEN, false, Integer.MAX_VALUE));
        apply(editor, 3, new Txn.Create(1, "/a/2", null, AclList.OPEN, false, Integer.MIN_VALUE));
        apply(editor, 4, new Txn.Create(1, "/a/3", null, AclList.OPEN, false, -1));
        // 2 * (-2^31 + 1) - 3 in 32 bits
        assertEquals(-1, editor.find("/a").stat().cversion());
    }

    /** What a state was made from must be free to go, or a server's memory grows with every write. */
    @Test
    void aStateHoldsNothingOfTheStatesBeforeIt() {
        StateEditor editor = State.initial(HASH_SEED, false).edit();
        apply(editor, 1, create("/a"));
        apply(editor, 2, create("/a/b"));
        apply(editor, 3, create("/a/b/c"));
        State state = editor.freeze();
        for (int i = 0; i < 300; i++) {
            apply(editor, 4 + i, new Txn.SetData(OpCode.SET_DATA.code(), i % 2 == 0 ? "/a" : "/a/b", new byte[9], i));
            state = editor.freeze();
        }
        int reachable = reachable(state, Znode.class);
        assertEquals(state.znodeCount(), reachable, "znodes that can be reached");
    }

    private static List<Transaction> history(long seed, int length) {
        RandomTransactions transactions = new RandomTransactions(seed);
        List<Transaction> history = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            history.add(transactions.next());
        }
        return history;
    }

    private static Txn create(String path) {
        return new Txn.Create(OpCode.CREATE.code(), path, new byte[3], AclList.OPEN, false, -1);
    }

    private static void apply(StateEditor editor, long zxid, Txn txn) {
        editor.apply(new Transaction(new TxnHeader(1, 1, zxid, zxid, txn.type()), txn, null), new ArrayList<>());
    }

    /** Goes down the tree as ZooKeeper's writer does, while time goes on from the first of the states to the last. */
    private static StateEditor fuzzy(List<State> states, Random random) {
        StateEditor editor = StateEditor.empty(states.get(0).layout);
        states.get(0).forEachSession(editor::putSession);
        int[] time = {0};
        write(editor, states, time, "/", random);
        editor.addReserved();
        editor.restoredUpTo(states.get(0).zxid());
        return editor;
    }

    private static void write(StateEditor editor, List<State> states, int[] time, String path, Random random) {
        if (random.nextInt(3) == 0) {
            time[0] = Math.min(states.size() - 1, time[0] + random.nextInt(1 + states.size() / 8));
        }
        State now = states.get(time[0]);
        NodeView view = now.find(path);
        if (view == null) {
            return;
        }
        Znode znode = view.znode();
        Directory directory = view.directory();
        editor.restore(
                PathKey.of(path),
                znode.data(),
                znode.acl(),
                znode.czxid(),
                znode.ctimeMs(),
                znode.mzxid(),
                znode.mtimeMs(),
                znode.version(),
                directory == null ? 0 : directory.childCounter,
                znode.aversion(),
                znode.owner(),
                directory == null ? znode.czxid() : directory.pzxid);
        for (String child : view.children()) {
            write(editor, states, time, Paths.child(path, child), random);
        }
    }

    private static int reachable(Object root, Class<?> kind) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> open = new ArrayDeque<>(List.of(root));
        int count = 0;
        while (!open.isEmpty()) {
            Object each = open.pop();
            if (!seen.add(each)) {
                continue;
            }
            count += kind.isInstance(each) ? 1 : 0;
            if (each instanceof Object[] array) {
                for (int i = 0; i < array.length; i++) {
                    push(open, Array.get(array, i));
                }
            } else if (each.getClass().getPackage() == State.class.getPackage() && !(each instanceof Enum)) {
                for (Class<?> type = each.getClass(); type != null; type = type.getSuperclass()) {
                    for (Field field : type.getDeclaredFields()) {
                        push(open, value(field, each));
                    }
                }
            }
        }
        return count;
    }

    private static void push(Deque<Object> open, @Nullable Object value) {
        if (value != null) {
            open.push(value);
        }
    }

    private static @Nullable Object value(Field field, Object of) {
        if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
            return null;
        }
        try {
            field.setAccessible(true);
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void modelItselfIsNotEmpty() {
        RandomTransactions history = new RandomTransactions(1);
        for (int i = 0; i < 500; i++) {
            history.next();
        }
        assertTrue(
                history.model().nodes.size() > 50,
                "znodes: " + history.model().nodes.size());
        assertTrue(history.model().nodes.values().stream().anyMatch(Node::isEphemeral));
        assertFalse(history.model().sessions.isEmpty());
    }
}
