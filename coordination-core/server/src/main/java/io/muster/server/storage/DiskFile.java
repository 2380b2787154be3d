package io.muster.server.storage;

/** A file open for writing, by one thread at a time. */
public interface DiskFile extends AutoCloseable {
    /** In bytes. */
    long size();

    /**
     * Writes all of the range, at any position up to the file's end.
     *
     * @throws DiskFullException if there is no room; a part may have been written
     */
    void write(long position, byte[] bytes, int offset, int length);

    /** Returns when all that was written, and the file's size, is durable. */
    void force();

    /** Cuts the file. Durable after {@link #force}. */
    void truncate(long size);

    @Override
    void close();
}
