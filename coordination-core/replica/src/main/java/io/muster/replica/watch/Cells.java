package io.muster.replica.watch;

import java.util.Arrays;

/**
 * Records of a few ints each, under numbers from 0 on. They lie in pieces of one size, so that a table grows without
 * copying what it holds, and a record costs nothing but its ints.
 *
 * <p>A number that was given back is given out again, the last one first.
 */
final class Cells {
    static final int NONE = -1;

    private static final int PIECE_BITS = 9;
    private static final int PIECE_CELLS = 1 << PIECE_BITS;

    private final int width;
    private int[][] pieces = {};
    /** Numbers below this one have been given out. */
    private int used;
    /** The first of those that were given back, or NONE; each holds the next in its field 0. */
    private int free = NONE;

    Cells(int width) {
        this.width = width;
    }

    /** A number whose fields hold anything. */
    int allocate() {
        if (free != NONE) {
            int cell = free;
            free = get(cell, 0);
            return cell;
        }
        int piece = used >>> PIECE_BITS;
        if (piece == pieces.length) {
            pieces = Arrays.copyOf(pieces, Math.max(4, piece + (piece >> 1)));
        }
        if ((used & PIECE_CELLS - 1) == 0) {
            pieces[piece] = new int[PIECE_CELLS * width];
        }
        return used++;
    }

    void release(int cell) {
        set(cell, 0, free);
        free = cell;
    }

    /** Gives back all numbers and their memory. */
    void clear() {
        pieces = new int[0][];
        used = 0;
        free = NONE;
    }

    int get(int cell, int field) {
        return pieces[cell >>> PIECE_BITS][(cell & PIECE_CELLS - 1) * width + field];
    }

    void set(int cell, int field, int value) {
        pieces[cell >>> PIECE_BITS][(cell & PIECE_CELLS - 1) * width + field] = value;
    }
}
