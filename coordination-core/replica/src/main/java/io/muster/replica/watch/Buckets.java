package io.muster.replica.watch;

import java.util.function.IntUnaryOperator;

/**
 * A hash table of {@link Cells}, chained through one of their fields. It grows and shrinks by one bucket at a time (linear
 * hashing), so that no single call has to move everything.
 *
 * <p>Invariant: elements <= buckets, so a chain holds one element on average.
 */
final class Buckets {
    private static final int MIN_BUCKETS = 16;

    private final Cells cells;
    private final int nextField;
    private final IntUnaryOperator hashOf;
    /** The first cell of each bucket, or NONE. Buckets are added and removed at the end. */
    private final Cells heads = new Cells(1);

    private int buckets;
    private int size;

    /**
     * @param nextField the field of a cell that is the chain's
     * @param hashOf the hash of a cell that is in the table
     */
    Buckets(Cells cells, int nextField, IntUnaryOperator hashOf) {
        this.cells = cells;
        this.nextField = nextField;
        this.hashOf = hashOf;
        clear();
    }

    /** The first cell that may have the hash, or NONE; {@link #next} gives the others. */
    int first(int hash) {
        return heads.get(bucket(hash), 0);
    }

    int next(int cell) {
        return cells.get(cell, nextField);
    }

    void add(int cell, int hash) {
        size++;
        if (size > buckets) {
            grow();
        }
        push(bucket(hash), cell);
    }

    /** Removes a cell that is there; it still has its hash. */
    void remove(int cell, int hash) {
        int bucket = bucket(hash);
        int before = Cells.NONE;
        int at = heads.get(bucket, 0);
        while (at != cell) {
            before = at;
            at = next(at);
        }
        if (before == Cells.NONE) {
            heads.set(bucket, 0, next(cell));
        } else {
            cells.set(before, nextField, next(cell));
        }
        size--;
        // two for each element, so that the table can keep up with whoever empties it
        for (int i = 0; i < 2 && buckets > MIN_BUCKETS && size < buckets / 4; i++) {
            shrink();
        }
    }

    /** Forgets all elements. */
    void clear() {
        heads.clear();
        size = 0;
        buckets = MIN_BUCKETS;
        for (int i = 0; i < MIN_BUCKETS; i++) {
            heads.set(heads.allocate(), 0, Cells.NONE);
        }
    }

    private void push(int bucket, int cell) {
        cells.set(cell, nextField, heads.get(bucket, 0));
        heads.set(bucket, 0, cell);
    }

    /** By as many low bits of the hash as the buckets need; those that are not there yet share one with fewer bits. */
    private int bucket(int hash) {
        int mask = Integer.highestOneBit(buckets - 1) * 2 - 1;
        int bucket = hash & mask;
        return bucket < buckets ? bucket : hash & mask >>> 1;
    }

    /** Whose elements the last bucket takes over when it is added. */
    private static int shared(int last) {
        return last - Integer.highestOneBit(last);
    }

    private void grow() {
        int from = shared(buckets);
        int added = heads.allocate();
        heads.set(added, 0, Cells.NONE);
        buckets++;
        int chain = heads.get(from, 0);
        heads.set(from, 0, Cells.NONE);
        moveAll(chain);
    }

    private void shrink() {
        int last = buckets - 1;
        int chain = heads.get(last, 0);
        buckets--;
        heads.release(last);
        moveAll(chain);
    }

    private void moveAll(int chain) {
        int cell = chain;
        while (cell != Cells.NONE) {
            int next = next(cell);
            push(bucket(hashOf.applyAsInt(cell)), cell);
            cell = next;
        }
    }
}
