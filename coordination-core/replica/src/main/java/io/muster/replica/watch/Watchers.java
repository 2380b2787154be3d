package io.muster.replica.watch;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;

/** Connections that watch something, under numbers from 0 on that are given out again. */
final class Watchers {
    private final LongFunction<Tally> tallyOf;
    private final Map<Long, Integer> slotByConnection = new HashMap<>();
    /** The count that each shares with the others of its address. */
    private Tally[] tallies = new Tally[16];

    private long[] connections = new long[16];
    /** The first of each one's own watches, or NONE. */
    private int[] firstWatches = new int[16];

    private int[] counts = new int[16];
    private long[] bytes = new long[16];
    /** The last event of which each was told. */
    private long[] toldOf = new long[16];

    private int[] free = new int[16];
    private int freeCount;
    private int used;

    Watchers(LongFunction<Tally> tallyOf) {
        this.tallyOf = tallyOf;
    }

    /** The number of a connection, or NONE. */
    int find(long connection) {
        return slotByConnection.getOrDefault(connection, Cells.NONE);
    }

    int findOrAdd(long connection) {
        int found = find(connection);
        if (found != Cells.NONE) {
            return found;
        }
        int slot = freeCount > 0 ? free[--freeCount] : used++;
        if (slot == connections.length) {
            connections = Arrays.copyOf(connections, 2 * slot);
            tallies = Arrays.copyOf(tallies, 2 * slot);
            firstWatches = Arrays.copyOf(firstWatches, 2 * slot);
            bytes = Arrays.copyOf(bytes, 2 * slot);
            counts = Arrays.copyOf(counts, 2 * slot);
            toldOf = Arrays.copyOf(toldOf, 2 * slot);
        }
        connections[slot] = connection;
        tallies[slot] = tallyOf.apply(connection);
        firstWatches[slot] = Cells.NONE;
        counts[slot] = 0;
        bytes[slot] = 0;
        toldOf[slot] = 0;
        slotByConnection.put(connection, slot);
        return slot;
    }

    /** Gives the number back if the connection watches nothing. */
    void releaseIfUnused(int slot) {
        if (firstWatches[slot] != Cells.NONE) {
            return;
        }
        slotByConnection.remove(connections[slot]);
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot;
    }

    Tally tally(long connection) {
        int slot = find(connection);
        return slot == Cells.NONE ? tallyOf.apply(connection) : tallies[slot];
    }

    long connection(int slot) {
        return connections[slot];
    }

    int firstWatch(int slot) {
        return firstWatches[slot];
    }

    void setFirstWatch(int slot, int watch) {
        firstWatches[slot] = watch;
    }

    /** Watches as {@link WatchTable#count()} counts them. */
    int count(int slot) {
        return counts[slot];
    }

    void addToCount(int slot, int difference) {
        counts[slot] += difference;
        tallies[slot].watches += difference;
    }

    /** Of the paths of its watches. */
    long bytes(int slot) {
        return bytes[slot];
    }

    void addBytes(int slot, int difference) {
        bytes[slot] += difference;
    }

    /** Says whether it had not been told of this event. @param event a number from 1 on that no other event has */
    boolean tellOnce(int slot, long event) {
        boolean first = toldOf[slot] != event;
        toldOf[slot] = event;
        return first;
    }
}
