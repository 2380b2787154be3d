package io.muster.server.storage;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the real file system. */
public final class FileDisk implements Disk {
    private static final String LOCK_NAME = "muster.lock";
    private static final int READ_BYTES = 1 << 18;

    private final Path directory;

    private FileDisk(Path directory) {
        this.directory = directory;
    }

    /** Opens a directory, creating it, with all above it, durably if it is not there. */
    public static FileDisk open(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            createDurably(absolute);
        } catch (IOException e) {
            throw failed("creating directory", absolute, e);
        }
        return new FileDisk(absolute);
    }

    private static void createDurably(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            createDurably(parent);
        }
        Files.createDirectory(directory);
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static StorageException failed(String doing, Path path, IOException e) {
        String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean full =
                reason.contains("no space left") || reason.contains("not enough space") || reason.contains("quota");
        String message = doing + " " + path + ": " + e;
        return full ? new DiskFullException(message + "; make room", e) : new StorageException(message, e);
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    @Override
    public String locate(String name) {
        return path(name).toString();
    }

    @Override
    public List<String> list() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(each -> each.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failed("listing", directory, e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(path(name));
    }

    @Override
    public long size(String name) {
        try {
            return Files.size(path(name));
        } catch (IOException e) {
            throw failed("looking at", path(name), e);
        }
    }

    @Override
    public DiskFile open(String name) {
        Path path = path(name);
        try {
            return new RealFile(path, FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw failed("opening", path, e);
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        Path path = path(name);
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            channel.position(offset);
            return new BufferedInputStream(Channels.newInputStream(channel), READ_BYTES);
        } catch (IOException e) {
            throw failed("opening", path, e);
        }
    }

    @Override
    public void rename(String from, String to) {
        try {
            Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed("renaming " + from + " to", path(to), e);
        }
    }

    @Override
    public void delete(String name) {
        try {
            Files.delete(path(name));
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw failed("deleting", path(name), e);
        }
    }

    @Override
    public void forceDirectory() {
        try {
            force(directory);
        } catch (IOException e) {
            throw failed("syncing directory", directory, e);
        }
    }

    @Override
    public long usableBytes() {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw failed("asking for the room in", directory, e);
        }
    }

    @Override
    public Lock lock() {
        Path path = path(LOCK_NAME);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new HeldLock(path, channel);
            }
        } catch (OverlappingFileLockException e) {
            // held within this process
        } catch (IOException e) {
            closeQuietly(channel);
            throw failed("locking", path, e);
        }
        closeQuietly(channel);
        throw new StorageException("another server uses " + directory + " (" + LOCK_NAME
                + " is locked): stop it, or give this server a directory of its own");
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // on the way to a more telling exception
        }
    }

    private record HeldLock(Path path, FileChannel channel) implements Lock {
        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw failed("unlocking", path, e);
            }
        }
    }

    record RealFile(Path path, FileChannel channel) implements DiskFile {
        @Override
        public long size() {
            try {
                return channel.size();
            } catch (IOException e) {
                throw failed("looking at", path, e);
            }
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) {
            try {
                ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
                long at = position;
                while (rest.hasRemaining()) {
                    at += channel.write(rest, at);
                }
            } catch (IOException e) {
                throw failed("writing " + length + " bytes at " + position + " to", path, e);
            }
        }

        @Override
        public void force() {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw failed("syncing", path, e);
            }
        }

        @Override
        public void truncate(long size) {
            try {
                channel.truncate(size);
            } catch (IOException e) {
                throw failed("truncating to " + size + " bytes", path, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw failed("closing", path, e);
            }
        }
    }
}
