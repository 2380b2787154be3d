package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.server.config.EnsembleConfig;
import io.muster.server.config.ServerConfig;
import io.muster.server.storage.Disk;
import io.muster.server.storage.DiskFullException;
import io.muster.server.storage.Recovered;
import io.muster.server.storage.Storage;
import io.muster.server.storage.StorageException;
import io.muster.server.storage.StorageSettings;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal on a disk: the log, and a snapshot from time to time, which a thread of its own writes. */
final class DiskJournal implements Journal {
    private static final Logger log = LoggerFactory.getLogger(DiskJournal.class);
    private static final int RETRY_FULL_DISK_MS = 1_000;

    private final Storage storage;
    private final boolean forceSync;
    private final long slowSyncMs;
    private final AtomicLong slowSyncs = new AtomicLong();
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** Of a member of an ensemble, until it has published one: the recovered state may hold what was never committed. */
    private volatile @Nullable State newest;

    private @Nullable State recovered;
    private final @Nullable MemberJournal member;
    private volatile @Nullable Consumer<Throwable> failed;

    private DiskJournal(
            Storage storage, StorageSettings settings, Recovered recovered, @Nullable EnsembleConfig ensemble) {
        this.storage = storage;
        this.forceSync = settings.forceSync();
        this.slowSyncMs = settings.slowSyncMs();
        this.recovered = recovered.state();
        this.member = ensemble == null ? null : new MemberJournal(storage, recovered, ensemble.snapshotSizeFactor());
        this.newest = ensemble == null ? recovered.state() : null;
    }

    /** @throws io.muster.server.storage.StorageException if there is nothing to start from; says what to do */
    static DiskJournal open(ServerConfig config) {
        SecureRandom random = new SecureRandom();
        StorageSettings settings = settings(config, random);
        return of(Storage.open(config.dataDir(), config.dataLogDir(), settings, random), settings, config);
    }

    /** The same on given disks, the second for the log: one object twice where both are one. */
    static DiskJournal open(ServerConfig config, Disk snapshotDisk, Disk logDisk) {
        SecureRandom random = new SecureRandom();
        StorageSettings settings = settings(config, random);
        return of(Storage.open(snapshotDisk, logDisk, settings, random), settings, config);
    }

    private static DiskJournal of(Storage storage, StorageSettings settings, ServerConfig config) {
        Recovered recovered = storage.takeRecovered();
        log.info("recovered {}", recovered.summary());
        EnsembleConfig ensemble = config.ensemble();
        DiskJournal journal = new DiskJournal(storage, settings, recovered, ensemble);
        journal.startPurging(settings.purgeEveryMs(), settings.keepSnapshots());
        return journal;
    }

    /** Strangers choose the keys of the tables that the seed is for. */
    private static StorageSettings settings(ServerConfig config, SecureRandom random) {
        return config.storage().toBuilder().seed(random.nextLong()).build();
    }

    /** The state on the disk, as it was found. Given away once. */
    State takeRecovered() {
        State taken = recovered;
        if (taken == null) {
            throw new IllegalStateException("the recovered state was taken before");
        }
        recovered = null;
        return taken;
    }

    @Override
    public io.muster.replica.zab.Recovered history() {
        return ofMember().recovered();
    }

    private MemberJournal ofMember() {
        if (member == null) {
            throw new IllegalStateException("this server is alone");
        }
        return member;
    }

    @Override
    public void carryOut(DiskTask.OfMember task, Consumer<Input> done) {
        ofMember().carryOut(task, done);
    }

    @Override
    public void onFailure(Consumer<Throwable> consumer) {
        failed = consumer;
    }

    /** While the disk is full nothing is written, so nothing is acknowledged: the server waits until there is room. */
    @Override
    public void append(List<Transaction> transactions) {
        List<Transaction> rest = transactions;
        boolean waited = false;
        while (!rest.isEmpty()) {
            try {
                int count = storage.append(rest);
                rest = rest.subList(count, rest.size());
                if (waited) {
                    log.info("there is room on the disk again: writes go on");
                    waited = false;
                }
            } catch (DiskFullException e) {
                if (!waited) {
                    log.error("writes wait until there is room on the disk: {}", e.getMessage());
                    waited = true;
                }
                waitForRoom(e);
            }
        }
    }

    private void waitForRoom(DiskFullException full) {
        try {
            if (stopped.await(RETRY_FULL_DISK_MS, TimeUnit.MILLISECONDS)) {
                throw full;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw full;
        }
    }

    @Override
    public void force() {
        if (forceSync) {
            forceLog();
        }
        State state = newest;
        if (state != null && storage.snapshotDue()) {
            long startedNanos = System.nanoTime();
            var unused = storage.snapshot(state, DiskJournal::inBackground)
                    .whenComplete((done, failure) -> snapshotEnded(state, startedNanos, cause(failure)));
        }
    }

    private void forceLog() {
        long startedNanos = System.nanoTime();
        storage.force();
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        if (ms > slowSyncMs) {
            slowSyncs.incrementAndGet();
            log.warn(
                    "syncing the log took {} ms, which every write waits for, and more than {} ms"
                            + " (fsync.warningthresholdms); the file has {} bytes",
                    ms,
                    slowSyncMs,
                    storage.logFileBytes());
        }
    }

    @Override
    public long slowForces() {
        return slowSyncs.get();
    }

    /** As ZooKeeper does it: at the start, and then by the clock. */
    private void startPurging(long everyMs, int keepSnapshots) {
        if (everyMs <= 0 || keepSnapshots == 0) {
            return;
        }
        Thread thread = new Thread(
                () -> {
                    do {
                        purge(keepSnapshots);
                    } while (!isStopped(everyMs));
                },
                "muster-purge");
        thread.setDaemon(true);
        thread.start();
    }

    private boolean isStopped(long afterMs) {
        try {
            return stopped.await(afterMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** What cannot be deleted harms nobody yet. */
    private void purge(int keepSnapshots) {
        try {
            storage.purge(keepSnapshots);
        } catch (StorageException e) {
            log.error("old snapshots and logs could not be purged, which is tried again later: {}", e.getMessage());
        }
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
    }

    private static void inBackground(Runnable job) {
        Thread thread = new Thread(job, "muster-snapshot");
        thread.setDaemon(true);
        thread.start();
    }

    private void snapshotEnded(State state, long startedNanos, @Nullable Throwable failure) {
        if (failure == null) {
            log.info(
                    "snapshot zxid=0x{} znodes={} ms={}",
                    Long.toHexString(state.zxid()),
                    state.znodeCount(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
        } else if (failure instanceof DiskFullException) {
            log.error("no snapshot was written, the log goes on: {}", failure.getMessage());
        } else if (!(failure instanceof CancellationException)) {
            Consumer<Throwable> consumer = failed;
            if (consumer != null) {
                consumer.accept(failure);
            }
        }
    }

    @Override
    public void published(State state) {
        newest = state;
    }

    @Override
    public void stopWaiting() {
        stopped.countDown();
    }

    @Override
    public void close() {
        stopped.countDown();
        storage.close();
    }
}
