package io.muster.server.storage;

import java.io.InputStream;
import java.util.List;

/**
 * One directory of files, as far as storage needs it. Names are plain, without separators.
 *
 * <p>Durable means that it survives a loss of power. A created, renamed or deleted name is durable after {@link
 * #forceDirectory}; a file's bytes are after {@link DiskFile#force}.
 *
 * <p>Every method blocks, may be called from any thread, and throws {@link StorageException} when the disk fails.
 */
public interface Disk {
    /** The full name for messages to an operator. */
    String locate(String name);

    /** The names of all files, sorted. */
    List<String> list();

    boolean exists(String name);

    /** In bytes. */
    long size(String name);

    /** Opens a file for writing, creating it if it is not there. */
    DiskFile open(String name);

    /** Reads from an offset on to the end; does its own buffering of a stretch at a time. */
    InputStream read(String name, long offset);

    /**
     * Gives a small file a new content, durably: after a crash it has the old content or the new. Writes beside it to
     * {@code name.tmp}, forces, renames, forces the directory.
     */
    default void replace(String name, byte[] content) {
        String beside = name + ".tmp";
        try (DiskFile file = open(beside)) {
            file.truncate(0);
            file.write(0, content, 0, content.length);
            file.force();
        }
        rename(beside, name);
        forceDirectory();
    }

    /** Renames a file, replacing one that has the new name. */
    void rename(String from, String to);

    /** Deletes a file; none is fine. */
    void delete(String name);

    void forceDirectory();

    long usableBytes();

    /**
     * Keeps other servers out of this directory until closed or until the process ends.
     *
     * @throws StorageException if another one is in it
     */
    Lock lock();

    /** Held by one server. */
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }
}
