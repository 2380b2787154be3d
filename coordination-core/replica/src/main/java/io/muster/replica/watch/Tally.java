package io.muster.replica.watch;

/** Counts the watches of some connections together. Owned by the thread of the {@link WatchTable} that counts. */
public final class Tally {
    int watches;

    public int watches() {
        return watches;
    }
}
