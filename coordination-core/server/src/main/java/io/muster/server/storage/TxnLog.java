package io.muster.server.storage;

import io.muster.protocol.JuteWriter;
import io.muster.protocol.Zxid;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.TxnCodec;
import java.util.List;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/**
 * The writing end of the log; owned by the log thread. A batch is encoded into one buffer, written at once, and made
 * durable by one {@link #force}.
 *
 * <p>The file grows by stretches of zeros that are really written, so that the sync of a record need not change what the
 * file system knows of the file, and so that a full disk is met before any byte of a record is written. Any other failure
 * poisons the log: what is on the disk is unknown then, and asking again would be told lies.
 */
final class TxnLog implements AutoCloseable {
    /** A batch of more is encoded and written in parts. */
    private static final int ENCODED_AT_ONCE_BYTES = 4 << 20;

    private static final byte[] ZEROS = new byte[1 << 18];

    private final Disk disk;
    private final StorageSettings settings;
    private final SyncedMark synced;
    private final Adler32 adler = new Adler32();
    private JuteWriter buffer = new JuteWriter(1 << 16);
    /** Transactions in the buffer. */
    private int encoded;

    private long appendedBytes;

    private @Nullable DiskFile file;
    private String name = "";
    /** Whether the file's name is not durable yet. */
    private boolean created;
    /** Invariant: unsynced <= position <= allocated. */
    private long position;

    private long allocated;
    private long unsyncedBytes;
    private long lastZxid;
    private @Nullable RuntimeException poison;

    /** @param lastZxid the last transaction in the log or covered by a snapshot: what comes next must follow it */
    TxnLog(Disk disk, StorageSettings settings, SyncedMark synced, long lastZxid) {
        this.disk = disk;
        this.settings = settings;
        this.synced = synced;
        this.lastZxid = lastZxid;
    }

    long lastZxid() {
        return lastZxid;
    }

    /** Of records in the file that is open, with its header; 0 if none is. */
    long fileBytes() {
        return file == null ? 0 : position;
    }

    /**
     * Writes the beginning of a batch: all of it, unless that is too much to be encoded at once. Durable after the next {@link
     * #force}.
     *
     * @return how many transactions were written, at least one unless there are none
     * @throws DiskFullException if there is no room; nothing was written
     */
    int append(List<Transaction> batch) {
        checkSound();
        if (batch.isEmpty()) {
            return 0;
        }
        checkOrder(batch);
        int largest = encode(batch);
        DiskFile open = openWithRoom(batch.get(0).zxid());
        try {
            if (largest > settings.maxUnsyncedBytes()) {
                // its beginning will be forced before its end is written, and recovery must take that for one record
                synced.announce(largest);
            }
            write(open);
        } catch (RuntimeException e) {
            throw poisoned(e);
        }
        lastZxid = batch.get(encoded - 1).zxid();
        appendedBytes += buffer.size();
        if (buffer.size() > ENCODED_AT_ONCE_BYTES) {
            buffer = new JuteWriter(1 << 16);
        }
        return encoded;
    }

    /** Of records, since this was opened. */
    long appendedBytes() {
        return appendedBytes;
    }

    private void checkOrder(List<Transaction> batch) {
        long last = lastZxid;
        for (Transaction each : batch) {
            if (!Order.follows(last, each.zxid())) {
                throw new IllegalStateException("transaction " + Zxid.toString(each.zxid()) + " cannot follow "
                        + Zxid.toString(last) + " in the log");
            }
            last = each.zxid();
        }
    }

    /** Encodes as many as are not too much at once, and returns the bytes of the largest transaction. */
    private int encode(List<Transaction> batch) {
        buffer.clear();
        encoded = 0;
        int largest = 0;
        for (Transaction each : batch) {
            if (buffer.size() >= ENCODED_AT_ONCE_BYTES) {
                break;
            }
            encoded++;
            int start = buffer.size();
            buffer.writeLong(0).writeInt(0);
            int from = buffer.size();
            TxnCodec.write(buffer, each);
            int length = buffer.size() - from;
            largest = Math.max(largest, length);
            adler.reset();
            adler.update(buffer.array(), from, length);
            buffer.setLong(start, adler.getValue());
            buffer.setInt(start + Long.BYTES, length);
            buffer.writeByte(LogReader.END_MARK);
        }
        return largest;
    }

    private DiskFile openWithRoom(long firstZxid) {
        try {
            DiskFile open = file == null ? create(firstZxid) : file;
            makeRoom(open, position + buffer.size());
            return open;
        } catch (DiskFullException e) {
            throw e;
        } catch (RuntimeException e) {
            throw poisoned(e);
        }
    }

    private DiskFile create(long firstZxid) {
        String newName = FileNames.log(firstZxid);
        if (disk.exists(newName)) {
            throw new IllegalStateException(disk.locate(newName) + " exists already");
        }
        JuteWriter header = new JuteWriter(LogReader.HEADER_BYTES);
        LogReader.writeHeader(header);
        DiskFile open = null;
        try {
            open = disk.open(newName);
            open.write(0, header.array(), 0, header.size());
            position = header.size();
            allocated = header.size();
            makeRoom(open, position + buffer.size());
        } catch (DiskFullException e) {
            if (open != null) {
                open.close();
            }
            disk.delete(newName);
            throw e;
        }
        name = newName;
        file = open;
        created = true;
        unsyncedBytes = position;
        return open;
    }

    private void makeRoom(DiskFile open, long end) {
        int stretch = settings.preallocationBytes();
        if (stretch == 0 || end <= allocated) {
            return;
        }
        long target = (end + stretch - 1) / stretch * stretch;
        long usable = disk.usableBytes();
        if (usable < target - allocated) {
            throw new DiskFullException("the log in " + disk.locate(name) + " needs " + (target - allocated)
                    + " bytes to grow, and there are " + usable + "; make room");
        }
        try {
            while (allocated < target) {
                int length = (int) Math.min(ZEROS.length, target - allocated);
                open.write(allocated, ZEROS, 0, length);
                allocated += length;
            }
        } catch (DiskFullException e) {
            allocated = Math.max(position, open.size());
            throw e;
        }
    }

    /** A full disk here, where a file grows with its records, may have torn one, and is as bad as any other failure. */
    private void write(DiskFile open) {
        int from = 0;
        while (from < buffer.size()) {
            int length = (int) Math.min(buffer.size() - from, settings.maxUnsyncedBytes() - unsyncedBytes);
            if (length <= 0) {
                open.force();
                unsyncedBytes = 0;
                continue;
            }
            open.write(position, buffer.array(), from, length);
            from += length;
            position += length;
            unsyncedBytes += length;
        }
        allocated = Math.max(allocated, position);
    }

    /** Returns when all that was appended is durable. */
    void force() {
        checkSound();
        if (file == null || unsyncedBytes == 0 && !created) {
            return;
        }
        try {
            file.force();
            if (created) {
                disk.forceDirectory();
                created = false;
            }
            unsyncedBytes = 0;
            synced.write(lastZxid);
        } catch (RuntimeException e) {
            throw poisoned(e);
        }
    }

    /** Ends the file: the next transaction begins a new one. What was written is durable, the zeros behind it are given up. */
    void roll() {
        force();
        if (file == null) {
            return;
        }
        try {
            if (allocated > position) {
                file.truncate(position);
            }
            file.close();
            file = null;
        } catch (RuntimeException e) {
            throw poisoned(e);
        }
    }

    /** After files were changed beneath it: goes on in a new file behind this transaction. */
    void continueAfter(long zxid) {
        checkSound();
        if (file != null) {
            throw new IllegalStateException("the log is open in " + name);
        }
        lastZxid = zxid;
    }

    private void checkSound() {
        if (poison != null) {
            throw new StorageException(
                    "the log in " + disk.locate(name) + " failed before; restart the server once the disk is sound",
                    poison);
        }
    }

    private RuntimeException poisoned(RuntimeException cause) {
        poison = cause;
        return cause instanceof DiskFullException
                ? new StorageException("a record did not fit on the disk: " + cause.getMessage(), cause)
                : cause;
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
