package io.muster.replica.state;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A persistent hash trie of elements that carry their own key, a run of bytes. An old root keeps all that it held while a
 * new one is derived from it; within one {@link Edit} the branches that the edit itself made are changed in place.
 *
 * <p>A trie is nothing but its root: null when empty, the element itself when there is one, else a {@link Branch} (32-way,
 * a bitmap and as many slots as it has bits) or a {@link Collision} (elements whose 32-bit hashes are equal). So an empty
 * or single-element trie costs its owner one reference. This object holds the operations and the hash's seed, which a
 * server draws at random so that clients cannot choose names that collide.
 *
 * <p>Cost of every operation: the depth, log32 of the count of elements. Thread-safe for readers of a root that no running
 * edit owns.
 *
 * @param <E> the elements
 */
class ByteTrie<E extends ByteTrie.Keyed> {
    private static final int BITS = 5;
    private static final int MASK = (1 << BITS) - 1;

    private final long seed;

    ByteTrie(long seed) {
        this.seed = seed;
    }

    /** Something with a key: the bytes from {@code keyFrom} to {@code keyTo} of {@code keyBytes}, which never change. */
    interface Keyed {
        byte[] keyBytes();

        int keyFrom();

        int keyTo();
    }

    /** The right to change in place what was made under it. Give it up by dropping the reference. */
    static final class Edit {
        /** What the last put replaced or the last remove removed; null if there was no such element. */
        @Nullable
        Keyed previous;
    }

    private static final class Branch {
        int bitmap;

        @Nullable
        Edit owner;

        Object[] slots;

        Branch(int bitmap, @Nullable Edit owner, Object[] slots) {
            this.bitmap = bitmap;
            this.owner = owner;
            this.slots = slots;
        }
    }

    private record Collision(int hash, Keyed[] elements) {}

    @Nullable
    E get(@Nullable Object root, byte[] key, int from, int to) {
        if (root == null) {
            return null;
        }
        Object node = root;
        int hash = hash(key, from, to);
        int rest = hash;
        while (node instanceof Branch branch) {
            int bit = 1 << (rest & MASK);
            if ((branch.bitmap & bit) == 0) {
                return null;
            }
            node = branch.slots[Integer.bitCount(branch.bitmap & (bit - 1))];
            rest >>>= BITS;
        }
        if (node instanceof Collision collision) {
            int at = collision.hash == hash ? indexOf(collision.elements, key, from, to) : -1;
            return at < 0 ? null : cast(collision.elements[at]);
        }
        E element = cast(node);
        return hasKey(element, key, from, to) ? element : null;
    }

    /** Adds the element, or puts it in the place of the one with its key; that one is then {@link Edit#previous}. */
    Object put(@Nullable Object root, E element, Edit edit) {
        edit.previous = null;
        return put(root, element, hash(element), 0, edit);
    }

    /** Removes the element with this key; it is then {@link Edit#previous}. */
    @Nullable
    Object remove(@Nullable Object root, byte[] key, int from, int to, Edit edit) {
        edit.previous = null;
        return root == null ? null : remove(root, key, from, to, hash(key, from, to), 0, edit);
    }

    /** Visits all elements, in an order that depends on the seed and the keys alone. */
    void forEach(@Nullable Object root, Consumer<? super E> visitor) {
        if (root instanceof Branch branch) {
            for (Object slot : branch.slots) {
                forEach(slot, visitor);
            }
        } else if (root instanceof Collision collision) {
            for (Keyed element : collision.elements) {
                visitor.accept(this.<E>cast(element));
            }
        } else if (root != null) {
            visitor.accept(this.<E>cast(root));
        }
    }

    /**
     * Walks over all elements of a root that no running edit owns, in the order of {@link #forEach}, and may stand still in
     * between.
     */
    static final class Cursor<E extends Keyed> {
        private Object[][] open = new Object[8][];
        private int[] next = new int[8];
        private int depth;

        Cursor(@Nullable Object root) {
            if (root != null) {
                enter(new Object[] {root});
            }
        }

        /** The next element, or null after the last. */
        @SuppressWarnings("unchecked")
        @Nullable
        E next() {
            while (depth > 0) {
                Object[] slots = open[depth - 1];
                if (next[depth - 1] == slots.length) {
                    depth--;
                    continue;
                }
                Object slot = slots[next[depth - 1]++];
                if (slot instanceof Branch branch) {
                    enter(branch.slots);
                } else if (slot instanceof Collision collision) {
                    enter(collision.elements);
                } else {
                    return (E) slot;
                }
            }
            return null;
        }

        private void enter(Object[] slots) {
            if (depth == open.length) {
                open = Arrays.copyOf(open, 2 * depth);
                next = Arrays.copyOf(next, 2 * depth);
            }
            open[depth] = slots;
            next[depth] = 0;
            depth++;
        }
    }

    private Object put(@Nullable Object node, E element, int hash, int shift, Edit edit) {
        if (node == null) {
            return element;
        }
        if (node instanceof Branch branch) {
            int bit = 1 << (hash >>> shift & MASK);
            int index = Integer.bitCount(branch.bitmap & (bit - 1));
            if ((branch.bitmap & bit) == 0) {
                return insertSlot(branch, bit, index, element, edit);
            }
            Object before = branch.slots[index];
            Object after = put(before, element, hash, shift + BITS, edit);
            return after == before ? branch : replaceSlot(branch, index, after, edit);
        }
        if (node instanceof Collision collision) {
            return collision.hash == hash
                    ? putIntoCollision(collision, element, edit)
                    : split(collision, collision.hash, element, hash, shift, edit);
        }
        E present = cast(node);
        if (sameKey(present, element)) {
            edit.previous = present;
            return element;
        }
        int presentHash = hash(present);
        return presentHash == hash
                ? new Collision(hash, new Keyed[] {present, element})
                : split(present, presentHash, element, hash, shift, edit);
    }

    private static Object putIntoCollision(Collision collision, Keyed element, Edit edit) {
        Keyed[] elements = collision.elements;
        int at = indexOf(elements, element.keyBytes(), element.keyFrom(), element.keyTo());
        if (at >= 0) {
            edit.previous = elements[at];
            elements = elements.clone();
        } else {
            at = elements.length;
            elements = Arrays.copyOf(elements, at + 1);
        }
        elements[at] = element;
        return new Collision(collision.hash, elements);
    }

    private static Branch split(Object first, int firstHash, Object second, int secondHash, int shift, Edit edit) {
        int firstIndex = firstHash >>> shift & MASK;
        int secondIndex = secondHash >>> shift & MASK;
        if (firstIndex == secondIndex) {
            Branch below = split(first, firstHash, second, secondHash, shift + BITS, edit);
            return new Branch(1 << firstIndex, edit, new Object[] {below});
        }
        Object[] slots = firstIndex < secondIndex ? new Object[] {first, second} : new Object[] {second, first};
        return new Branch(1 << firstIndex | 1 << secondIndex, edit, slots);
    }

    private @Nullable Object remove(Object node, byte[] key, int from, int to, int hash, int shift, Edit edit) {
        if (node instanceof Branch branch) {
            int bit = 1 << (hash >>> shift & MASK);
            if ((branch.bitmap & bit) == 0) {
                return branch;
            }
            int index = Integer.bitCount(branch.bitmap & (bit - 1));
            Object before = branch.slots[index];
            Object after = remove(before, key, from, to, hash, shift + BITS, edit);
            if (after == null) {
                return removeSlot(branch, bit, index, edit);
            }
            if (branch.slots.length == 1 && !(after instanceof Branch)) {
                return after;
            }
            return after == before ? branch : replaceSlot(branch, index, after, edit);
        }
        if (node instanceof Collision collision) {
            int at = collision.hash == hash ? indexOf(collision.elements, key, from, to) : -1;
            return at < 0 ? collision : removeFromCollision(collision, at, edit);
        }
        E element = cast(node);
        if (!hasKey(element, key, from, to)) {
            return element;
        }
        edit.previous = element;
        return null;
    }

    private static Object removeFromCollision(Collision collision, int at, Edit edit) {
        Keyed[] elements = collision.elements;
        edit.previous = elements[at];
        if (elements.length == 2) {
            return elements[1 - at];
        }
        Keyed[] rest = new Keyed[elements.length - 1];
        System.arraycopy(elements, 0, rest, 0, at);
        System.arraycopy(elements, at + 1, rest, at, rest.length - at);
        return new Collision(collision.hash, rest);
    }

    private static Branch insertSlot(Branch branch, int bit, int index, Object element, Edit edit) {
        Object[] slots = new Object[branch.slots.length + 1];
        System.arraycopy(branch.slots, 0, slots, 0, index);
        slots[index] = element;
        System.arraycopy(branch.slots, index, slots, index + 1, branch.slots.length - index);
        return with(branch, branch.bitmap | bit, slots, edit);
    }

    private static Branch replaceSlot(Branch branch, int index, Object slot, Edit edit) {
        if (branch.owner == edit) {
            branch.slots[index] = slot;
            return branch;
        }
        Object[] slots = branch.slots.clone();
        slots[index] = slot;
        return new Branch(branch.bitmap, edit, slots);
    }

    private static @Nullable Object removeSlot(Branch branch, int bit, int index, Edit edit) {
        int length = branch.slots.length;
        if (length == 1) {
            return null;
        }
        if (length == 2 && !(branch.slots[1 - index] instanceof Branch)) {
            return branch.slots[1 - index];
        }
        Object[] slots = new Object[length - 1];
        System.arraycopy(branch.slots, 0, slots, 0, index);
        System.arraycopy(branch.slots, index + 1, slots, index, length - 1 - index);
        return with(branch, branch.bitmap & ~bit, slots, edit);
    }

    private static Branch with(Branch branch, int bitmap, Object[] slots, Edit edit) {
        if (branch.owner != edit) {
            return new Branch(bitmap, edit, slots);
        }
        branch.bitmap = bitmap;
        branch.slots = slots;
        return branch;
    }

    private static int indexOf(Keyed[] elements, byte[] key, int from, int to) {
        for (int i = 0; i < elements.length; i++) {
            if (hasKey(elements[i], key, from, to)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean hasKey(Keyed element, byte[] key, int from, int to) {
        return Arrays.equals(element.keyBytes(), element.keyFrom(), element.keyTo(), key, from, to);
    }

    private static boolean sameKey(Keyed a, Keyed b) {
        return hasKey(a, b.keyBytes(), b.keyFrom(), b.keyTo());
    }

    private int hash(Keyed element) {
        return hash(element.keyBytes(), element.keyFrom(), element.keyTo());
    }

    /** Tests override it to make keys collide. */
    int hash(byte[] key, int from, int to) {
        return SeededHash.of(seed, key, from, to);
    }

    /** Every slot of a trie of E holds an E, a branch or a collision; callers have ruled out the latter two. */
    @SuppressWarnings("unchecked")
    private <T extends E> T cast(Object element) {
        return (T) element;
    }
}
