package io.muster.server.storage;

import io.muster.server.storage.FileNames.Named;
import java.util.List;

/** Deletes what no recovery needs any more. */
final class Purge {
    private Purge() {}

    /** Keeps the newest snapshots that look whole, and the logs that reach back to the oldest of them. */
    static void keepNewest(Disk snapshotDisk, Disk logDisk, int count) {
        List<Named> snapshots = FileNames.snapshots(snapshotDisk);
        List<Named> whole = snapshots.stream()
                .filter(each -> SnapshotFile.looksWhole(snapshotDisk, each.name()))
                .toList();
        if (whole.size() <= count) {
            return;
        }
        long oldestKept = whole.get(whole.size() - count).zxid();
        for (Named each : snapshots) {
            if (each.zxid() < oldestKept) {
                snapshotDisk.delete(each.name());
            }
        }
        List<Named> logs = FileNames.logs(logDisk);
        for (int i = 0; i + 1 < logs.size(); i++) {
            // the newest log that begins at or before the snapshot may go on behind it
            if (logs.get(i + 1).zxid() <= oldestKept) {
                logDisk.delete(logs.get(i).name());
            }
        }
    }
}
