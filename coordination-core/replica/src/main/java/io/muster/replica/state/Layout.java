package io.muster.replica.state;

/** What all versions of one server's state share: the tries' operations and how owners are read. */
final class Layout {
    final long seed;
    final ByteTrie<Directory> directories;
    final ByteTrie<Znode> znodes;
    final ByteTrie<SessionEntry> sessions;
    final ByteTrie<PathEntry> paths;
    final ByteTrie<QuotaNode> quotas;
    final TimesToLive timesToLive;

    Layout(long seed, TimesToLive timesToLive) {
        this.seed = seed;
        directories = new ByteTrie<>(seed);
        znodes = new ByteTrie<>(seed);
        sessions = new ByteTrie<>(seed);
        paths = new ByteTrie<>(seed);
        quotas = new ByteTrie<>(seed);
        this.timesToLive = timesToLive;
    }
}
