package io.muster.server.config;

import io.muster.server.config.Settings.Found;
import io.muster.server.storage.Compression;
import io.muster.server.storage.StorageSettings;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Reads the keys that say how the server keeps its files. */
final class StorageKeys {
    private static final int MAX = Integer.MAX_VALUE;
    private static final long MAX_KB = Long.MAX_VALUE / 1024;

    private StorageKeys() {}

    static void read(Settings settings, StorageSettings.Builder storage, List<String> warnings) {
        snapshots(settings, storage, warnings);
        log(settings, storage);
        Settings.flag(settings.anywhere("datadir.autocreate"), storage::createDirectories);
        // ZooKeeper takes everything but "no" for a yes; so do we, since the other way round would cost data
        Found forceSync = settings.anywhere("forceSync");
        if (forceSync != null && forceSync.value().toLowerCase(Locale.ROOT).equals("no")) {
            storage.forceSync(false);
            warnings.add(forceSync.where() + "=no: a loss of power may lose writes that were acknowledged");
        }
    }

    private static void snapshots(Settings settings, StorageSettings.Builder storage, List<String> warnings) {
        // as ZooKeeper: 0 and 1 mean 2, and a size of at most 0 means no limit
        Settings.number(settings.anywhere("snapCount"), 0, MAX, count -> storage.snapshotEveryTxns(Math.max(2, count)));
        Settings.longNumber(
                settings.anywhere("snapSizeLimitInKb"),
                -1,
                MAX_KB,
                kb -> storage.snapshotEveryBytes(Math.max(0, kb) * 1024));
        Found compression = settings.anywhere("snapshot.compression.method");
        if (compression != null) {
            storage.compression(compression(compression, warnings));
        }
        Settings.flag(settings.anywhere("serializeLastProcessedZxid.enabled"), storage::lastZxidInSnapshots);
        Settings.flag(settings.anywhere("snapshot.trust.empty"), storage::trustEmptySnapshot);
        int retain = Settings.number(settings.inFile("autopurge.snapRetainCount"), 3, Integer.MIN_VALUE, MAX);
        int hours = Settings.number(settings.inFile("autopurge.purgeInterval"), 0, Integer.MIN_VALUE, MAX);
        storage.keepSnapshots(hours > 0 ? Math.max(3, retain) : 0)
                .purgeEveryMs(TimeUnit.HOURS.toMillis(Math.max(0, hours)));
    }

    private static Compression compression(Found found, List<String> warnings) {
        return switch (found.value().toLowerCase(Locale.ROOT)) {
            case "gz" -> Compression.GZIP;
            case "snappy" -> Compression.SNAPPY;
            case "checked", "none" -> Compression.NONE;
            default -> {
                // as in ZooKeeper
                warnings.add(
                        found.where() + "=" + found.value() + " should be gz or snappy; snapshots are not compressed");
                yield Compression.NONE;
            }
        };
    }

    private static void log(Settings settings, StorageSettings.Builder storage) {
        Settings.number(settings.anywhere("preAllocSize"), 0, MAX / 1024, kb -> storage.preallocationBytes(kb * 1024));
        Settings.longNumber(
                settings.anywhere("txnLogSizeLimitInKb"),
                -1,
                MAX_KB,
                kb -> storage.maxLogFileBytes(Math.max(0, kb) * 1024));
        Found slow = settings.anywhere("fsync.warningthresholdms");
        Found slowBare = settings.inSystem("fsync.warningthresholdms");
        Settings.longNumber(slow == null ? slowBare : slow, 0, Long.MAX_VALUE, storage::slowSyncMs);
    }
}
