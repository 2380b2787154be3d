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
 * <p>Behind it stands the size of the largest record that was ever begun since the start, as far as it is remarkable: how
 * much of a log's end a torn record can be is known only by this. It is synced before such a record is written.
 *
 * <p>Owned by the log thread.
 */
final class SyncedMark implements AutoCloseable {
    static final String NAME = "muster.synced";
    /** A number and its checksum. */
    private static final int PART_BYTES = 2 * Long.BYTES;

    private final DiskFile file;
    private final JuteWriter out = new JuteWriter(PART_BYTES);
    private long largestBytes;

    SyncedMark(Disk disk) {
        file = disk.open(NAME);
    }

    /** Null if there is none, or if it does not bear its checksum: then nothing is known. */
    static @Nullable Long read(Disk disk) {
        return read(disk, 0);
    }

    /** The largest record that may stand unfinished at the log's end, in bytes; 0 if there is none of a remarkable size. */
    static long largestBytes(Disk disk) {
        Long largest = read(disk, PART_BYTES);
        return largest == null ? 0 : largest;
    }

    private static @Nullable Long read(Disk disk, int at) {
        if (!disk.exists(NAME) || disk.size(NAME) < at + PART_BYTES) {
            return null;
        }
        byte[] bytes = new byte[PART_BYTES];
        try (InputStream in = disk.read(NAME, at)) {
            if (in.readNBytes(bytes, 0, PART_BYTES) < PART_BYTES) {
                return null;
            }
        } catch (IOException e) {
            throw new StorageException("reading " + disk.locate(NAME) + ": " + e, e);
        }
        JuteReader in = new JuteReader(bytes);
        long number = in.readLong("number");
        return in.readLong("checksum") == checksum(bytes) ? number : null;
    }

    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, Long.BYTES);
        return crc.getValue();
    }

    void write(long zxid) {
        write(0, zxid);
    }

    /** To be called before a record of so many bytes is begun; durable. */
    void announce(long recordBytes) {
        if (recordBytes > largestBytes) {
            write(PART_BYTES, recordBytes);
            file.force();
            largestBytes = recordBytes;
        }
    }

    /** The log is whole: there is nothing unfinished at its end. */
    void reset(long zxid) {
        write(0, zxid);
        write(PART_BYTES, 0);
        file.force();
        largestBytes = 0;
    }

    private void write(int at, long number) {
        out.clear();
        out.writeLong(number).writeLong(0);
        out.setLong(Long.BYTES, checksum(out.array()));
        file.write(at, out.array(), 0, PART_BYTES);
    }

    @Override
    public void close() {
        file.close();
    }
}
