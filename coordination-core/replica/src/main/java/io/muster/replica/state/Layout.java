package io.muster.replica.state;

/** What all versions of one server's state share: the tries' operations and how owners are read. */
final class Layout {
    final long seed;
    final ByteTrie<Directory> directories;
    final ByteTrie<Znode> znodes;
    final ByteTrie<SessionEntry> sessions;
    final ByteTrie<PathEntry> paths;
    /** Whether times to live are on; it decides how some owners are read. */
    final boolean extendedTypes;

    Layout(long seed, boolean extendedTypes) {
        this.seed = seed;
        directories = new ByteTrie<>(seed);
        znodes = new ByteTrie<>(seed);
        sessions = new ByteTrie<>(seed);
        paths = new ByteTrie<>(seed);
        this.extendedTypes = extendedTypes;
    }
}
