package io.muster.server.storage;

import io.muster.protocol.Zxid;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's files: opened once, then owned by the log thread. Only the writing of snapshots happens elsewhere.
 *
 * <p>When a method throws anything but {@link DiskFullException}, the state in memory may be ahead of the disk: the server
 * ends, and recovers at its next start.
 */
public final class Storage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
    private static final String SUBDIRECTORY = "version-2";
    private static final String INITIALIZE = "initialize";

    private final Disk snapshotDisk;
    private final Disk logDisk;
    private final StorageSettings settings;
    private final RandomGenerator random;
    private final List<Disk.Lock> locks;
    private @Nullable Recovered recovered;
    private final SyncedMark synced;
    private final TxnLog log;
    /** Held by whoever deletes files, or needs those that are there. */
    private final Object filesInUse = new Object();

    private boolean closed;

    private @Nullable SnapshotJob job;
    private long txnsSinceRoll;
    private long bytesAtRoll;
    private long txnsToRoll;
    private long bytesToRoll;

    private Storage(
            Disk snapshotDisk,
            Disk logDisk,
            StorageSettings settings,
            RandomGenerator random,
            List<Disk.Lock> locks,
            Recovered recovered,
            SyncedMark synced) {
        this.snapshotDisk = snapshotDisk;
        this.logDisk = logDisk;
        this.settings = settings;
        this.random = random;
        this.locks = locks;
        this.recovered = recovered;
        this.synced = synced;
        this.log = new TxnLog(logDisk, settings, synced, recovered.lastZxid());
        drawThresholds();
        this.txnsSinceRoll = recovered.replayed();
    }

    /**
     * Opens the directories as ZooKeeper lays them out, and recovers what is in them.
     *
     * @param dataDir for snapshots and epochs
     * @param dataLogDir for the log; may be the same
     * @throws StorageException if another server uses them, or they hold what must not be started from
     */
    public static Storage open(Path dataDir, Path dataLogDir, StorageSettings settings, RandomGenerator random) {
        if (!settings.createDirectories()) {
            refuseMissing(dataDir.resolve(SUBDIRECTORY));
            refuseMissing(dataLogDir.resolve(SUBDIRECTORY));
        }
        Disk snapshotDisk = FileDisk.open(dataDir.resolve(SUBDIRECTORY));
        boolean same = dataDir.toAbsolutePath()
                .normalize()
                .equals(dataLogDir.toAbsolutePath().normalize());
        Disk logDisk = same ? snapshotDisk : FileDisk.open(dataLogDir.resolve(SUBDIRECTORY));
        Storage storage = open(snapshotDisk, logDisk, settings, random);
        forgetInitialize(dataLogDir.resolve(INITIALIZE));
        return storage;
    }

    /**
     * A mark by which an operator says that a member of an ensemble may be empty. It is good for one start: left behind, it
     * would say so too on the day when the data is lost.
     */
    private static void forgetInitialize(Path mark) {
        try {
            if (Files.deleteIfExists(mark)) {
                LOG.info("{} is deleted: it counts for the members of ensembles, and for one start", mark);
            }
        } catch (IOException e) {
            throw new StorageException("deleting " + mark + ": " + e, e);
        }
    }

    private static void refuseMissing(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new StorageException("the directory " + directory
                    + " is missing: mount or restore what should be there, or create it if this server is to begin with"
                    + " nothing (datadir.autocreate=false)");
        }
    }

    /** The same on given disks: one object twice where the directories are the same. */
    public static Storage open(Disk snapshotDisk, Disk logDisk, StorageSettings settings, RandomGenerator random) {
        Disk.Lock first = snapshotDisk.lock();
        Disk.Lock second = null;
        try {
            second = snapshotDisk == logDisk ? first : logDisk.lock();
            Recovered recovered = Recovery.recover(snapshotDisk, logDisk, settings);
            SyncedMark synced = new SyncedMark(logDisk);
            List<Disk.Lock> locks = snapshotDisk == logDisk ? List.of(first) : List.of(first, second);
            Storage storage = new Storage(snapshotDisk, logDisk, settings, random, locks, recovered, synced);
            storage.markSynced(recovered.lastZxid());
            return storage;
        } catch (RuntimeException e) {
            if (second != null && second != first) {
                second.close();
            }
            first.close();
            throw e;
        }
    }

    /** What the start found. Given away once: to hold on to a state is to hold on to all that was in it. */
    public Recovered takeRecovered() {
        Recovered taken = recovered;
        if (taken == null) {
            throw new IllegalStateException("the recovered state was taken before");
        }
        recovered = null;
        return taken;
    }

    /** The epochs of a member of an ensemble; makes their files if there are none. */
    public Epochs epochs() {
        return Epochs.load(snapshotDisk, log.lastZxid());
    }

    /** The last transaction appended, or recovered. */
    public long lastZxid() {
        return log.lastZxid();
    }

    /**
     * Writes the beginning of a batch to the log, all of it unless it has many megabytes; nothing of it may be acknowledged
     * before {@link #force}.
     *
     * @return how many transactions were written: the rest is to come again
     * @throws DiskFullException if there is no room; nothing was written, and the batch may come again
     */
    public int append(List<Transaction> batch) {
        int count = log.append(batch);
        txnsSinceRoll += count;
        return count;
    }

    /** Returns when all that was appended is durable. */
    public void force() {
        log.force();
        if (settings.maxLogFileBytes() > 0 && log.fileBytes() > settings.maxLogFileBytes()) {
            log.roll();
        }
    }

    /** The length of the log file that is being written; 0 if the next transaction begins a new one. */
    public long logFileBytes() {
        return log.fileBytes();
    }

    /** Whether it is time to {@link #snapshot}: not while one is being written. */
    public boolean snapshotDue() {
        boolean due =
                txnsSinceRoll >= txnsToRoll || bytesToRoll > 0 && log.appendedBytes() - bytesAtRoll >= bytesToRoll;
        return due && (job == null || job.done().isDone());
    }

    /**
     * Begins a new log file with the next transaction, and has a snapshot of the state written, then old files purged.
     *
     * @param state of committed transactions
     * @param background runs the writing; may run it at once
     * @return completes when the snapshot is durable, or with the failure. A {@link DiskFullException} or a {@link
     *     java.util.concurrent.CancellationException} leaves all as it was; any other failure is one of the disk
     * @throws IllegalStateException if one is being written
     */
    public CompletableFuture<Void> snapshot(State state, Executor background) {
        if (job != null && !job.done().isDone()) {
            throw new IllegalStateException("a snapshot is being written");
        }
        rollLog();
        SnapshotJob started = new SnapshotJob(snapshotDisk, state, settings, this::purgeAfterSnapshot);
        job = started;
        background.execute(started);
        return started.done().copy();
    }

    private void rollLog() {
        log.roll();
        txnsSinceRoll = 0;
        bytesAtRoll = log.appendedBytes();
        drawThresholds();
    }

    /** Spread, so that the members of an ensemble do not all write snapshots at once. */
    private void drawThresholds() {
        long half = settings.snapshotEveryTxns() / 2;
        txnsToRoll = half + random.nextLong(half + 1);
        long halfBytes = settings.snapshotEveryBytes() / 2;
        bytesToRoll = halfBytes == 0 ? settings.snapshotEveryBytes() : halfBytes + random.nextLong(halfBytes + 1);
    }

    private void purgeAfterSnapshot() {
        if (settings.keepSnapshots() > 0 && settings.purgeEveryMs() == 0) {
            purge(settings.keepSnapshots());
        }
    }

    /**
     * Keeps the newest snapshots, and the logs that reach back to the oldest of them; deletes the rest. Any thread.
     *
     * @param keepSnapshots at least 1
     */
    public void purge(int keepSnapshots) {
        synchronized (filesInUse) {
            if (!closed) {
                Purge.keepNewest(snapshotDisk, logDisk, keepSnapshots);
            }
        }
    }

    /**
     * Gives up all transactions after one, durably: a new leader's history does not have them. What comes next follows what is
     * left.
     *
     * @return the last transaction that is left: an earlier one than was asked for if that was never in this log
     * @throws StorageException if the files do not reach back so far; nothing was changed then
     */
    public long truncate(long zxid) {
        giveUpSnapshot();
        rollLog();
        long left;
        synchronized (filesInUse) {
            long oldest = oldestReachable();
            if (zxid < oldest) {
                throw new StorageException("the log in " + logDisk.locate("") + " is to be cut after "
                        + Zxid.toString(zxid) + ", but begins behind a snapshot at " + Zxid.toString(oldest)
                        + Recovery.WHAT_NOW);
            }
            left = cutAfter(zxid);
        }
        markSynced(left);
        log.continueAfter(left);
        return left;
    }

    /** The lowest transaction that the log can be cut after. */
    public long oldestReachable() {
        List<FileNames.Named> snapshots = FileNames.snapshots(snapshotDisk);
        return snapshots.isEmpty() ? 0 : snapshots.get(0).zxid();
    }

    /** Reads the state at the last transaction from the disk anew. */
    public State reload() {
        synchronized (filesInUse) {
            Recovered at = Recovery.recoverAt(log.lastZxid(), snapshotDisk, logDisk, settings);
            if (at == null) {
                throw new CorruptStorageException("the files in " + snapshotDisk.locate("") + " and "
                        + logDisk.locate("") + " do not lead to " + Zxid.toString(log.lastZxid())
                        + Recovery.WHAT_NOW);
            }
            txnsSinceRoll = at.replayed();
            return at.state();
        }
    }

    /**
     * Takes over a leader's state, durably, in the place of all that is on the disk; what comes next follows it. What was
     * there before is deleted once the state is safe: it may be of another history.
     */
    public void install(State state) {
        giveUpSnapshot();
        rollLog();
        synchronized (filesInUse) {
            cutAfter(state.zxid());
            SnapshotFile.write(snapshotDisk, state, settings, () -> false);
            FileNames.logs(logDisk).forEach(each -> logDisk.delete(each.name()));
            for (FileNames.Named each : FileNames.snapshots(snapshotDisk)) {
                if (each.zxid() != state.zxid()) {
                    snapshotDisk.delete(each.name());
                }
            }
            snapshotDisk.forceDirectory();
        }
        markSynced(state.zxid());
        log.continueAfter(state.zxid());
    }

    /**
     * Reads transactions from the log: from the last one that is not after {@code after} up to {@code upTo}. Any thread;
     * what is read must have been appended before, and may be cut meanwhile.
     *
     * @return null if the log does not reach back so far, or there are more than {@code maxBytes}
     */
    public @Nullable List<Transaction> read(long after, long upTo, long maxBytes) {
        return LogRange.read(logDisk, after, upTo, maxBytes);
    }

    /** The size of the newest snapshot; 0 if there is none. */
    public long snapshotBytes() {
        List<FileNames.Named> snapshots = FileNames.snapshots(snapshotDisk);
        return snapshots.isEmpty()
                ? 0
                : snapshotDisk.size(snapshots.get(snapshots.size() - 1).name());
    }

    /** The mark and snapshots first: one that is later than the log's end would be refused at the next start. */
    private long cutAfter(long zxid) {
        markSynced(0);
        long left = 0;
        for (FileNames.Named each : FileNames.snapshots(snapshotDisk)) {
            if (each.zxid() > zxid) {
                snapshotDisk.delete(each.name());
            } else {
                left = each.zxid();
            }
        }
        snapshotDisk.forceDirectory();
        return Math.max(left, LogCutter.cutAfter(logDisk, zxid));
    }

    private void markSynced(long zxid) {
        synced.reset(zxid);
        logDisk.forceDirectory();
    }

    private void giveUpSnapshot() {
        if (job != null) {
            job.giveUp();
        }
    }

    /** Gives up a running snapshot, and lets other servers in. Forces nothing. */
    @Override
    public void close() {
        giveUpSnapshot();
        synchronized (filesInUse) {
            closed = true;
        }
        log.close();
        synced.close();
        locks.forEach(Disk.Lock::close);
    }
}
