package io.muster.server.storage;

import io.muster.replica.state.Transaction;
import io.muster.server.storage.FileNames.Named;
import java.util.List;

/** Takes from the log what a new leader's history does not have. After a crash on the way the log is a longer prefix. */
final class LogCutter {
    private LogCutter() {}

    /** Deletes, durably, all transactions after this one; returns the last that is left, 0 for none. */
    static long cutAfter(Disk disk, long zxid) {
        List<Named> logs = FileNames.logs(disk);
        for (int i = logs.size() - 1; i >= 0; i--) {
            Named named = logs.get(i);
            End end = named.zxid() > zxid ? End.NOTHING : endOf(disk, named, zxid);
            if (end.offset > LogReader.HEADER_BYTES) {
                cut(disk, named, end.offset);
                return end.last;
            }
            disk.delete(named.name());
            disk.forceDirectory();
        }
        return 0;
    }

    /** Where what is to be kept ends, and its last transaction. */
    private record End(long offset, long last) {
        static final End NOTHING = new End(LogReader.HEADER_BYTES, 0);
    }

    private static End endOf(Disk disk, Named named, long zxid) {
        try (LogReader reader = new LogReader(disk, named.name())) {
            End end = new End(reader.offset(), 0);
            for (Transaction next = reader.next(); next != null && next.zxid() <= zxid; next = reader.next()) {
                end = new End(reader.offset(), next.zxid());
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
