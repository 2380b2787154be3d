package io.muster.replica.state;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session and its ephemeral znodes. Changed in place by the edit that owns it, and by nobody after it. */
final class SessionEntry implements ByteTrie.Keyed {
    /**
     * The timeout of an owner of ephemerals that is no session: an orphan. Snapshots that ZooKeeper wrote while a session ended
     * have them, and so do times to live that the settings do not admit.
     */
    static final int ORPHAN = -1;

    private final byte[] key;
    int timeoutMs;
    /** Root of a trie of {@link PathEntry}. */
    @Nullable
    Object ephemerals;

    int ephemeralCount;
    ByteTrie.@Nullable Edit owner;

    SessionEntry(long sessionId, int timeoutMs, ByteTrie.@Nullable Edit owner) {
        this(key(sessionId), timeoutMs, owner);
    }

    private SessionEntry(byte[] key, int timeoutMs, ByteTrie.@Nullable Edit owner) {
        this.key = key;
        this.timeoutMs = timeoutMs;
        this.owner = owner;
    }

    static byte[] key(long sessionId) {
        return ByteBuffer.allocate(Long.BYTES).putLong(sessionId).array();
    }

    SessionEntry copyFor(ByteTrie.Edit edit) {
        SessionEntry copy = new SessionEntry(key, timeoutMs, edit);
        copy.ephemerals = ephemerals;
        copy.ephemeralCount = ephemeralCount;
        return copy;
    }

    long sessionId() {
        return ByteBuffer.wrap(key).getLong();
    }

    @Override
    public byte[] keyBytes() {
        return key;
    }

    @Override
    public int keyFrom() {
        return 0;
    }

    @Override
    public int keyTo() {
        return key.length;
    }
}
