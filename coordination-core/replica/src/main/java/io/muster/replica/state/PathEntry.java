package io.muster.replica.state;

/** A path as an element of a set. */
record PathEntry(byte[] path) implements ByteTrie.Keyed {
    @Override
    public byte[] keyBytes() {
        return path;
    }

    @Override
    public int keyFrom() {
        return 0;
    }

    @Override
    public int keyTo() {
        return path.length;
    }
}
