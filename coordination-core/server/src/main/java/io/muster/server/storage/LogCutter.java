package io.muster.server.storage;

import io.muster.replica.state.Transaction;
import io.muster.server.storage.FileNames.Named;
import java.util.List;

/** Takes from the log what a new leader's history does not have. After a crash on the way the log is a longer prefix. */
final class LogCutter {
    private LogCutter() {}

    /** Deletes, durably, all transactions after this one. */
    static void cutAfter(Disk disk, long zxid) {
        List<Named> logs = FileNames.logs(disk);
        for (int i = logs.size() - 1; i >= 0; i--) {
            Named named = logs.get(i);
            long keep = named.zxid() > zxid ? LogReader.HEADER_BYTES : endOf(disk, named, zxid);
            if (keep > LogReader.HEADER_BYTES) {
                cut(disk, named, keep);
                return;
            }
            disk.delete(named.name());
            disk.forceDirectory();
        }
    }

    private static long endOf(Disk disk, Named named, long zxid) {
        try (LogReader reader = new LogReader(disk, named.name())) {
            long end = reader.offset();
            Transaction next = reader.next();
            while (next != null && next.zxid() <= zxid) {
                end = reader.offset();
                next = reader.next();
            }
            return end;
        }
    }

    private static void cut(Disk disk, Named named, long size) {
        try (DiskFile file = disk.open(named.name())) {
            file.truncate(size);
            file.force();
        }
    }
}
