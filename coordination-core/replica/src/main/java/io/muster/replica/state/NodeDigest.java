package io.muster.replica.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** What one znode adds to the tree's digest: a CRC-32 over path, data and stored stat. Used by one thread. */
final class NodeDigest {
    private static final byte[] RESERVED = "/zookeeper/".getBytes(StandardCharsets.US_ASCII);
    private static final int STAT_BYTES = 60;

    private final CRC32 crc = new CRC32();
    private final ByteBuffer stat = ByteBuffer.allocate(STAT_BYTES);

    /** 0 for what is below {@code /zookeeper}. */
    long of(byte[] path, Znode znode, int childCounter, long pzxid) {
        if (isReserved(path)) {
            return 0;
        }
        stat.clear();
        stat.putLong(znode.czxid()).putLong(znode.mzxid()).putLong(pzxid);
        stat.putLong(znode.ctimeMs()).putLong(znode.mtimeMs());
        stat.putInt(znode.version()).putInt(childCounter).putInt(znode.aversion());
        stat.putLong(znode.owner());
        crc.reset();
        crc.update(path, 0, path.length);
        crc.update(znode.packed(), znode.keyTo(), znode.dataLength());
        crc.update(stat.array(), 0, STAT_BYTES);
        return crc.getValue();
    }

    static boolean isReserved(byte[] path) {
        return path.length >= RESERVED.length && Arrays.equals(path, 0, RESERVED.length, RESERVED, 0, RESERVED.length);
    }
}
