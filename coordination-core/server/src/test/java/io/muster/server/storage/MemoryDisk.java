package io.muster.server.storage;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that knows what is durable and what is in the page cache only. It can end the server at any step, then
 * come back as the real thing might: with all that was cached, with nothing of it, or with any part of it.
 *
 * <p>Used by one thread.
 */
public final class MemoryDisk implements Disk {
    private static final int SECTOR_BYTES = 512;

    private Map<String, Inode> names = new TreeMap<>();
    private Map<String, Inode> durableNames = new TreeMap<>();
    private final List<NameChange> pendingNames = new ArrayList<>();
    private boolean locked;
    private int steps;
    private int crashAtStep = Integer.MAX_VALUE;
    private int forces;
    private int failingForce = -1;
    private int writes;
    private int failingWrite = -1;
    private long capacityBytes = Long.MAX_VALUE;
    private boolean admitsBeingFull = true;

    /** The power or the process is gone. */
    public static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What becomes of what was not forced. */
    public enum Loss {
        NOTHING,
        ALL,
        ANY_PART
    }

    private interface NameChange {
        void apply(Map<String, Inode> names);
    }

    private static final class Inode {
        private byte[] cached = new byte[0];
        private byte[] durable = new byte[0];
        private final List<Change> pending = new ArrayList<>();

        Inode copy() {
            Inode copy = new Inode();
            copy.cached = cached.clone();
            copy.durable = durable.clone();
            copy.pending.addAll(pending);
            return copy;
        }

        void force() {
            pending.forEach(each -> durable = each.apply(durable));
            pending.clear();
        }

        void change(Change change) {
            cached = change.apply(cached);
            pending.add(change);
        }
    }

    /** A write, or a cut where there are no bytes. */
    private record Change(int position, byte[] bytes) {
        byte[] apply(byte[] content) {
            if (bytes == null) {
                return Arrays.copyOf(content, position);
            }
            int end = position + bytes.length;
            byte[] target = content.length >= end ? content : Arrays.copyOf(content, end);
            System.arraycopy(bytes, 0, target, position, bytes.length);
            return target;
        }

        List<Change> sectors() {
            List<Change> sectors = new ArrayList<>();
            if (bytes == null) {
                return List.of(this);
            }
            for (int at = position; at < position + bytes.length; ) {
                int end = Math.min(position + bytes.length, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
                sectors.add(new Change(at, Arrays.copyOfRange(bytes, at - position, end - position)));
                at = end;
            }
            return sectors;
        }
    }

    public void crashAtStep(int step) {
        crashAtStep = step;
    }

    public int steps() {
        return steps;
    }

    /** The n-th force from now on, counted from 1, fails. */
    public void failForce(int n) {
        failingForce = forces + n;
    }

    public void failWrite(int n) {
        failingWrite = writes + n;
    }

    /** @param admits whether the disk says beforehand that it will be full */
    public void capacityBytes(long bytes, boolean admits) {
        capacityBytes = bytes;
        admitsBeingFull = admits;
    }

    public long usedBytes() {
        return names.values().stream().mapToLong(each -> each.cached.length).sum();
    }

    /** The disk that the next server finds. */
    public MemoryDisk afterCrash(Loss loss, RandomGenerator random) {
        return loss == Loss.NOTHING ? afterKill() : afterPowerLoss(loss, random);
    }

    /** The page cache is still there, and still not durable. */
    private MemoryDisk afterKill() {
        MemoryDisk next = new MemoryDisk();
        Map<Inode, Inode> copies = new LinkedHashMap<>();
        names.forEach((name, inode) -> next.names.put(name, copies.computeIfAbsent(inode, Inode::copy)));
        durableNames.forEach((name, inode) -> next.durableNames.put(name, copies.computeIfAbsent(inode, Inode::copy)));
        return next;
    }

    private MemoryDisk afterPowerLoss(Loss loss, RandomGenerator random) {
        MemoryDisk next = new MemoryDisk();
        Map<String, Inode> left = new TreeMap<>(durableNames);
        double share = 0;
        if (loss == Loss.ANY_PART) {
            // a journal keeps the order of names
            int kept = random.nextInt(pendingNames.size() + 1);
            pendingNames.subList(0, kept).forEach(each -> each.apply(left));
            share = random.nextInt(3) / 2.0;
        }
        for (Map.Entry<String, Inode> entry : left.entrySet()) {
            byte[] content = entry.getValue().durable.clone();
            for (Change change : entry.getValue().pending) {
                for (Change sector : change.sectors()) {
                    content = share > 0 && random.nextDouble() < share ? sector.apply(content) : content;
                }
            }
            next.put(entry.getKey(), content);
        }
        return next;
    }

    public byte[] content(String name) {
        return inode(name).cached.clone();
    }

    /** Puts a file there, durably, as whoever was here before would have left it. */
    public void put(String name, byte[] content) {
        Inode inode = new Inode();
        inode.cached = content.clone();
        inode.durable = content.clone();
        names.put(name, inode);
        durableNames.put(name, inode);
    }

    private Inode inode(String name) {
        Inode inode = names.get(name);
        if (inode == null) {
            throw new StorageException(locate(name) + " is not there");
        }
        return inode;
    }

    private void step() {
        if (++steps >= crashAtStep) {
            throw new Crash();
        }
    }

    private void rename(NameChange change) {
        step();
        change.apply(names);
        pendingNames.add(change);
    }

    @Override
    public String locate(String name) {
        return "/memory/" + name;
    }

    @Override
    public List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public long size(String name) {
        return inode(name).cached.length;
    }

    @Override
    public DiskFile open(String name) {
        if (!exists(name)) {
            Inode created = new Inode();
            rename(all -> all.put(name, created));
        }
        return new OpenFile(inode(name));
    }

    @Override
    public InputStream read(String name, long offset) {
        byte[] content = inode(name).cached;
        return new ByteArrayInputStream(content, (int) offset, content.length - (int) offset);
    }

    @Override
    public void rename(String from, String to) {
        inode(from);
        rename(all -> {
            Inode inode = all.remove(from);
            if (inode != null) {
                all.put(to, inode);
            }
        });
    }

    @Override
    public void delete(String name) {
        if (exists(name)) {
            rename(all -> all.remove(name));
        }
    }

    @Override
    public void forceDirectory() {
        step();
        durableNames = new TreeMap<>(names);
        pendingNames.clear();
    }

    @Override
    public long usableBytes() {
        return admitsBeingFull ? Math.max(0, capacityBytes - usedBytes()) : Long.MAX_VALUE;
    }

    @Override
    public Lock lock() {
        if (locked) {
            throw new StorageException("another server uses /memory");
        }
        locked = true;
        return () -> locked = false;
    }

    private final class OpenFile implements DiskFile {
        private final Inode inode;

        OpenFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long size() {
            return inode.cached.length;
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) {
            step();
            if (++writes == failingWrite) {
                throw new StorageException("write failed");
            }
            long growth = Math.max(0, position + length - size());
            long room = capacityBytes - usedBytes();
            int fits = growth <= room ? length : (int) (length - growth + Math.max(0, room));
            inode.change(new Change((int) position, Arrays.copyOfRange(bytes, offset, offset + fits)));
            if (fits < length) {
                throw new DiskFullException("no room");
            }
        }

        @Override
        public void force() {
            step();
            if (++forces == failingForce) {
                throw new StorageException("force failed");
            }
            inode.force();
        }

        @Override
        public void truncate(long size) {
            if (size < size()) {
                step();
                inode.change(new Change((int) size, null));
            }
        }

        @Override
        public void close() {}
    }
}
