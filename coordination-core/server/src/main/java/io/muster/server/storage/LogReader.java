package io.muster.server.storage;

import io.muster.protocol.JuteReader;
import io.muster.protocol.JuteWriter;
import io.muster.protocol.MalformedFrameException;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.TxnCodec;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/** Reads one file of the log from its start to where its records end, and says how they end. Used by one thread. */
final class LogReader implements AutoCloseable {
    static final int HEADER_BYTES = 16;
    /** Checksum and length before a record. */
    static final int PREFIX_BYTES = Long.BYTES + Integer.BYTES;
    /** Ends every record. */
    static final byte END_MARK = 'B';

    private static final int MAGIC = 0x5A4B4C47;
    private static final int VERSION = 2;
    private static final int SCAN_BYTES = 1 << 16;

    private final Disk disk;
    private final String name;
    private final long size;
    private final InputStream in;
    private final Adler32 adler = new Adler32();
    private final byte[] prefix = new byte[HEADER_BYTES];
    private byte[] record = new byte[1 << 12];
    private long offset;
    private boolean ended;
    private @Nullable Damage damage;

    /**
     * Records do not end as they should.
     *
     * @param reason what was found, for a message
     * @param torn whether it looks like a record whose writing was interrupted
     * @param writtenUpTo the offset behind the last byte of the file that is not zero
     */
    record Damage(String reason, boolean torn, long writtenUpTo) {}

    LogReader(Disk disk, String name) {
        this.disk = disk;
        this.name = name;
        this.size = disk.size(name);
        this.in = disk.read(name, 0);
        readHeader();
    }

    static void writeHeader(JuteWriter out) {
        out.writeInt(MAGIC).writeInt(VERSION).writeLong(0);
    }

    private void readHeader() {
        int got = fill(prefix, HEADER_BYTES);
        if (got < HEADER_BYTES) {
            end("the file's header is incomplete", true);
        } else if (new JuteReader(prefix).readInt("magic") != MAGIC) {
            end("the file's header is not that of a log", isZero(prefix, HEADER_BYTES));
        } else {
            offset = HEADER_BYTES;
        }
    }

    /**
     * The next transaction, or null where the records end.
     *
     * @throws CorruptStorageException if a record is whole, but of a kind that this version does not know
     */
    @Nullable
    Transaction next() {
        if (ended) {
            return null;
        }
        int got = fill(prefix, PREFIX_BYTES);
        if (isZero(prefix, got)) {
            return end(null, true);
        }
        if (got < PREFIX_BYTES) {
            return end("the file ends within a record's length", true);
        }
        JuteReader head = new JuteReader(prefix);
        long checksum = head.readLong("checksum");
        int length = head.readInt("length");
        if (length <= 0) {
            return end("a record's length is " + length, false);
        }
        if (length >= size - offset - PREFIX_BYTES) {
            return end("a record of " + length + " bytes would go past the file's end", true);
        }
        if (record.length <= length) {
            record = new byte[Math.max(length + 1, record.length * 2)];
        }
        if (fill(record, length + 1) <= length || record[length] != END_MARK) {
            return end("a record of " + length + " bytes lacks its end mark", true);
        }
        adler.reset();
        adler.update(record, 0, length);
        if (adler.getValue() != checksum) {
            return end("a record's checksum is " + adler.getValue() + " instead of " + checksum, false);
        }
        Transaction transaction = decode(length);
        offset += PREFIX_BYTES + length + 1;
        return transaction;
    }

    private Transaction decode(int length) {
        try {
            return TxnCodec.read(new JuteReader(record, 0, length));
        } catch (MalformedFrameException e) {
            throw new CorruptStorageException(
                    where() + ": a whole record that this version cannot read: " + e.getMessage()
                            + "; start the version that wrote it, or let this server take its data from the others",
                    e);
        }
    }

    private @Nullable Transaction end(@Nullable String reason, boolean torn) {
        ended = true;
        long writtenUpTo = writtenUpTo();
        if (reason != null) {
            damage = new Damage(reason, torn, Math.max(offset, writtenUpTo));
        } else if (writtenUpTo > offset) {
            damage = new Damage("zeros stand where a record should", false, writtenUpTo);
        }
        return null;
    }

    private long writtenUpTo() {
        long last = -1;
        byte[] bytes = new byte[SCAN_BYTES];
        try (InputStream rest = disk.read(name, offset)) {
            long at = offset;
            int got = rest.read(bytes);
            while (got > 0) {
                for (int i = 0; i < got; i++) {
                    if (bytes[i] != 0) {
                        last = at + i + 1;
                    }
                }
                at += got;
                got = rest.read(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
        return last;
    }

    private int fill(byte[] bytes, int length) {
        try {
            return in.readNBytes(bytes, 0, length);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private StorageException failed(IOException e) {
        return new StorageException("reading " + where() + ": " + e + "; check the disk", e);
    }

    private static boolean isZero(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the last transaction returned ends, which is where the good part of the file ends once next is null. */
    long offset() {
        return offset;
    }

    /** Null while there are transactions, and where they end as they should. */
    @Nullable
    Damage damage() {
        return damage;
    }

    /** File and offset, for messages. */
    String where() {
        return disk.locate(name) + " at offset " + offset;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
