package io.muster.server.storage;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The last transaction that is known to be synced, in a small file beside the log. It is written in place after each sync
 * and seldom synced itself, so after a loss of power it may tell of an earlier transaction, never of a later one. What
 * cannot be read although it was marked is damage; what can be missing behind it was perhaps never acknowledged.
 *
 * <p>Owned by the log thread.
 */
final class SyncedMark implements AutoCloseable {
    static final String NAME = "muster.synced";
    private static final int BYTES = 2 * Long.BYTES;

    private final DiskFile file;
    private final JuteWriter out = new JuteWriter(BYTES);

    SyncedMark(Disk disk) {
        file = disk.open(NAME);
    }

    /** Null if there is none, or if it does not bear its checksum: then nothing is known. */
    static @Nullable Long read(Disk disk) {
        if (!disk.exists(NAME)) {
            return null;
        }
        byte[] bytes = new byte[BYTES];
        try (InputStream in = disk.read(NAME, 0)) {
            if (in.readNBytes(bytes, 0, BYTES) < BYTES) {
                return null;
            }
        } catch (IOException e) {
            throw new StorageException("reading " + disk.locate(NAME) + ": " + e, e);
        }
        JuteReader in = new JuteReader(bytes);
        long zxid = in.readLong("zxid");
        return in.readLong("checksum") == checksum(bytes) ? zxid : null;
    }

    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, Long.BYTES);
        return crc.getValue();
    }

    void write(long zxid) {
        out.clear();
        out.writeLong(zxid).writeLong(0);
        out.setLong(Long.BYTES, checksum(out.array()));
        file.write(0, out.array(), 0, BYTES);
    }

    void force() {
        file.force();
    }

    @Override
    public void close() {
        file.close();
    }
}
