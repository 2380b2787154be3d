package io.muster.replica.watch;

import io.muster.replica.state.SeededHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Paths that somebody watches, under numbers, each with the first element of a list for every {@link Kind}. A path is UTF-8:
 * half the memory of a string, and a parent is the start of its child.
 */
final class WatchedPaths {
    private static final int NEXT = 0;
    private static final int HASH = 1;
    private static final int FIRST_LIST = 2;
    private static final int WIDTH = FIRST_LIST + Kind.COUNT;
    private static final int PIECE_BITS = 9;
    private static final byte[] NO_TEXT = {};

    private final long seed;
    private final Cells cells = new Cells(WIDTH);
    private final Buckets table = new Buckets(cells, NEXT, cell -> cells.get(cell, HASH));
    /** The paths themselves, by number, in pieces. */
    private final List<byte[][]> texts = new ArrayList<>();

    private int size;
    private long bytes;

    WatchedPaths(long seed) {
        this.seed = seed;
    }

    /** The number of the path that is the first bytes of an array, or NONE. */
    int find(byte[] path, int length) {
        return size == 0 ? Cells.NONE : find(path, length, SeededHash.of(seed, path, 0, length));
    }

    private int find(byte[] path, int length, int hash) {
        for (int cell = table.first(hash); cell != Cells.NONE; cell = table.next(cell)) {
            if (cells.get(cell, HASH) == hash) {
                byte[] text = text(cell);
                if (Arrays.equals(text, 0, text.length, path, 0, length)) {
                    return cell;
                }
            }
        }
        return Cells.NONE;
    }

    /** The path's number, which it gets now if it has none. The array becomes this object's. */
    int findOrAdd(byte[] path) {
        int hash = SeededHash.of(seed, path, 0, path.length);
        int found = find(path, path.length, hash);
        if (found != Cells.NONE) {
            return found;
        }
        int cell = cells.allocate();
        cells.set(cell, HASH, hash);
        for (int kind = 0; kind < Kind.COUNT; kind++) {
            cells.set(cell, FIRST_LIST + kind, Cells.NONE);
        }
        setText(cell, path);
        table.add(cell, hash);
        bytes += path.length;
        size++;
        return cell;
    }

    /** Gives the number back if all lists are empty. */
    void releaseIfUnused(int cell) {
        for (int kind = 0; kind < Kind.COUNT; kind++) {
            if (list(cell, kind) != Cells.NONE) {
                return;
            }
        }
        table.remove(cell, cells.get(cell, HASH));
        bytes -= length(cell);
        setText(cell, NO_TEXT);
        cells.release(cell);
        size--;
        if (size == 0) {
            table.clear();
            cells.clear();
            texts.clear();
        }
    }

    /** The first element of a list, or NONE. */
    int list(int cell, int kind) {
        return cells.get(cell, FIRST_LIST + kind);
    }

    void setList(int cell, int kind, int first) {
        cells.set(cell, FIRST_LIST + kind, first);
    }

    /** Takes one path. */
    interface Visitor {
        void path(int cell, String path);
    }

    /**
     * Walks over paths, in no order that means anything, as long as it is to go on.
     *
     * @param from 0, or what an earlier call returned
     * @return where to go on, or NONE if there are no more
     */
    int forEach(int from, Visitor visitor, BooleanSupplier goesOn) {
        int end = texts.size() << PIECE_BITS;
        for (int cell = from; cell < end; cell++) {
            if (!goesOn.getAsBoolean()) {
                return cell;
            }
            byte[] text = text(cell);
            if (text != null && text.length > 0) {
                visitor.path(cell, new String(text, StandardCharsets.UTF_8));
            }
        }
        return Cells.NONE;
    }

    /** Of one path. */
    int length(int cell) {
        return text(cell).length;
    }

    /** Of all paths together. */
    long bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    private byte[] text(int cell) {
        return texts.get(cell >>> PIECE_BITS)[cell & (1 << PIECE_BITS) - 1];
    }

    private void setText(int cell, byte[] text) {
        int index = cell >>> PIECE_BITS;
        if (index == texts.size()) {
            texts.add(new byte[1 << PIECE_BITS][]);
        }
        texts.get(index)[cell & (1 << PIECE_BITS) - 1] = text;
    }
}
