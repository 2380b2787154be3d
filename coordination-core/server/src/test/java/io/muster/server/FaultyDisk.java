package io.muster.server;

import io.muster.server.storage.Disk;
import io.muster.server.storage.DiskFile;
import io.muster.server.storage.MemoryDisk;
import io.muster.server.storage.StorageException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A disk in memory under a whole server: its syncs can be held up or made to fail. Any thread. */
final class FaultyDisk implements Disk {
    private final MemoryDisk disk;
    private final AtomicInteger forces = new AtomicInteger();
    private volatile @Nullable CountDownLatch gate;
    private volatile CountDownLatch forcing = new CountDownLatch(1);
    private volatile int forcesAtFailure;
    private final AtomicInteger askedInVain = new AtomicInteger();
    private volatile @Nullable String failingForce;
    private volatile boolean failsForever;
    private volatile @Nullable String failingWrite;

    FaultyDisk() {
        this(new MemoryDisk());
    }

    FaultyDisk(MemoryDisk disk) {
        this.disk = disk;
    }

    /** Syncs of files that begin from now on wait for {@link #release}. */
    void hold() {
        forcing = new CountDownLatch(1);
        gate = new CountDownLatch(1);
    }

    void release() {
        CountDownLatch closedGate = gate;
        gate = null;
        if (closedGate != null) {
            closedGate.countDown();
        }
    }

    /** Returns when a sync has begun since {@link #hold}. */
    void awaitForce() throws InterruptedException {
        if (!forcing.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("nothing was synced");
        }
    }

    /** Syncs that were tried after the one that failed. */
    int forcesAfterFailure() {
        return forces.get() - forcesAtFailure;
    }

    /** How often somebody asked for room and there was none at all. */
    int askedInVain() {
        return askedInVain.get();
    }

    /** The next sync of a file whose name starts so fails, once. */
    void failForceOf(String prefix) {
        failingForce = prefix;
    }

    void failEveryForce() {
        failingForce = "";
        failsForever = true;
    }

    /** The next write to a file whose name starts so fails, once. */
    void failWriteOf(String prefix) {
        failingWrite = prefix;
    }

    /** So many bytes more, and the disk is full. */
    void roomBytes(long bytes) {
        synchronized (disk) {
            disk.capacityBytes(disk.usedBytes() + bytes, true);
        }
    }

    void makeRoom() {
        synchronized (disk) {
            disk.capacityBytes(Long.MAX_VALUE, true);
        }
    }

    long usedBytes() {
        synchronized (disk) {
            return disk.usedBytes();
        }
    }

    /** What a server finds that starts after the power was gone at this moment. */
    MemoryDisk afterPowerLoss(MemoryDisk.Loss loss, long seed) {
        synchronized (disk) {
            return disk.afterCrash(loss, new Random(seed));
        }
    }

    @Override
    public String locate(String name) {
        return disk.locate(name);
    }

    @Override
    public List<String> list() {
        synchronized (disk) {
            return disk.list();
        }
    }

    @Override
    public boolean exists(String name) {
        synchronized (disk) {
            return disk.exists(name);
        }
    }

    @Override
    public long size(String name) {
        synchronized (disk) {
            return disk.size(name);
        }
    }

    @Override
    public DiskFile open(String name) {
        synchronized (disk) {
            return new File(name, disk.open(name));
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        synchronized (disk) {
            return disk.read(name, offset);
        }
    }

    @Override
    public void rename(String from, String to) {
        synchronized (disk) {
            disk.rename(from, to);
        }
    }

    @Override
    public void delete(String name) {
        synchronized (disk) {
            disk.delete(name);
        }
    }

    @Override
    public void forceDirectory() {
        synchronized (disk) {
            disk.forceDirectory();
        }
    }

    @Override
    public long usableBytes() {
        synchronized (disk) {
            long bytes = disk.usableBytes();
            if (bytes == 0) {
                askedInVain.incrementAndGet();
            }
            return bytes;
        }
    }

    @Override
    public Lock lock() {
        synchronized (disk) {
            return disk.lock();
        }
    }

    private final class File implements DiskFile {
        private final String name;
        private final DiskFile file;

        File(String name, DiskFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public long size() {
            synchronized (disk) {
                return file.size();
            }
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) {
            String prefix = failingWrite;
            if (prefix != null && name.startsWith(prefix)) {
                failingWrite = null;
                throw new StorageException("writing to " + name + ": input/output error");
            }
            synchronized (disk) {
                file.write(position, bytes, offset, length);
            }
        }

        @Override
        public void force() {
            forces.incrementAndGet();
            CountDownLatch closedGate = gate;
            forcing.countDown();
            if (closedGate != null) {
                try {
                    closedGate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new StorageException("interrupted while syncing " + name);
                }
            }
            String prefix = failingForce;
            if (prefix != null && name.startsWith(prefix)) {
                failingForce = failsForever ? "" : null;
                forcesAtFailure = forces.get();
                throw new StorageException("syncing " + name + ": input/output error");
            }
            synchronized (disk) {
                file.force();
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (disk) {
                file.truncate(size);
            }
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
