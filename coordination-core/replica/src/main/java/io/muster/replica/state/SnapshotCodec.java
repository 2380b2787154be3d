package io.muster.replica.state;

import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;

/**
 * The bytes of a whole state, as snapshot files and the stream from a leader to a follower both have them: sessions, the
 * table of access control lists, and all znodes depth-first up to the end mark {@code "/"}. What stands before and after
 * belongs to the file or to the stream.
 *
 * <p>Neither direction holds more than one znode and one buffer in memory besides the state itself. Here they go in one go,
 * waiting for their bytes; {@link SnapshotEncoder} and {@link SnapshotDecoder} do the same in pieces.
 */
public final class SnapshotCodec {
    static final String END = "/";
    /** In the place of a list's key: everybody may do everything. */
    static final long OPEN_KEY = -1;

    private static final int FLUSH_BYTES = 1 << 16;

    private SnapshotCodec() {}

    /** Where bytes go. The array is valid during the call only. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] bytes, int offset, int length);
    }

    /** Where bytes come from, a few at a time: it should be buffered. */
    @FunctionalInterface
    public interface Source {
        /**
         * Fills the range, waiting for the bytes if need be.
         *
         * @throws MalformedFrameException if there are not so many
         */
        void read(byte[] into, int offset, int length);
    }

    /**
     * What was read.
     *
     * @param znodesWithoutAcl znodes whose access control list is not in the table: ZooKeeper writes such files when a list
     *     is new while it writes. They let nobody but the super user in, until replay brings the list.
     */
    public record Restored(State state, int znodesWithoutAcl) {}

    public static void write(State state, Sink sink) {
        SnapshotEncoder encoder = new SnapshotEncoder(state);
        JuteWriter out = new JuteWriter(FLUSH_BYTES + (1 << 12));
        boolean ended;
        do {
            ended = encoder.write(out, FLUSH_BYTES);
            if (out.size() > 0) {
                sink.accept(out.array(), 0, out.size());
                out.clear();
            }
        } while (!ended);
    }

    /**
     * Reads a state up to and with the end mark; reserved znodes that it lacks are added.
     *
     * @param seed as of {@link State#initial}
     * @param zxid what the state is to count as its last transaction
     * @throws MalformedFrameException if the bytes are no state, or end too early
     */
    public static Restored read(Source source, long seed, TimesToLive timesToLive, long zxid) {
        SnapshotDecoder decoder = new SnapshotDecoder(seed, timesToLive, zxid, Integer.MAX_VALUE);
        while (!decoder.isDone()) {
            int room = decoder.room();
            source.read(decoder.target(), decoder.offset(), room);
            decoder.filled(room);
        }
        return decoder.restored();
    }
}
