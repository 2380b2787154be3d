package io.muster.server.config;

import io.muster.server.config.Settings.Found;
import io.muster.server.storage.Compression;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the keys that say how the server keeps its files. */
final class StorageKeys {
    private static final int MAX = Integer.MAX_VALUE;
    private static final int MIN_EXTRA_BYTES = 1_024;

    private StorageKeys() {}

    static void read(Settings settings, ServerConfig.Builder builder, List<String> warnings) {
        snapshots(settings, builder);
        log(settings, builder);
        builder.createDirectories(Settings.flag(settings.anywhere("datadir.autocreate"), true));
        // ZooKeeper takes everything but "no" for a yes; so do we, since the other way round would cost data
        Found forceSync = settings.anywhere("forceSync");
        if (forceSync != null && forceSync.value().toLowerCase(Locale.ROOT).equals("no")) {
            builder.forceSync(false);
            warnings.add(forceSync.where() + "=no: a loss of power may lose writes that were acknowledged");
        }
    }

    private static void snapshots(Settings settings, ServerConfig.Builder builder) {
        // ZooKeeper raises it too
        builder.snapshotEveryTxns(Math.max(2, Settings.number(settings.anywhere("snapCount"), 100_000, 0, MAX)));
        builder.snapshotEveryKb(
                Settings.number(settings.anywhere("snapSizeLimitInKb"), 4_194_304L, -1, Long.MAX_VALUE / 1024));
        builder.snapshotCompression(compression(settings.anywhere("snapshot.compression.method")));
        builder.lastZxidInSnapshots(Settings.flag(settings.anywhere("serializeLastProcessedZxid.enabled"), true));
        builder.trustEmptySnapshot(Settings.flag(settings.anywhere("snapshot.trust.empty"), false));
        int retain = Settings.number(settings.inFile("autopurge.snapRetainCount"), 3, 0, MAX);
        int hours = Settings.number(settings.inFile("autopurge.purgeInterval"), 0, 0, 365 * 24);
        builder.keepSnapshots(hours > 0 ? Math.max(3, retain) : 0).purgeEveryMs(TimeUnit.HOURS.toMillis(hours));
    }

    private static Compression compression(@Nullable Found found) {
        if (found == null) {
            return Compression.NONE;
        }
        return switch (found.value().toLowerCase(Locale.ROOT)) {
            case "gz" -> Compression.GZIP;
            case "snappy" -> Compression.SNAPPY;
            default -> throw Settings.wrong(found, "gz or snappy, or not set");
        };
    }

    private static void log(Settings settings, ServerConfig.Builder builder) {
        Found preallocation = settings.anywhere("preAllocSize");
        if (preallocation != null) {
            builder.preallocationKb(Settings.number(preallocation, 0, 0, MAX / 1024));
        }
        builder.maxLogFileKb(Settings.number(settings.anywhere("txnLogSizeLimitInKb"), -1L, -1, Long.MAX_VALUE / 1024));
        Found slow = settings.anywhere("fsync.warningthresholdms");
        Found slowBare = settings.inSystem("fsync.warningthresholdms");
        builder.slowSyncMs(Settings.number(slow == null ? slowBare : slow, 1_000L, 0, Long.MAX_VALUE));
        builder.closeSessionPaths(Settings.flag(settings.anywhere("closeSessionTxn.enabled"), true));
        Found extra = settings.anywhere("jute.maxbuffer.extrasize");
        if (extra != null) {
            // ZooKeeper raises it too
            builder.extraTxnBytes(Math.max(MIN_EXTRA_BYTES, Settings.bytes(extra, 0, 0)));
        }
    }
}
