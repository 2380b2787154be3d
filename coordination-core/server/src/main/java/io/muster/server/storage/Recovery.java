package io.muster.server.storage;

import io.muster.protocol.Zxid;
import io.muster.replica.state.State;
import io.muster.server.storage.FileNames.Named;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the state that the files on a disk stand for: the newest snapshot that is whole, and the log behind it. Used once.
 *
 * <p>Everything is read and judged first. Only when it is certain that nothing is lost is anything changed: a tail that
 * was never synced is cut, files without a transaction at the log's end are deleted, and all that was read is synced,
 * since what came out of the page cache was perhaps never on the disk.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int MAX_SNAPSHOTS_TRIED = 100;
    private static final int RECORD_FRAME_BYTES = LogReader.PREFIX_BYTES + 1;
    static final String WHAT_NOW =
            ". In an ensemble, move this server's files away and let it take its data from the others; alone, restore a"
                    + " backup";

    private final Disk snapshotDisk;
    private final Disk logDisk;
    private final StorageSettings settings;
    private final long limit;
    private int damagedSnapshots;

    private Recovery(Disk snapshotDisk, Disk logDisk, StorageSettings settings, long limit) {
        this.snapshotDisk = snapshotDisk;
        this.logDisk = logDisk;
        this.settings = settings;
        this.limit = limit;
    }

    /**
     * Recovers the newest state, and leaves the files fit to go on with.
     *
     * @throws CorruptStorageException if the files contradict each other or lack something
     */
    static Recovered recover(Disk snapshotDisk, Disk logDisk, StorageSettings settings) {
        return new Recovery(snapshotDisk, logDisk, settings, Long.MAX_VALUE).recover();
    }

    /** The state at an earlier transaction, or null if the files do not reach back to it. Changes no file. */
    static @Nullable Recovered recoverAt(long zxid, Disk snapshotDisk, Disk logDisk, StorageSettings settings) {
        Recovery recovery = new Recovery(snapshotDisk, logDisk, settings, zxid);
        SnapshotFile.Loaded base = recovery.loadSnapshot(false);
        if (base == null) {
            return null;
        }
        Replay replay = new Replay(base, zxid, settings.trustEmptySnapshot(), settings);
        replay.run(logDisk, FileNames.logs(logDisk));
        Recovered found = recovery.result(base, replay, false, 0);
        return found.lastZxid() == zxid ? found : null;
    }

    private Recovered recover() {
        refuseMixedDirectories();
        snapshotDisk.list().stream().filter(FileNames::isUnfinished).forEach(snapshotDisk::delete);
        List<Named> logs = FileNames.logs(logDisk);
        SnapshotFile.Loaded loaded = loadSnapshot(!logs.isEmpty() && isFirstOfAll(logs.get(0)));
        boolean fresh = loaded == null && logs.isEmpty();
        if (loaded == null && !fresh) {
            refuseLogsAlone(logs.get(0));
        }
        SnapshotFile.Loaded base = loaded == null ? beforeTheFirst() : loaded;
        Replay replay = new Replay(base, limit, loaded == null && settings.trustEmptySnapshot(), settings);
        replay.run(logDisk, logs);
        long cutBytes = judge(replay);
        if (loaded == null && damagedSnapshots > 0) {
            refuseUnprovenBegin(logs.get(0), replay);
        }
        settle(replay);
        replay.warn();
        Recovered recovered = result(base, replay, fresh, cutBytes);
        if (loaded == null) {
            SnapshotFile.write(snapshotDisk, recovered.state(), settings, () -> false);
        }
        return recovered;
    }

    private Recovered result(SnapshotFile.Loaded base, Replay replay, boolean fresh, long cutBytes) {
        return new Recovered(
                replay.state(),
                fresh,
                base.state().zxid(),
                damagedSnapshots,
                replay.filesRead(),
                replay.replayed(),
                replay.repeated(),
                cutBytes,
                replay.digestsCompared(),
                replay.digestMismatches(),
                replay.recent().after(),
                replay.recent().list());
    }

    private void refuseMixedDirectories() {
        if (snapshotDisk == logDisk) {
            return;
        }
        List<Named> wrongLogs = FileNames.logs(snapshotDisk);
        List<Named> wrongSnapshots = FileNames.snapshots(logDisk);
        if (!wrongLogs.isEmpty()) {
            throw new StorageException(snapshotDisk.locate(wrongLogs.get(0).name())
                    + ": a log in the directory of the snapshots; move the logs to dataLogDir, or unset that");
        }
        if (!wrongSnapshots.isEmpty()) {
            throw new StorageException(logDisk.locate(wrongSnapshots.get(0).name())
                    + ": a snapshot in the directory of the logs; move the snapshots to dataDir");
        }
    }

    private SnapshotFile.Loaded beforeTheFirst() {
        State initial = State.initial(settings.seed(), settings.timesToLive());
        return new SnapshotFile.Loaded(initial, 0, new SnapshotFile.DigestBlock(0, initial.digest()));
    }

    /**
     * Null if there is no snapshot at all.
     *
     * @param logsAreEnough whether it is null too if none can be read
     */
    private SnapshotFile.@Nullable Loaded loadSnapshot(boolean logsAreEnough) {
        List<Named> snapshots = new ArrayList<>(FileNames.snapshots(snapshotDisk));
        snapshots.removeIf(each -> each.zxid() > limit);
        if (snapshots.isEmpty()) {
            return null;
        }
        int oldest = Math.max(0, snapshots.size() - MAX_SNAPSHOTS_TRIED);
        for (int i = snapshots.size() - 1; i >= oldest; i--) {
            Named named = snapshots.get(i);
            try {
                SnapshotFile.Loaded loaded = SnapshotFile.read(snapshotDisk, named, settings);
                sync(snapshotDisk, named.name());
                return loaded;
            } catch (StorageException e) {
                damagedSnapshots++;
                LOG.warn("snapshot skipped, trying an older one: {}", e.getMessage());
            }
        }
        if (logsAreEnough) {
            LOG.warn("no snapshot can be read, but the log seems to reach back to the first transaction");
            return null;
        }
        throw noneCanBeRead(snapshots.get(snapshots.size() - 1));
    }

    private CorruptStorageException noneCanBeRead(Named newest) {
        return new CorruptStorageException("none of the " + damagedSnapshots
                + " newest snapshots can be read, the newest " + snapshotDisk.locate(newest.name()) + WHAT_NOW);
    }

    /**
     * A log that begins with the first transaction of the first epoch is not the first of all where a server had been alone
     * before it joined an ensemble. The digests know.
     */
    private void refuseUnprovenBegin(Named first, Replay replay) {
        // the first is that of the empty state
        boolean proven = replay.digestsCompared() > 1 && replay.digestMismatches() == 0;
        if (first.zxid() != 1 && !proven) {
            List<Named> snapshots = FileNames.snapshots(snapshotDisk);
            throw noneCanBeRead(snapshots.get(snapshots.size() - 1));
        }
    }

    private static boolean isFirstOfAll(Named log) {
        return log.zxid() == 1 || log.zxid() == Zxid.of(1, 1);
    }

    /** Logs without a snapshot are enough if they begin with the first transaction of all. */
    private void refuseLogsAlone(Named first) {
        if (!isFirstOfAll(first) && !settings.trustEmptySnapshot()) {
            throw new CorruptStorageException("there is no snapshot, and the log begins with "
                    + logDisk.locate(first.name()) + ", not with the first transaction" + WHAT_NOW
                    + "; if nothing came before it, set snapshot.trust.empty=true for one start");
        }
    }

    /**
     * Decides whether what cannot be read was never acknowledged.
     *
     * @return the bytes to cut
     */
    private long judge(Replay replay) {
        String lastGood = "the last good transaction is " + Zxid.toString(replay.lastZxid());
        StringBuilder found = new StringBuilder(lastGood);
        for (LogEnd each : replay.damagedAtEnd()) {
            found.append("; ")
                    .append(each.where(logDisk))
                    .append(": ")
                    .append(each.damage().reason());
        }
        Long synced = SyncedMark.read(logDisk);
        if (synced != null && synced > replay.lastZxid()) {
            throw new CorruptStorageException("the log in " + logDisk.locate("") + " had been synced up to "
                    + Zxid.toString(synced) + ", but " + found + WHAT_NOW
                    + "; if a server of another kind shortened the log meanwhile, delete "
                    + logDisk.locate(SyncedMark.NAME));
        }
        List<Named> snapshots = FileNames.snapshots(snapshotDisk);
        Named newest = snapshots.isEmpty() ? null : snapshots.get(snapshots.size() - 1);
        if (newest != null && newest.zxid() > replay.lastZxid()) {
            throw new CorruptStorageException(snapshotDisk.locate(newest.name())
                    + " cannot be read, and the log does not reach so far: " + found + WHAT_NOW);
        }
        long bytes = 0;
        for (LogEnd each : replay.damagedAtEnd()) {
            bytes += each.bytesBehind();
            refuseIfOnceSound(each, synced != null, lastGood);
        }
        return bytes;
    }

    private void refuseIfOnceSound(LogEnd end, boolean ours, String lastGood) {
        long largest = Math.max(settings.maxUnsyncedBytes(), SyncedMark.largestBytes(logDisk));
        if (end.bytesBehind() > settings.maxUnsyncedBytes() + RECORD_FRAME_BYTES + largest) {
            throw new CorruptStorageException(
                    end.where(logDisk) + ": " + end.damage().reason() + ", and the "
                            + end.bytesBehind() + " bytes from there on are more than are ever written without a sync ("
                            + settings.maxUnsyncedBytes() + ", and one record of at most " + largest + "); " + lastGood
                            + WHAT_NOW);
        }
        // ZooKeeper says nothing of what it had synced, and refuses this too
        if (!ours && !end.damage().torn()) {
            throw new CorruptStorageException(
                    end.where(logDisk) + ": " + end.damage().reason() + "; " + lastGood + WHAT_NOW);
        }
    }

    private void settle(Replay replay) {
        for (LogEnd each : replay.damagedAtEnd()) {
            if (each.bytesBehind() > 0) {
                LOG.warn(
                        "log cut, its last write had not been finished: file={} offset={} bytes={} lastGoodZxid={} found=\"{}\"",
                        logDisk.locate(each.file().name()),
                        each.offset(),
                        each.bytesBehind(),
                        Zxid.toString(replay.lastZxid()),
                        each.damage().reason());
            }
            if (!each.holdsNoTransaction()) {
                try (DiskFile file = logDisk.open(each.file().name())) {
                    file.truncate(each.offset());
                    file.force();
                }
            }
        }
        replay.emptyAtEnd().forEach(each -> logDisk.delete(each.name()));
        for (Named each : replay.read()) {
            if (!replay.emptyAtEnd().contains(each)) {
                sync(logDisk, each.name());
            }
        }
        logDisk.forceDirectory();
    }

    private static void sync(Disk disk, String name) {
        try (DiskFile file = disk.open(name)) {
            file.force();
        }
    }
}
