package io.muster.server.storage;

import io.muster.replica.state.Transaction;
import io.muster.server.storage.FileNames.Named;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a part of the log for somebody who misses it, while the log is being written. */
final class LogRange {
    private LogRange() {}

    /** As {@link Storage#read}. */
    static @Nullable List<Transaction> read(Disk disk, long after, long upTo, long maxBytes) {
        List<Named> logs = FileNames.reaching(FileNames.logs(disk), after);
        if (logs.isEmpty()) {
            return null;
        }
        List<Transaction> found = new ArrayList<>();
        long bytes = 0;
        for (Named file : logs) {
            if (file.zxid() > upTo) {
                break;
            }
            try (LogReader reader = new LogReader(disk, file.name())) {
                for (Transaction next = reader.next(); next != null && next.zxid() <= upTo; next = reader.next()) {
                    if (next.zxid() <= after) {
                        found.clear();
                    }
                    found.add(next);
                    bytes += next.zxid() <= after ? 0 : next.sizeBytes();
                    if (bytes > maxBytes) {
                        return null;
                    }
                }
            }
        }
        return found;
    }
}
